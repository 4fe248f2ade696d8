"""Support and resistance: a range between two horizontal levels, or several bounces off a single one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, product

import numpy as np

from dataset_builder.market.moves import trend
from dataset_builder.market.pattern import Pattern
from dataset_builder.market.sketch import Sketch, between, evenly, log_uniform, outline, spread
from dataset_builder.market.swings import View, first_match, touches

ZONE = 0.28  # of H: how far from a level a turn still is a touch; the turns of real ranges spread that much
# Touches of both sides, which alternate: three and three after a trend. One fewer does where there is none: about half
# of the real crops labelled as resistance show a level twice or three times only.
TOUCHES = 6
LEVEL_SLOPE = 0.28  # of H, between the extremes of the range's two halves
STARTS = (0.0, 0.1, 0.2, 0.3, 0.4)  # where the range may begin, as shares of the window
# The last bars, as a share of the window, may be those of the exit: a leg out that takes a tenth makes a breakout. Of
# the real ranges that an earlier model misread, 16 of 71 are cut off there.
EXIT = 0.08


def sketch(rng: np.random.Generator, bars: int) -> Sketch:
    """H is the distance of the levels, at 0 and 1; a single level lies at 0 (or, mirrored, at 1)."""
    single = bool(rng.random() < 0.35)
    swings = 6 + int(2 * rng.random()) if single else 5 + int(1.5 * rng.random() ** 1.5)
    swings = min(swings, max(bars // 3, 7 if single else 5))
    low_first = bool(rng.random() < 0.5)
    lows, highs = _uneven(rng, swings), [1 - short for short in _uneven(rng, swings)]
    if single:
        lows, highs = [0.3 * low for low in lows], _unequal(rng, swings)
    levels = [low if (i % 2 == 0) == low_first else high for i, (low, high) in enumerate(zip(lows, highs, strict=True))]
    legs = [abs(a - b) * log_uniform(rng, 0.25, 4.0) + 0.1 for a, b in pairwise(levels)]
    start = _start(rng, low_first)
    start = min(max(start, 0.1), 1.6) if single else start
    times, points = trend(rng, start, levels[0], between(rng, 0.2, 0.9))
    first = len(times)
    leaves = rng.random() < 0.3
    if leaves:
        share = between(rng, 0.02, EXIT)
        out = min(log_uniform(rng, 0.8, 2.0), 0.7 + 0.5 * share * bars)  # no leap in a bar or two
        end = 0.5 + out * (-1 if levels[-1] > 0.5 else 1)
        time_out = share * (sum(times) + sum(legs))
    else:
        end, time_out = between(rng, 0.2, 0.8), between(rng, 0.15, 0.5)
    sketch = outline(
        rng,
        [*times, *legs, time_out],
        [start, *points, *levels[1:], end],
        bars=bars,
        stage="broken" if leaves else "complete",
        body=(first, first + swings - 1),
        volume=[*[1.1] * first, *evenly(1.2, 0.8, swings), 0.8],
        roughness=log_uniform(rng, 0.6, 1.7),
        overshoot=0.2,
        limits=(-0.2, 1.2),  # the range goes on
        last=leaves,
    )
    return sketch.mirrored() if single and rng.random() < 0.5 else sketch


def _uneven(rng: np.random.Generator, swings: int) -> list[float]:
    """How far each turn stops short of its level: most hardly, some by a fifth of the range."""
    most = between(rng, 0.02, 0.2)
    return [most * share**3 for share in spread(rng, -0.4, 1.0, swings)]


def _unequal(rng: np.random.Generator, swings: int) -> list[float]:
    """How far the price swings away from a single level: not ever less, which would be a triangle."""
    away = spread(rng, 0.5, 1.0, swings)
    return away if away.index(max(away)) > swings // 2 else away[::-1]


def _start(rng: np.random.Generator, low_first: bool) -> float:
    """Where the approach begins: inside the range, or beyond the level that it does not touch first."""
    if rng.random() < 0.3:
        return between(rng, 0.2, 0.8)
    return between(rng, 0.7, 2.4) if low_first else between(rng, -1.4, 0.3)


def check(view: View) -> str | None:
    if len(view.scales[0]) < 5:
        return "too few touches"
    starts = [int(share * view.bars) for share in STARTS]
    return first_match(view, product(starts, _stops(view, starts[-1])), _refuse, "no range")


def _stops(view: View, start: int) -> list[int]:
    """Where the range may end: with the window or, if the price has just left it, before the exit."""
    stop = view.bars - int(EXIT * view.bars)
    *inside, last = view.close[start:stop]
    low, high = min(inside), max(inside)
    leaves = low <= last <= high and not low <= view.close[-1] <= high
    return [view.bars, stop] if leaves else [view.bars]


def _refuse(view: View, start: int, stop: int) -> str | None:
    middle = start + (stop - start) // 2
    highest, high = max(view.upper[start:middle]), max(view.upper[middle:stop])
    if abs(highest - high) > LEVEL_SLOPE * view.range:  # enough for most, and sooner said
        return "a level slopes"
    lowest, low = min(view.lower[start:middle]), min(view.lower[middle:stop])
    slope = max(abs(highest - high), abs(lowest - low))
    if slope > LEVEL_SLOPE * (max(highest, high) - min(lowest, low)):
        return "a level slopes"
    upper, lower = view.upper[start:stop], view.lower[start:stop]
    spike = round(0.04 * (len(upper) - 1))  # a lone spike doesn't move the level
    top, bottom = sorted(upper)[-1 - spike], sorted(lower)[spike]
    height = top - bottom
    if slope > LEVEL_SLOPE * height:
        return "a level slopes"
    close = view.close[start:stop]
    if max(close) > top + 0.12 * height or min(close) < bottom - 0.12 * height:
        return "a close outside the range"
    high, low = touches(upper, lower, top - ZONE * height, bottom + ZONE * height)
    if view.narrowed(start, top, bottom):
        return "wider before the range: a triangle"
    if high + low >= TOUCHES - (not _trend(view, start, top, bottom)):
        return None
    return _refuse_single(upper, lower, top, bottom)


def _trend(view: View, start: int, top: float, bottom: float) -> bool:
    """Whether the price came into the range from far outside: two touches of a side are then a double top or bottom."""
    before = slice(max(start - 16, 0), start + 1)
    room = 0.3 * (top - bottom)
    return min(view.lower[before]) < bottom - room or max(view.upper[before]) > top + room


def _refuse_single(upper: Sequence[float], lower: Sequence[float], top: float, bottom: float) -> str | None:
    """Four bounces off one side, each from at least 30 % of the range away; one far swing alone is a head."""
    height = top - bottom
    _, off_low = touches(upper, lower, bottom + 0.42 * height, bottom + 0.13 * height)
    if off_low >= 4 and touches(upper, lower, top - 0.25 * height, top - 0.5 * height)[0] >= 2:
        return None
    off_top, _ = touches(upper, lower, top - 0.13 * height, top - 0.42 * height)
    if off_top >= 4 and touches(upper, lower, bottom + 0.5 * height, bottom + 0.25 * height)[1] >= 2:
        return None
    return "too few touches"


PATTERN = Pattern(id=8, name="support_resistance", sketch=sketch, check=check)
