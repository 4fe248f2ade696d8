"""Cup and handle: a rounded bottom between level rims, then a shallow pullback. After O'Neil (1988)."""

from __future__ import annotations

import numpy as np

from dataset_builder.pattern import Pattern
from dataset_builder.sketch import Sketch, log_uniform, outline, pick_stage
from dataset_builder.swings import View, first_match


def sketch(rng: np.random.Generator, bars: int) -> Sketch:
    """H is the rims over the bottom: the left rim at 1, the bottom at 0."""
    points = 5 if bars < 28 else 9  # pivots along the cup
    u = np.linspace(0, 1, points)
    bowl = np.abs(2 * u - 1) ** rng.uniform(1.7, 3.6)  # 1.27 has 0.42 of its bars in the bottom third, 2 has 0.58
    rim = 1 + rng.uniform(-0.08, 0.08)
    cup = bowl * np.where(u < 0.5, 1.0, rim)
    cup[1:-1] += rng.normal(0, 0.05, points - 2) * (1 - bowl[1:-1])
    cup = np.minimum(cup, min(1.0, rim) - 0.02 * (cup < 0.999))
    cup[0], cup[-1] = 1.0, rim
    bend = log_uniform(rng, 0.6, 1.6)  # where the bottom lies between the rims
    steps = np.diff(u**bend)
    depth, length = rng.uniform(0.12, 0.42), rng.uniform(0.12, 0.32)
    stage = pick_stage(rng, forming=0.2, complete=0.35, broken=0.45)
    end = {
        "forming": rim - depth * rng.uniform(0.4, 0.9),
        "complete": rim - depth * rng.uniform(0, 0.3),
        "broken": rim + rng.uniform(0.08, 0.5),
    }[stage]
    drift = [rng.uniform(0.5, 1.0), rng.uniform(0.2, 0.9)]
    return outline(
        rng,
        [rng.uniform(0.06, 0.3), *steps, length * drift[0], length * drift[1]],
        [1 - rng.uniform(0.1, 1.1), *cup, rim - depth, end],
        bars=bars,
        stage=stage,
        body=(1, points + 1),
        slope=[1.0, rng.uniform(0.6, 1.6), *np.ones(points - 2), rng.uniform(0.6, 1.6), rng.uniform(0.2, 1.5), 1.0],
        volume=[
            1.0,
            1.2,
            *np.linspace(1.0, 0.6, points // 2),
            *np.linspace(0.7, 1.2, points - 1 - points // 2),
            0.6,
            1.6,
        ],
        roughness=rng.uniform(0.3, 0.7),
        give=0.09,
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
    inside = slice(left.bar, right.bar + 1)
    bottom = view.lower[inside].min()
    height = min(left.price, right.price) - bottom
    length = right.bar - left.bar
    if length < 10 or not view.fills(left.bar, right.bar, 0.38):
        return "cup too short"
    if abs(left.price - right.price) > 0.18 * height:
        return "rims not level"
    middle = (view.upper[inside] + view.lower[inside]) / 2
    if view.upper[left.bar + 1 : right.bar].max() > max(left.price, right.price):
        return "a price over the rims inside the cup"
    if (middle < bottom + height / 3).mean() < 0.42:
        return "bottom not rounded"
    lowest = left.bar + int(np.argmin(view.lower[inside]))
    if not 0.2 <= (lowest - left.bar) / length <= 0.8:
        return "bottom beside a rim"
    core = middle[length // 4 : length - length // 4]
    if core.max() > bottom + 0.62 * height:
        return "a peak inside the cup"
    after = view.lower[right.bar + 1 :]
    over = np.flatnonzero(view.candles.close[right.bar + 1 :] > right.price + 0.04 * height)
    handle = after[: over[0]] if len(over) else after
    if len(handle) < 2 or len(handle) > 0.6 * length:
        return "no handle" if len(handle) < 2 else "handle too long"
    pullback = (right.price - handle.min()) / height
    if not 0.07 <= pullback <= 0.55:
        return "handle too shallow" if pullback < 0.07 else "handle in the lower half"
    return None if view.fills(left.bar, right.bar + len(handle)) else "too small in the window"


PATTERN = Pattern(id=5, name="cup_and_handle", sketch=sketch, check=check)
