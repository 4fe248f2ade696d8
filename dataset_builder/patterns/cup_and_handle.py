"""Cup and handle: a rounded bottom between level rims, then a shallow pullback. After O'Neil (1988)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from operator import add

import numpy as np

from dataset_builder.market.moves import trend
from dataset_builder.market.pattern import Pattern
from dataset_builder.market.sketch import FAR, Sketch, between, evenly, log_uniform, outline, pick_stage, spread
from dataset_builder.market.swings import Swing, View, first_match

ROUNDED = 0.42  # of the cup's bars lie in its bottom third: a V has 0.33, a parabola 0.58
LEVEL = 0.18  # of H: how far apart the rims may lie
SHORTEST = 0.32  # share of the window from rim to rim


def sketch(rng: np.random.Generator, bars: int) -> Sketch:
    """H is the rims over the bottom: the left rim at 1, the bottom at 0."""
    small = bars < 28
    points = 5 if small else 9  # pivots along the cup
    rim = 1 + between(rng, -0.1, 0.1)
    cup, steps = _cup(rng, points, rim)
    stage = pick_stage(rng, forming=0.2, complete=0.35, broken=0.45)
    rise = between(rng, 0.0, 0.9)
    shallow = stage != "broken" and rise > 0.55  # after a rise, a deep handle that holds would be a double top
    depth, length = between(rng, 0.14, 0.25 if shallow else 0.42), max(between(rng, 0.11, 0.3), 4 / bars)
    end = {
        "forming": rim - depth * between(rng, 0.4, 0.9),
        "complete": rim - depth * between(rng, 0, 0.3),
        "broken": rim + between(rng, 0.08, 0.6),
    }[stage]
    # A pause takes bars that a small cup can't spare.
    time = between(rng, 0.06, 0.2 if small else 0.35)
    times, levels = ([time], [1.0]) if small else trend(rng, 1 - rise, 1.0, time)
    first, half = len(times), points // 2
    left, right = spread(rng, 0.6, 1.6, 2)
    return outline(
        rng,
        [*times, *steps, length * between(rng, 0.4, 1.0), length * between(rng, 0.2, 0.9)],
        [1 - rise, *levels, *cup[1:], rim - depth, end],
        bars=bars,
        stage=stage,
        body=(first, first + points),
        slope=[*[1.0] * first, left, *[1.0] * (points - 2), right, between(rng, 0.2, 1.5), 1.0],
        volume=[*[1.0] * first, 1.2, *evenly(1.0, 0.6, half), *evenly(0.7, 1.2, points - 1 - half), 0.6, 1.6],
        roughness=between(rng, 0.65, 1.55),
        overshoot=0.1,
        floor=[*[-FAR] * first, *[min(level, 0.05) for level in cup], -FAR, -FAR],
        ceiling=[*[2.0] * first, *[max(1.0, rim)] * points, rim, 2.0],
        limits=(-FAR if stage == "broken" else rim - 0.5, FAR),  # the handle goes on
    )


def _cup(rng: np.random.Generator, points: int, rim: float) -> tuple[list[float], list[float]]:
    """Levels along the cup, rim to rim, and the durations of the legs between them."""
    power = log_uniform(rng, 2.2, 4.2)  # 1.27 has 0.42 of its bars in the bottom third, 2 has 0.58
    rough = between(rng, 0.03, 0.15)  # wicked, uneven bottoms
    bend = log_uniform(rng, 0.6, 1.6)  # where the bottom lies between the rims
    across = evenly(0, 1, points)
    bowl = [abs(2 * u - 1) ** power for u in across]
    noise = (rough * rng.standard_normal(points)).tolist()
    cup = [
        min(depth * (1.0 if u < 0.5 else rim) + off * (1 - depth), min(1.0, rim) - 0.08)
        for u, depth, off in zip(across, bowl, noise, strict=True)
    ]
    times = [u**bend for u in across]
    return [1.0, *cup[1:-1], rim], [after - before for before, after in pairwise(times)]


def check(view: View) -> str | None:
    unlevel = LEVEL * view.range
    # The tops of coarser scales are among those of the finest, so it shows every cup that any of them does ...
    rims = _rims(view.scales[0], unlevel, max(10, SHORTEST * view.bars - 1))
    if first_match(view, rims, _refuse, "rims not level") is None:
        return None
    # ... but of a coarser one, what is said against its last pair tells more.
    last = next((pair for swings in reversed(view.scales[:3]) for pair in _rims(swings, unlevel)), None)
    return _refuse(view, *last) if last else "rims not level"


def _rims(swings: Sequence[Swing], unlevel: float, length: float = 0) -> Iterator[tuple[Swing, Swing]]:
    """Pairs of tops that are no further apart in price and no nearer in time, the last ones first."""
    tops = [s for s in swings if s.top]
    for i in range(len(tops) - 2, -1, -1):
        left = tops[i]
        for right in tops[:i:-1]:
            if right.bar - left.bar < length:
                break
            if abs(left.price - right.price) <= unlevel:
                yield left, right


def _refuse(view: View, left: Swing, right: Swing) -> str | None:
    length = right.bar - left.bar
    if length < 10 or not view.fills(left.bar, right.bar, SHORTEST):
        return "cup too short"
    lows = view.lower[left.bar : right.bar + 1]
    bottom = min(lows)
    height = min(left.price, right.price) - bottom
    if abs(left.price - right.price) > LEVEL * height:
        return "rims not level"
    if max(view.upper[left.bar + 1 : right.bar]) > max(left.price, right.price):
        return "a price over the rims inside the cup"
    if not 0.2 <= lows.index(bottom) / length <= 0.8:
        return "bottom beside a rim"
    if view.bottom_share(left.bar, right.bar, bottom, height) < ROUNDED:
        return "bottom not rounded"
    core = slice(left.bar + length // 4, right.bar - length // 4)
    if max(map(add, view.upper[core], view.lower[core])) / 2 > bottom + 0.62 * height:
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
