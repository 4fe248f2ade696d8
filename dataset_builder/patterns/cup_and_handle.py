"""Cup and handle: a rounded bottom between level rims, then a shallow pullback. After O'Neil (1988)."""

from __future__ import annotations

from operator import add

import numpy as np

from dataset_builder.pattern import Pattern
from dataset_builder.sketch import Sketch, between, log_uniform, outline, pick_stage, trend
from dataset_builder.swings import Swing, View, first_match

ROUNDED = 0.42  # of the cup's bars lie in its bottom third: a V has 0.33, a parabola 0.58
LEVEL = 0.18  # of H: how far apart the rims may lie


def sketch(rng: np.random.Generator, bars: int) -> Sketch:
    """H is the rims over the bottom: the left rim at 1, the bottom at 0."""
    points = 5 if bars < 28 else 9  # pivots along the cup
    u = np.linspace(0, 1, points)
    bowl = np.abs(2 * u - 1) ** between(rng, 2.1, 4.2)  # 1.27 has 0.42 of its bars in the bottom third, 2 has 0.58
    rim = 1 + between(rng, -0.1, 0.1)
    cup = bowl * np.where(u < 0.5, 1.0, rim)
    cup[1:-1] += rng.normal(0, between(rng, 0.02, 0.1), points - 2) * (1 - bowl[1:-1])  # wicked, uneven bottoms
    cup[1:-1] = np.minimum(cup[1:-1], min(1.0, rim) - 0.08)
    cup[0], cup[-1] = 1.0, rim
    steps = np.diff(u ** log_uniform(rng, 0.6, 1.6)).tolist()  # where the bottom lies between the rims
    stage = pick_stage(rng, forming=0.2, complete=0.35, broken=0.45)
    rise = between(rng, 0.1, 1.1)
    shallow = stage != "broken" and rise > 0.55  # after a rise, a deep handle that holds would be a double top
    depth, length = between(rng, 0.12, 0.25 if shallow else 0.42), between(rng, 0.1, 0.3)
    end = {
        "forming": rim - depth * between(rng, 0.4, 0.9),
        "complete": rim - depth * between(rng, 0, 0.3),
        "broken": rim + between(rng, 0.08, 0.6),
    }[stage]
    handle = [length * between(rng, 0.4, 1.0), length * between(rng, 0.2, 0.9)]
    start = 1 - rise
    times, levels = trend(rng, start, 1.0, between(rng, 0.06, 0.35))
    first = len(times)
    half = points // 2
    dry_up = [1.2, *np.linspace(1.0, 0.6, half), *np.linspace(0.7, 1.2, points - 1 - half), 0.6, 1.6]
    rims = rng.uniform(0.6, 1.6, 2)
    bottom = between(rng, 0.2, 1.5)
    return outline(
        rng,
        [*times, *steps, *handle],
        [start, *levels, *cup[1:], rim - depth, end],
        bars=bars,
        stage=stage,
        body=(first, first + points),
        slope=[*[1.0] * first, rims[0], *[1.0] * (points - 2), rims[1], bottom, 1.0],
        volume=[*[1.0] * first, *dry_up],
        roughness=between(rng, 0.4, 0.95),
        give=0.1,
        ceiling=[*[2.0] * first, *[max(1.0, rim)] * points, rim, 2.0],
    )


def check(view: View) -> str | None:
    unlevel = LEVEL * view.range
    rims = (
        (left, right)
        for swings in view.scales[:3]
        for i, left in enumerate(swings)
        if left.top
        for right in swings[i + 2 :: 2]
        if abs(left.price - right.price) <= unlevel
    )
    return first_match(rims, lambda pair: _refuse(view, *pair), "rims not level")


def _refuse(view: View, left: Swing, right: Swing) -> str | None:
    length = right.bar - left.bar
    if length < 10 or not view.fills(left.bar, right.bar, 0.38):
        return "cup too short"
    lows = view.lower[left.bar : right.bar + 1]
    bottom = min(lows)
    height = min(left.price, right.price) - bottom
    if abs(left.price - right.price) > LEVEL * height:
        return "rims not level"
    highs = view.upper[left.bar : right.bar + 1]
    if max(highs[1:-1]) > max(left.price, right.price):
        return "a price over the rims inside the cup"
    if not 0.2 <= lows.index(bottom) / length <= 0.8:
        return "bottom beside a rim"
    if view.bottom_share(left.bar, right.bar, bottom, height) < ROUNDED:
        return "bottom not rounded"
    core = slice(length // 4, length - length // 4)
    if max(map(add, highs[core], lows[core])) / 2 > bottom + 0.62 * height:
        return "a peak inside the cup"
    return _refuse_handle(view, left, right, height)


def _refuse_handle(view: View, left: Swing, right: Swing, height: float) -> str | None:
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
