"""Support and resistance: a range between two horizontal levels, or several bounces off a single one.

Rules after Bulkowski, Encyclopedia of Chart Patterns (2nd edition, 2005), chapters "Rectangle Tops" and "Rectangle
Bottoms"; charts that people labelled settle the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise, product
from typing import NamedTuple

import numpy as np

from dataset_builder.market.match import Line, Match, first_match
from dataset_builder.market.moves import trend
from dataset_builder.market.pattern import Pattern
from dataset_builder.market.sides import touches, turns
from dataset_builder.market.sketch import Sketch, between, evenly, log_uniform, outline, spread
from dataset_builder.market.swings import View

# The last bars, as a share of the window, may be those of a leg out: one that takes a tenth makes a breakout. Of the
# labelled ranges that an earlier model misread, 16 of 71 are cut off there.
EXIT = 0.08

# What is drawn. Prices in H, the distance of the levels, which lie at 0 and 1; a single level lies at 0 (or, mirrored,
# at 1).
SINGLE = 0.35  # share of charts with a single level
TURNS_SINGLE, TURNS = (6, 9), (5, 9)  # fewest and most turns
LEANING = 1.5  # exponent that makes few turns of two levels more likely than many
TURN_BARS = 3  # a chart has at most one turn in so many bars
SINGLE_LOWS = 0.3  # turns at a single level spread less, by that factor
LEG, LEG_LEAST = (0.25, 4.0), 0.1  # relative duration of a leg: for each H that it moves, and in any case
NEAREST, FARTHEST = 0.1, 1.6  # where the price comes from before a single level
TIME_IN, TIME_ON = (0.2, 0.9), (0.15, 0.5)  # relative duration of the way in, and of the last leg inside
LEAVES = 0.3  # share of charts that end with the leg out
OUT_SHARE, OUT = (0.02, EXIT), (0.8, 2.0)  # the leg out: share of the time, length
OUT_LEAST, OUT_OF_BARS = 0.7, 0.5  # it is no longer than that, and that much more a bar: no leap in a bar or two
INSIDE = (0.2, 0.8)  # where a chart that stays inside ends
UNEVEN = (0.02, 0.2)  # by how much the turns of one chart stop short of their level at most
AWAY = (0.5, 1.0)  # how far the price swings away from a single level
FROM_INSIDE = 0.3  # share of charts whose way in begins inside the range
FROM_ABOVE, FROM_BELOW = (0.7, 2.4), (-1.4, 0.3)  # where it begins otherwise
ROUGHNESS = (0.3, 2.0)
OVERSHOOT = 0.2


class Limits(NamedTuple):
    """What the check asks for. Heights in H, measured on the finished candles."""

    zone: float  # how far from a level a turn still is a touch
    slope: float  # largest difference between the extremes of the range's two halves
    starts: tuple[float, ...]  # where the range may begin, as shares of the window
    outside: float  # how far a close may lie outside
    bounce_from: float  # from how far away a bounce off a single level comes
    bounce_at: float  # how near to it a bounce turns


STRICT = Limits(
    zone=0.2,  # turns of 0.28, as labelled ones have, are common in walks
    slope=0.17,  # with more it is a triangle or a channel
    starts=(0.0, 0.1, 0.2, 0.3),
    outside=0.07,  # further out it is a breakout
    bounce_from=0.45,
    bounce_at=0.11,  # nearer than in a range: nothing else holds the price
)
LOOSE = Limits(  # people label turns that spread more, and levels that slope
    zone=0.28, slope=0.28, starts=(0.0, 0.1, 0.2, 0.3, 0.4), outside=0.12, bounce_from=0.42, bounce_at=0.13
)
# Touches of both sides, which alternate: three and three after a trend. One fewer is enough without a trend: about half
# of the charts labelled as resistance show a level only twice or three times.
TOUCHES = 6
SPIKES = 0.04  # share of the bars whose extremes don't count for a level
LOOK_BACK, TREND = 16, 0.3  # a trend into the range: within so many bars before it, from so far outside
BOUNCES = 4  # fewest off a single level
FAR_SWINGS, FAR_FROM, FAR_TO = 2, 0.25, 0.5  # swings on the far side: one alone would make a head


def sketch(rng: np.random.Generator, bars: int) -> Sketch:
    """Draw the pivots of a range, or of bounces off a single level, of ``bars`` candles."""
    single = bool(rng.random() < SINGLE)
    fewest, most = TURNS_SINGLE if single else TURNS
    swings = fewest + int((most - fewest + 1) * rng.random() ** (1 if single else LEANING))
    swings = min(swings, max(bars // TURN_BARS, fewest + single))
    low_first = bool(rng.random() < 0.5)
    lows, highs = _uneven(rng, swings), [1 - short for short in _uneven(rng, swings)]
    if single:
        lows, highs = [SINGLE_LOWS * low for low in lows], _unequal(rng, swings)
    levels = [low if (i % 2 == 0) == low_first else high for i, (low, high) in enumerate(zip(lows, highs, strict=True))]
    legs = [abs(a - b) * log_uniform(rng, *LEG) + LEG_LEAST for a, b in pairwise(levels)]
    start = _start(rng, low_first)
    start = min(max(start, NEAREST), FARTHEST) if single else start
    times, points = trend(rng, start, levels[0], between(rng, *TIME_IN))
    first = len(times)
    leaves = rng.random() < LEAVES
    if leaves:
        share = between(rng, *OUT_SHARE)
        out = min(log_uniform(rng, *OUT), OUT_LEAST + OUT_OF_BARS * share * bars)
        end = 0.5 + out * (-1 if levels[-1] > 0.5 else 1)
        time_out = share * (sum(times) + sum(legs))
    else:
        end, time_out = between(rng, *INSIDE), between(rng, *TIME_ON)
    sketch = outline(
        rng,
        [*times, *legs, time_out],
        [start, *points, *levels[1:], end],
        bars=bars,
        stage="broken" if leaves else "complete",
        body=(first, first + swings - 1),
        volume=[*[1.1] * first, *evenly(1.2, 0.8, swings), 0.8],
        roughness=log_uniform(rng, *ROUGHNESS),
        overshoot=OVERSHOOT,
        limits=(-OVERSHOOT, 1 + OVERSHOOT),  # the range goes on
        last=leaves,
    )
    return sketch.mirrored() if single and rng.random() < 0.5 else sketch


def _uneven(rng: np.random.Generator, swings: int) -> list[float]:
    """How far each turn stops short of its level: most hardly, some by a fifth of the range."""
    most = between(rng, *UNEVEN)
    return [most * share**3 for share in spread(rng, -0.4, 1.0, swings)]


def _unequal(rng: np.random.Generator, swings: int) -> list[float]:
    """How far the price swings away from a single level: not ever less, which would be a triangle."""
    away = spread(rng, *AWAY, swings)
    return away if away.index(max(away)) > swings // 2 else away[::-1]


def _start(rng: np.random.Generator, low_first: bool) -> float:
    """Where the approach begins: inside the range, or beyond the level that it does not touch first."""
    if rng.random() < FROM_INSIDE:
        return between(rng, *INSIDE)
    return between(rng, *(FROM_ABOVE if low_first else FROM_BELOW))


def find(view: View, limits: Limits = STRICT) -> Match | str:
    """The turning points of a range or bounces off one level in the candles, or the reason why there is none."""
    if len(view.finest) < 5:
        return "too few touches"
    starts = [int(share * view.bars) for share in limits.starts]
    return first_match(view, product(starts, _stops(view, starts[-1])), partial(_refuse, limits), "no range")


def _stops(view: View, start: int) -> list[int]:
    """Where the range may end: with the window or, if the price has just left it, before the exit."""
    stop = view.bars - int(EXIT * view.bars)
    *inside, last = view.close[start:stop]
    low, high = min(inside), max(inside)
    leaves = low <= last <= high and not low <= view.close[-1] <= high
    return [view.bars, stop] if leaves else [view.bars]


def _refuse(limits: Limits, view: View, start: int, stop: int) -> Match | str:
    middle = start + (stop - start) // 2
    highest, high = max(view.upper[start:middle]), max(view.upper[middle:stop])
    if abs(highest - high) > limits.slope * view.range:  # quick to compute, and enough for most
        return "a level slopes"
    lowest, low = min(view.lower[start:middle]), min(view.lower[middle:stop])
    slope = max(abs(highest - high), abs(lowest - low))
    if slope > limits.slope * (max(highest, high) - min(lowest, low)):
        return "a level slopes"
    upper, lower = view.upper[start:stop], view.lower[start:stop]
    spike = round(SPIKES * (len(upper) - 1))
    top, bottom = sorted(upper)[-1 - spike], sorted(lower)[spike]
    height = top - bottom
    if slope > limits.slope * height:
        return "a level slopes"
    close, outside = view.close[start:stop], limits.outside * height
    if max(close) > top + outside or min(close) < bottom - outside:
        return "a close outside the range"
    near_top, near_bottom = top - limits.zone * height, bottom + limits.zone * height
    high, low = touches(upper, lower, near_top, near_bottom)
    if view.narrowed(start, top, bottom):
        return "wider before the range: a triangle"
    if high + low >= TOUCHES - (not _trend(view, start, top, bottom)):
        sides = Line(start, top, stop, above=True), Line(start, bottom, stop, above=False)
        return _match(start, upper, lower, near_top, near_bottom, *sides)
    return _refuse_single(limits, start, upper, lower, top, bottom)


def _match(start: int, upper: Sequence[float], lower: Sequence[float], high: float, low: float, *lines: Line) -> Match:
    return Match(tuple([(start + bar, price) for bar, price in turns(upper, lower, high, low)]), lines=lines)


def _trend(view: View, start: int, top: float, bottom: float) -> bool:
    """Whether the price came into the range from far outside: two touches of a side are then a double top or bottom."""
    before = slice(max(start - LOOK_BACK, 0), start + 1)
    room = TREND * (top - bottom)
    return min(view.lower[before]) < bottom - room or max(view.upper[before]) > top + room


def _refuse_single(
    limits: Limits, start: int, upper: Sequence[float], lower: Sequence[float], top: float, bottom: float
) -> Match | str:
    """Several bounces off one side, each from well away; one far swing alone would be a head."""
    height = top - bottom
    away, at, near, far = (share * height for share in (limits.bounce_from, limits.bounce_at, FAR_FROM, FAR_TO))
    _, off_low = touches(upper, lower, bottom + away, bottom + at)
    if off_low >= BOUNCES and touches(upper, lower, top - near, top - far)[0] >= FAR_SWINGS:
        line = Line(start, bottom, start + len(upper), above=False)
        return _match(start, upper, lower, bottom + away, bottom + at, line)
    off_top, _ = touches(upper, lower, top - at, top - away)
    if off_top >= BOUNCES and touches(upper, lower, bottom + far, bottom + near)[1] >= FAR_SWINGS:
        line = Line(start, top, start + len(upper), above=True)
        return _match(start, upper, lower, top - at, top - away, line)
    return "too few touches"


PATTERN = Pattern(id=8, name="support_resistance", sketch=sketch, find=find, find_loosely=partial(find, limits=LOOSE))
