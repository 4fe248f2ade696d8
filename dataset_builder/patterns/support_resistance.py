"""Support and resistance: a range between two horizontal levels, or several bounces off a single one."""

from __future__ import annotations

import numpy as np

from dataset_builder.pattern import Pattern
from dataset_builder.sketch import Sketch, outline
from dataset_builder.swings import View, alternations, drift, first_match

ZONE = 0.25  # a touch comes within a quarter of the range to a level


def sketch(rng: np.random.Generator, bars: int) -> Sketch:
    """H is the distance of the levels, at 0 and 1; a single level lies at 0 (or, mirrored, at 1)."""
    single = rng.random() < 0.3
    touches = int(rng.integers(4, 6) if single else rng.integers(3, 6))
    swings = min(2 * touches + int(rng.integers(0, 2)), max(bars // 3, 7 if single else 6))
    low_first = bool(rng.random() < 0.5)
    is_low = (np.arange(swings) % 2 == 0) == low_first
    highs = rng.uniform(0.55, 1.0, swings) if single else rng.uniform(0.95, 1.03, swings)
    levels = np.where(is_low, rng.uniform(-0.03, 0.04, swings), highs)
    legs = np.abs(np.diff(levels)) * rng.uniform(0.45, 1.7, swings - 1)
    start = (
        rng.uniform(0.2, 0.8)
        if rng.random() < 0.4
        else (rng.uniform(0.9, 2.0) if low_first else -rng.uniform(-0.1, 1.0))
    )
    if single:
        start = float(np.clip(start, 0.1, 1.6))
    end = rng.uniform(0.25, 0.75)
    sketch = outline(
        rng,
        [rng.uniform(0.2, 0.8), *legs, rng.uniform(0.15, 0.5)],
        [start, *levels, end],
        bars=bars,
        stage="complete",
        body=(1, swings),
        slope=rng.uniform(0.2, 1.7, swings + 2),
        volume=[1.1, *np.linspace(1.2, 0.8, swings), 0.8],
        roughness=rng.uniform(0.45, 0.85),
        give=0.03,
    )
    return sketch.mirrored() if single and rng.random() < 0.5 else sketch


def check(view: View) -> str | None:
    bars = len(view.candles)
    starts = dict.fromkeys(int(share * bars) for share in (0, 0.08, 0.16, 0.24, 0.32, 0.4))
    return first_match(iter(starts), lambda start: _refuse(view, start), "no range")


def _refuse(view: View, start: int) -> str | None:
    upper, lower, close = view.upper[start:], view.lower[start:], view.candles.close[start:]
    top, bottom = _level(upper), -_level(-lower)
    height = top - bottom
    if close.max() > top + 0.12 * height or close.min() < bottom - 0.12 * height:
        return "a close outside the range"
    high, low = alternations(upper > top - ZONE * height, lower < bottom + ZONE * height)
    if max(drift(upper), drift(-lower)) > 0.25 * height:
        return "a level slopes"
    return None if min(high, low) >= 3 else _refuse_single(upper, lower, top, bottom)


def _refuse_single(upper: np.ndarray, lower: np.ndarray, top: float, bottom: float) -> str | None:
    """Four bounces off one side, each from at least 30 % of the range away."""
    height = top - bottom
    off_low, _ = alternations(lower < bottom + 0.13 * height, upper > bottom + 0.42 * height)
    off_top, _ = alternations(upper > top - 0.13 * height, lower < top - 0.42 * height)
    far_top, _ = alternations(upper > top - 0.25 * height, lower < top - 0.5 * height)
    far_low, _ = alternations(lower < bottom + 0.25 * height, upper > bottom + 0.5 * height)
    bounces = max(min(off_low, 2 * far_top), min(off_top, 2 * far_low))  # one far swing alone is a head
    return None if bounces >= 4 else "too few touches"


def _level(outline: np.ndarray) -> float:
    """Where the outline's tops lie: the 96th percentile forgives a lone spike."""
    return float(np.quantile(outline, 0.96))


PATTERN = Pattern(id=8, name="support_resistance", sketch=sketch, check=check)
