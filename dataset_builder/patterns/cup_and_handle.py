"""Cup and handle: a rounded bottom between level rims, then a shallow pullback, the handle.

Rules after O'Neil, How to Make Money in Stocks (1988), and Bulkowski, Encyclopedia of Chart Patterns (2nd edition,
2005), chapter "Cup with Handle"; where charts that people labelled show more, the limit is wider.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise
from operator import add
from typing import NamedTuple

import numpy as np

from dataset_builder.market.match import Line, Match, first_match
from dataset_builder.market.moves import trend
from dataset_builder.market.pattern import Pattern
from dataset_builder.market.sketch import FAR, Sketch, between, evenly, log_uniform, outline, pick_stage, spread
from dataset_builder.market.swings import View
from dataset_builder.market.zigzag import Swing

# What is drawn. Prices in H, the height of the rims over the bottom; the left rim lies at 1, the bottom at 0.
STAGES = {"forming": 0.2, "complete": 0.35, "broken": 0.45}  # relative weights
SMALL_BARS = 28  # fewer candles have no room for nine pivots along the cup, nor for pauses before it
PIVOTS, PIVOTS_SMALL = 9, 5  # along the cup, rim to rim
RIM = 0.1  # largest difference of the right rim from the left one
RISE = (0.0, 1.1)  # height of the rise into the left rim
SHALLOW_AFTER = 0.55  # after a higher rise, a deep handle that holds would make a double top
DEPTH, DEPTH_SHALLOW = (0.14, 0.42), (0.14, 0.25)  # of the handle
HANDLE_TIME, HANDLE_BARS = (0.11, 0.3), 4  # time of the handle in times of the cup, and its fewest candles
DOWN_TIME, UP_TIME = (0.4, 1.0), (0.2, 0.9)  # shares of that time for the handle's two legs
FORMING, COMPLETE, BROKEN = (0.4, 0.9), (0.0, 0.3), (0.08, 0.6)  # end: in handle depths below the rim; H above it
TIME_IN, TIME_IN_SMALL = (0.06, 0.35), (0.06, 0.2)  # time of the rise before the cup, in times of the cup
RIM_SLOPE = (0.6, 1.6)  # from a rounded to a spiked rim
HANDLE_SLOPE = (0.2, 1.5)
POWER = (2.0, 4.8)  # of the bowl |2u - 1|^power: 1.27 has 0.42 of its bars in the bottom third, 2 has 0.58
UNEVEN = (0.03, 0.15)  # deviation of the pivots along the bottom: real bottoms have wicks and are uneven
BEND = (0.6, 1.6)  # where the bottom lies between the rims: 1 is the middle
UNDER_RIM = 0.08  # pivots along the cup stay that far under the lower rim
CUP_FLOOR, CUP_CEILING = 0.05, 2.0  # walls: highest floor along the cup; ceiling where there is none of its own
HANDLE_ROOM = 0.5  # how far under the rim the price may go after a handle that is not broken
ROUGHNESS = (0.3, 1.5)
OVERSHOOT = 0.1


class Limits(NamedTuple):
    """What the check asks for. Heights in H, measured on the finished candles."""

    level: float  # largest difference of the rims
    peak: float  # highest outline in the middle half of the cup, over the bottom


# The books have rims that differ by 10 %. A higher peak parts the cup into two valleys.
STRICT = Limits(level=0.14, peak=0.58)
LOOSE = Limits(level=0.18, peak=0.62)  # people label less level and less even ones
ROUNDED = 0.42  # smallest share of the cup's bars in its bottom third: a V has 0.33, a parabola 0.58
SHORTEST, FEWEST = 0.32, 10  # from rim to rim: smallest share of the window, fewest bars
BOTTOM_PLACE = (0.2, 0.8)  # where the lowest bar lies between the rims
OVER_RIM = 0.04  # a close that far over the right rim ends the handle
HANDLE_FEWEST, HANDLE_LONGEST = 2, 0.6  # bars of the handle, and its length in lengths of the cup
PULLBACK = (0.07, 0.55)  # depth of the handle: O'Neil keeps it in the upper half


def sketch(rng: np.random.Generator, bars: int) -> Sketch:
    """Draw the pivots of a cup and handle of ``bars`` candles."""
    small = bars < SMALL_BARS
    points = PIVOTS_SMALL if small else PIVOTS
    rim = 1 + between(rng, -RIM, RIM)
    cup, steps = _cup(rng, points, rim)
    stage = pick_stage(rng, **STAGES)
    rise = between(rng, *RISE)
    shallow = stage != "broken" and rise > SHALLOW_AFTER
    depth = between(rng, *(DEPTH_SHALLOW if shallow else DEPTH))
    length = max(between(rng, *HANDLE_TIME), HANDLE_BARS / bars)
    end = {
        "forming": rim - depth * between(rng, *FORMING),
        "complete": rim - depth * between(rng, *COMPLETE),
        "broken": rim + between(rng, *BROKEN),
    }[stage]
    time = between(rng, *(TIME_IN_SMALL if small else TIME_IN))
    times, levels = ([time], [1.0]) if small else trend(rng, 1 - rise, 1.0, time)
    first, half = len(times), points // 2
    left, right = spread(rng, *RIM_SLOPE, 2)
    return outline(
        rng,
        [*times, *steps, length * between(rng, *DOWN_TIME), length * between(rng, *UP_TIME)],
        [1 - rise, *levels, *cup[1:], rim - depth, end],
        bars=bars,
        stage=stage,
        body=(first, first + points),
        slope=[*[1.0] * first, left, *[1.0] * (points - 2), right, between(rng, *HANDLE_SLOPE), 1.0],
        volume=[*[1.0] * first, 1.2, *evenly(1.0, 0.6, half), *evenly(0.7, 1.2, points - 1 - half), 0.6, 1.6],
        roughness=between(rng, *ROUGHNESS),
        overshoot=OVERSHOOT,
        floor=[*[-FAR] * first, *[min(level, CUP_FLOOR) for level in cup], -FAR, -FAR],
        ceiling=[*[CUP_CEILING] * first, *[max(1.0, rim)] * points, rim, CUP_CEILING],
        limits=(-FAR if stage == "broken" else rim - HANDLE_ROOM, FAR),
    )


def _cup(rng: np.random.Generator, points: int, rim: float) -> tuple[list[float], list[float]]:
    """Levels along the cup, rim to rim, and the durations of the legs between them."""
    power = log_uniform(rng, *POWER)
    rough = between(rng, *UNEVEN)
    bend = log_uniform(rng, *BEND)
    across = evenly(0, 1, points)
    bowl = [abs(2 * u - 1) ** power for u in across]
    noise = (rough * rng.standard_normal(points)).tolist()
    cup = [
        min(depth * (1.0 if u < 0.5 else rim) + off * (1 - depth), min(1.0, rim) - UNDER_RIM)
        for u, depth, off in zip(across, bowl, noise, strict=True)
    ]
    times = [u**bend for u in across]
    return [1.0, *cup[1:-1], rim], [after - before for before, after in pairwise(times)]


def find(view: View, limits: Limits = STRICT) -> Match | str:
    """The turning points of a cup and its handle in the candles, or the reason why there is none."""
    unlevel = limits.level * view.range
    # The tops of coarser scales are among those of the finest, so the finest scale shows every cup.
    rims = _rims(view.finest, unlevel, max(FEWEST, SHORTEST * view.bars - 1))
    found = first_match(view, rims, partial(_refuse, limits), "rims not level")
    if not isinstance(found, str):
        return found
    # The reason is more useful from a coarser scale, whose last pair of tops is the largest cup.
    last = next((pair for swings in reversed(view.scales[:3]) for pair in _rims(swings, unlevel)), None)
    return _refuse(limits, view, *last) if last else "rims not level"


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


def _refuse(limits: Limits, view: View, left: Swing, right: Swing) -> Match | str:
    length = right.bar - left.bar
    if length < FEWEST or not view.fills(left.bar, right.bar, SHORTEST):
        return "cup too short"
    lows = view.lower[left.bar : right.bar + 1]
    bottom = min(lows)
    height = min(left.price, right.price) - bottom
    if abs(left.price - right.price) > limits.level * height:
        return "rims not level"
    if max(view.upper[left.bar + 1 : right.bar]) > max(left.price, right.price):
        return "a price over the rims inside the cup"
    if not BOTTOM_PLACE[0] <= lows.index(bottom) / length <= BOTTOM_PLACE[1]:
        return "bottom beside a rim"
    if view.bottom_share(left.bar, right.bar, bottom, height) < ROUNDED:
        return "bottom not rounded"
    core = slice(left.bar + length // 4, right.bar - length // 4)
    if max(map(add, view.upper[core], view.lower[core])) / 2 > bottom + limits.peak * height:
        return "a peak inside the cup"
    return _refuse_handle(view, left, right, height)


def _refuse_handle(view: View, left: Swing, right: Swing, height: float) -> Match | str:
    length = right.bar - left.bar
    over = right.price + OVER_RIM * height
    closes = view.close[right.bar + 1 :]
    end = next((i for i, close in enumerate(closes) if close > over), len(closes))
    if end < HANDLE_FEWEST or end > HANDLE_LONGEST * length:
        return "no handle" if end < HANDLE_FEWEST else "handle too long"
    handle = view.lowest_bar(right.bar + 1, right.bar + end)
    pullback = (right.price - view.lower[handle]) / height
    if not PULLBACK[0] <= pullback <= PULLBACK[1]:
        return "handle too shallow" if pullback < PULLBACK[0] else "handle in the lower half"
    if not view.fills(left.bar, right.bar + end):
        return "too small in the window"
    points = [(bar, view.lower[bar]) for bar in (view.lowest_bar(left.bar, right.bar), handle)]
    return Match(
        ((left.bar, left.price), points[0], (right.bar, right.price), points[1]),
        lines=(Line(right.bar, right.price, handle + 1, above=True),),
        opposite=Line(handle, view.lower[handle], handle + 1, above=False),
    )


PATTERN = Pattern(id=5, name="cup_and_handle", sketch=sketch, find=find, find_loosely=partial(find, limits=LOOSE))
