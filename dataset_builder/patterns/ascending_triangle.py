"""Ascending triangle: a flat top and rising lows that close in on it. Bulkowski's identification guidelines."""

from __future__ import annotations

import numpy as np

from dataset_builder.pattern import Pattern
from dataset_builder.sketch import Sketch, outline, pick_stage
from dataset_builder.swings import View, first_match


def sketch(rng: np.random.Generator, bars: int) -> Sketch:
    """H is the triangle's height at its start: the flat top at 1, the first low at 0."""
    swings = int(rng.integers(5, min(9, max(6, bars // 4))))  # four, after a trend, could be a double top
    narrow = rng.uniform(0.2, 0.55)  # width at the end over width at the start
    low_first = rng.random() < 0.5
    widths = np.linspace(1.0, narrow, swings) ** rng.uniform(0.7, 1.3)
    legs = widths[:-1] * rng.uniform(0.6, 1.5, swings - 1)
    when = np.concatenate(([0.0], np.cumsum(legs))) / legs.sum()
    low_line = (1 - narrow) * when
    is_low = (np.arange(swings) % 2 == 0) == low_first
    levels = np.where(is_low, low_line + rng.uniform(-0.02, 0.03, swings), 1 + rng.uniform(-0.03, 0.02, swings))
    stage = pick_stage(rng, broken=0.6, complete=0.28, failed=0.12)
    last, stop = levels[-1], {"broken": 1.0, "failed": low_line[-1], "complete": 0.0}[stage]
    leg_out = {"broken": rng.uniform(0.2, 0.9), "failed": -rng.uniform(0.2, 0.8), "complete": 0.0}[stage]
    end = stop + leg_out if leg_out else (1 if is_low[-1] else low_line[-1]) * 0.5 + 0.5 * last
    start = rng.uniform(-0.8, 0.4) if not low_first else rng.choice([rng.uniform(0.7, 1.0), rng.uniform(1.1, 1.9)])
    levels = [start, *levels, end]
    times = [rng.uniform(0.25, 0.8), *legs, rng.uniform(0.2, 0.5) * legs[-1] + abs(leg_out) * rng.uniform(0.2, 0.5)]
    calm = np.sqrt(np.concatenate(([1.0], widths, [1.0 if leg_out else narrow])))
    none = [-1e6] * 2
    return outline(
        rng,
        times,
        levels,
        bars=bars,
        stage=stage,
        body=(1, swings),
        volatility=calm,
        volume=[1.2, *np.linspace(1.2, 0.6, swings), 2.0 if leg_out else 0.6],
        roughness=rng.uniform(0.35, 0.7),
        give=0.03,
        floor=np.array([none[0], *low_line, none[1]]),
    )


def check(view: View) -> str | None:
    runs = (run for length in range(8, 4, -1) for top in (True, False) for run in view.runs(length, top_first=top))
    return first_match(runs, lambda run: _refuse(view, run), "no five swings")


def _refuse(view: View, run) -> str | None:
    tops = np.array([(s.bar, s.price) for s in run if s.top])
    lows = np.array([(s.bar, s.price) for s in run if not s.top])
    top = tops[:, 1].mean()
    height = top - lows[0, 1]
    if np.ptp(tops[:, 1]) > 0.1 * height:
        return "top not flat"
    slope, offset = np.polyfit(lows[:, 0], lows[:, 1], 1)
    if np.abs(np.polyval((slope, offset), lows[:, 0]) - lows[:, 1]).max() > 0.1 * height:
        return "lows not on a line"
    if np.any(np.diff(lows[:, 1]) < 0.08 * height):
        return "lows don't rise"
    first, last = run[0].bar, run[-1].bar
    widths = [top - (offset + slope * bar) for bar in (first, last)]
    if not 0.05 <= widths[1] / widths[0] <= 0.75:
        return "sides don't converge"
    inside = slice(first, last + 1)
    bars = np.arange(first, last + 1)
    close = view.candles.close[inside]
    if close.max() > top + 0.1 * height or (close < offset + slope * bars - 0.12 * height).any():
        return "a close outside the triangle"
    apex = first + (last - first) * widths[0] / (widths[0] - widths[1])
    end = min(int(last + (apex - last) * 0.6) + 1, len(view.candles) - 1)
    return None if view.fills(first, end) else "too small in the window"


PATTERN = Pattern(id=3, name="ascending_triangle", sketch=sketch, check=check)
