"""Cup and handle: a rounded bottom between level rims, then a shallow pullback. After O'Neil (1988)."""

from __future__ import annotations

import numpy as np

from dataset_builder.pattern import Pattern
from dataset_builder.sketch import Sketch, log_uniform, outline, pick_stage, trend
from dataset_builder.swings import View, first_match


def sketch(rng: np.random.Generator, bars: int) -> Sketch:
    """H is the rims over the bottom: the left rim at 1, the bottom at 0."""
    points = 5 if bars < 28 else 9  # pivots along the cup
    u = np.linspace(0, 1, points)
    bowl = np.abs(2 * u - 1) ** rng.uniform(1.7, 3.6)  # 1.27 has 0.42 of its bars in the bottom third, 2 has 0.58
    rim = 1 + rng.uniform(-0.1, 0.1)
    cup = bowl * np.where(u < 0.5, 1.0, rim)
    cup[1:-1] += rng.normal(0, rng.uniform(0.02, 0.1), points - 2) * (1 - bowl[1:-1])  # wicked, uneven bottoms
    cup[1:-1] = np.minimum(cup[1:-1], min(1.0, rim) - 0.08)
    cup[0], cup[-1] = 1.0, rim
    steps = np.diff(u ** log_uniform(rng, 0.6, 1.6)).tolist()  # where the bottom lies between the rims
    depth, length = rng.uniform(0.12, 0.42), rng.uniform(0.1, 0.3)
    stage = pick_stage(rng, forming=0.2, complete=0.35, broken=0.45)
    end = {
        "forming": rim - depth * rng.uniform(0.4, 0.9),
        "complete": rim - depth * rng.uniform(0, 0.3),
        "broken": rim + rng.uniform(0.08, 0.6),
    }[stage]
    handle = [length * rng.uniform(0.4, 1.0), length * rng.uniform(0.2, 0.9)]
    start = 1 - rng.uniform(0.1, 1.1)
    times, levels = trend(rng, start, 1.0, rng.uniform(0.06, 0.35))
    first = len(times)
    half = points // 2
    dry_up = [1.2, *np.linspace(1.0, 0.6, half), *np.linspace(0.7, 1.2, points - 1 - half), 0.6, 1.6]
    rims = rng.uniform(0.6, 1.6, 2)
    bottom = rng.uniform(0.2, 1.5)
    return outline(
        rng,
        [*times, *steps, *handle],
        [start, *levels, *cup[1:], rim - depth, end],
        bars=bars,
        stage=stage,
        body=(first, first + points),
        slope=[*[1.0] * first, rims[0], *[1.0] * (points - 2), rims[1], bottom, 1.0],
        volume=[*[1.0] * first, *dry_up],
        roughness=rng.uniform(0.4, 0.95),
        give=0.1,
        ceiling=[*[2.0] * first, *[max(1.0, rim)] * points, rim, 2.0],
    )


def check(view: View) -> str | None:
    pairs = (
        (left, right)
        for swings in view.scales[:3]
        for i, left in enumerate(swings)
        if left.top
        for right in swings[i + 2 :: 2]
    )
    return first_match(pairs, lambda pair: _refuse(view, *pair), "no two rims")


def _refuse(view: View, left, right) -> str | None:
    length = right.bar - left.bar
    if length < 10 or not view.fills(left.bar, right.bar, 0.38):
        return "cup too short"
    lows = view.lower[left.bar : right.bar + 1]
    bottom = min(lows)
    height = min(left.price, right.price) - bottom
    if abs(left.price - right.price) > 0.18 * height:
        return "rims not level"
    highs = view.upper[left.bar : right.bar + 1]
    if max(highs[1:-1]) > max(left.price, right.price):
        return "a price over the rims inside the cup"
    if not 0.2 <= lows.index(bottom) / length <= 0.8:
        return "bottom beside a rim"
    low_third, peak = 2 * bottom + 2 / 3 * height, 2 * bottom + 1.24 * height
    middle = [high + low for high, low in zip(highs, lows, strict=True)]  # twice the middle of each bar
    if sum(price < low_third for price in middle) < 0.42 * len(middle):
        return "bottom not rounded"
    if max(middle[length // 4 : length - length // 4]) > peak:
        return "a peak inside the cup"
    return _refuse_handle(view, left, right, height)


def _refuse_handle(view: View, left, right, height: float) -> str | None:
    length = right.bar - left.bar
    over = right.price + 0.04 * height
    closes = view.close[right.bar + 1 :]
    end = next((i for i, close in enumerate(closes) if close > over), len(closes))
    if end < 2 or end > 0.6 * length:
        return "no handle" if end < 2 else "handle too long"
    pullback = (right.price - min(view.lower[right.bar + 1 : right.bar + 1 + end])) / height
    if not 0.07 <= pullback <= 0.55:
        return "handle too shallow" if pullback < 0.07 else "handle in the lower half"
    return None if view.fills(left.bar, right.bar + end) else "too small in the window"


PATTERN = Pattern(id=5, name="cup_and_handle", sketch=sketch, check=check)
