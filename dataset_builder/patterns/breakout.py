"""Breakout: a range, then closes beyond it, up or down, with or without a throwback to the level."""

from __future__ import annotations

import numpy as np

from dataset_builder.pattern import Pattern
from dataset_builder.sketch import Sketch, log_uniform, outline
from dataset_builder.swings import View, alternations, drift, first_match

MIN_RANGE_BARS = 12


def sketch(rng: np.random.Generator, bars: int) -> Sketch:
    """H is the range's height, from 0 to 1. Drawn upwards, and mirrored in half of the charts."""
    swings = int(rng.integers(5, 8 if bars > 30 else 6))  # four, after a trend, could be a double top
    low_first = bool(rng.random() < 0.5)
    is_low = (np.arange(swings) % 2 == 0) == low_first
    levels = np.where(is_low, rng.uniform(-0.03, 0.08, swings), rng.uniform(0.92, 1.03, swings))
    legs = rng.uniform(0.5, 1.6, swings - 1)
    inside = legs.sum()
    leg_out = log_uniform(rng, 0.8, 4.0)  # real ones run to several times the range's height
    share = min(rng.uniform(0.12, 0.5), 1 - (MIN_RANGE_BARS + 1) / bars)  # of the bars
    times, points = [], []
    if rng.random() < 0.33:  # throwback: out, back to the level, and on
        first = leg_out * rng.uniform(0.4, 0.8)
        back = 1 + rng.uniform(-0.05, 0.25) * first
        points = [1 + first, back, 1 + leg_out]
        times = [first, 0.7 * (1 + first - back), 1 + leg_out - back]
    elif rng.random() < 0.4:  # a pause after the run
        points = [1 + leg_out, 1 + leg_out * rng.uniform(0.7, 1.05)]
        times = [1.0, rng.uniform(0.2, 0.8)]
    else:
        points, times = [1 + leg_out], [1.0]
    times = np.array(times) / sum(times) * inside * share / (1 - share)
    start = (
        rng.uniform(0.2, 0.8) if rng.random() < 0.5 else rng.choice([rng.uniform(-1.0, -0.2), rng.uniform(1.2, 1.9)])
    )
    sketch = outline(
        rng,
        [rng.uniform(0.2, 0.8), *legs, *times],
        [start, *levels, *points],
        bars=bars,
        stage="broken",
        body=(1, swings + len(points)),
        volatility=[1.0, *np.full(swings, 1.0), *np.full(len(points), rng.uniform(1.0, 1.6))],
        volume=[1.0, *np.linspace(1.0, 0.7, swings), *np.linspace(2.2, 1.2, len(points))],
        roughness=rng.uniform(0.5, 1.0),
        give=0.04,
    )
    return sketch.mirrored() if rng.random() < 0.5 else sketch


def check(view: View) -> str | None:
    upwards = _breaks_up(view)
    return upwards and _breaks_up(view.mirrored) and upwards


def _breaks_up(view: View) -> str | None:
    bars = len(view.candles)
    starts = dict.fromkeys(int(share * bars) for share in (0, 0.08, 0.16, 0.24, 0.32, 0.4))
    spans = ((start, stop) for start in starts for stop in _breaks(view, start))
    return first_match(spans, lambda span: _refuse(view, *span), "no close beyond a range of 12 bars")


def _breaks(view: View, start: int) -> list[int]:
    """Bars that close above everything since ``start`` and are not taken back by half of the move after them."""
    close = view.candles.close
    highest = np.maximum.accumulate(view.upper[start:])[:-1]
    lowest_later = np.minimum.accumulate(close[::-1])[::-1]
    stops = np.arange(start + 1, len(close))
    beyond = (close[stops] > highest) & (lowest_later[stops] > highest - 0.1 * view.range)
    return [int(stop) for stop in stops[beyond] if stop - start >= MIN_RANGE_BARS]


def _refuse(view: View, start: int, stop: int) -> str | None:
    close = view.candles.close
    upper, lower = view.upper[start:stop], view.lower[start:stop]
    top, bottom = float(np.quantile(upper, 0.95)), float(np.quantile(lower, 0.05))
    height = top - bottom
    leg = close[stop:].max() - top
    if leg < max(0.55 * height, view.atr):
        return "leg out too short"
    if close[stop:].min() < top - 0.4 * height or close[-1] < top + 0.3 * leg:
        return "back inside the range"
    high, low = alternations(upper > top - 0.33 * height, lower < bottom + 0.33 * height)
    if min(high, low) < 2 or high + low < 5:
        return "too few touches of the range"
    if max(drift(upper), drift(-lower)) > 0.3 * height:
        return "a side of the range slopes"
    before = slice(max(start - 16, 0), start + 1)
    if max(top - view.lower[before].min(), view.upper[before].max() - bottom) > 2.5 * height:
        return "a pole into the range: a flag"
    return None if (stop - start) >= 0.3 * len(close) else "range too short for the window"


PATTERN = Pattern(id=9, name="breakout", sketch=sketch, check=check)
