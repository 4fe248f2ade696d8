"""Bullish flag: a steep pole, then a narrow channel against it. Bulkowski's identification guidelines."""

from __future__ import annotations

import numpy as np

from dataset_builder.pattern import Pattern
from dataset_builder.sketch import Sketch, outline, pick_stage
from dataset_builder.swings import View, first_match

POLE_BARS = (4, 22)  # Bulkowski: up to 14; a finer time frame of the same pole has more
FLAG_BARS = 48


def sketch(rng: np.random.Generator, bars: int) -> Sketch:
    """H is the pole: from 0 to 1. The flag is a zigzag between two parallel lines that start at 1."""
    pole = float(np.clip(bars * rng.uniform(0.15, 0.35), *POLE_BARS))
    flag = float(np.clip(bars * rng.uniform(0.35, 0.6), 7, FLAG_BARS))
    width = rng.uniform(0.12, 0.38)
    drop = rng.uniform(0.0, 0.42 - 0.6 * width)  # fall of the channel over its length; 0 is a flat flag
    swings = int(np.clip(round(flag / rng.uniform(2.5, 5.5)), 3, 8))
    when = np.concatenate(([0.0], np.sort(rng.uniform(0.05, 0.95, swings - 2)), [1.0]))
    when = 0.5 * when + 0.5 * np.linspace(0, 1, swings)
    top_line = 1 - drop * when
    reach = rng.uniform(0.75, 1.0, swings)
    levels = np.where(np.arange(swings) % 2 == 0, top_line - (1 - reach) * width * 0.5, top_line - reach * width)
    levels[0] = 1.0
    stage = pick_stage(rng, complete=0.5, broken=0.5)
    times = [rng.uniform(0.6, 1.3) * pole, pole, *np.diff(when) * flag]
    points = [rng.normal(0, 0.12) + rng.choice([0.0, 0.25]), 0.0, *levels]
    ceiling = [1e6, 1e6, *top_line]
    floor = [-1e6, -1e6, 1 - width, *(top_line - width)[1:]]
    slopes = [1.0, rng.uniform(0.3, 1.2), *rng.uniform(0.3, 1.6, swings)]
    if stage == "broken":
        leg = rng.uniform(0.25, 0.9)
        times.append(min(leg * pole * rng.uniform(0.7, 1.5), sum(times) / 3))
        points.append(levels[-1] + leg)
        ceiling.append(1e6)
        floor.append(-1e6)
        slopes.append(1.0)
    last = 1 + swings
    profile = [0.8, 1.6, 1.5, *np.linspace(1.0, 0.5, swings - 1), 1.6]
    calm = [0.5, 0.8, 0.8, *np.full(swings - 1, rng.uniform(0.4, 0.7)), 0.9]
    return outline(
        rng,
        times,
        points,
        bars=bars,
        stage=stage,
        body=(1, last),
        slope=slopes,
        volatility=calm[: len(points)],
        volume=profile[: len(points)],
        roughness=rng.uniform(0.25, 0.5),
        give=0.025,
        floor=np.array(floor),
        ceiling=np.array(ceiling),
    )


def check(view: View) -> str | None:
    tops = dict.fromkeys(s for swings in view.scales[:4] for s in swings if s.top)
    return first_match(iter(tops), lambda top: _refuse(view, top), "no top")


def _refuse(view: View, top) -> str | None:
    candles = view.candles
    reach = max(top.bar - POLE_BARS[1] - 2, 0)
    foot = reach + int(np.argmin(view.lower[reach : top.bar + 1]))
    pole = top.price - view.lower[foot]
    if top.bar - foot < POLE_BARS[0] - 1 or pole < 0.45 * view.range:
        return "no pole"
    rising = (candles.close > candles.open)[foot : top.bar + 1]
    if rising.mean() < 0.65:
        return "pole not of one colour"
    calm = np.median(candles.true_range()[top.bar + 1 :]) if top.bar + 3 < len(candles) else view.atr
    if pole < 5 * min(calm, view.atr):
        return "pole under 5 ATR"
    out = np.flatnonzero(candles.close[top.bar + 1 :] > top.price + 0.02 * pole)
    stop = top.bar + 1 + (int(out[0]) if len(out) else len(candles) - top.bar - 1)
    bars = np.arange(top.bar, stop)
    if not 6 <= len(bars) <= 1.2 * FLAG_BARS:
        return "flag too short" if len(bars) < 6 else "flag too long"
    if view.lower[bars].min() < top.price - 0.56 * pole:
        return "flag retraces more than half of the pole"
    middle = (view.upper[bars] + view.lower[bars]) / 2
    slope, _ = np.polyfit(bars, middle, 1)
    drift = slope * (len(bars) - 1)
    if not -0.5 * pole <= drift <= 0.12 * pole:
        return "flag not against the pole"
    line = slope * bars
    if np.ptp(np.concatenate((candles.close[bars] - line, candles.open[bars[1:]] - line[1:]))) > 0.42 * pole:
        return "flag too wide"
    return None if view.fills(foot, stop, 0.55) else "too small in the window"


PATTERN = Pattern(id=6, name="bullish_flag", sketch=sketch, check=check)
