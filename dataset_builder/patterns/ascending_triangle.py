"""Ascending triangle: a flat top, and rising lows that close in on it.

Rules after Bulkowski, Encyclopedia of Chart Patterns (2nd edition, 2005), chapter "Triangles, Ascending",
identification guidelines; where charts that people labelled show more, the limit is wider and its comment says so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from operator import add
from typing import NamedTuple

import numpy as np

from dataset_builder.market.match import Line, Match, matched
from dataset_builder.market.moves import trend
from dataset_builder.market.pattern import Pattern
from dataset_builder.market.sketch import FAR, Sketch, between, evenly, log_uniform, outline, pick_stage, shares, spread
from dataset_builder.market.swings import View
from dataset_builder.market.zigzag import Swing

# What is drawn. Prices in H, the height at the triangle's start: the flat top lies at 1, the first low at 0.
# Relative weights of the stages: half of the labelled charts end under 0.6 of their height: not all break upwards.
STAGES = {"broken": 0.42, "complete": 0.25, "failed": 0.33}
TURNS, TURN_BARS = (5, 8), 4  # fewest and most turns, at most one in so many bars: four, after a trend, is a double top
TURNS_LEANING = (0.8, 0.6)  # share of the possible turns that is drawn, and exponent that leans to many
NARROW = (0.2, 0.5)  # width at the end over width at the start
LOW_FIRST = 0.6  # share of charts that come to the rising line first, as most labelled ones do
BEND = (0.7, 1.05)  # exponent of the rising line: labelled lows rise steeply at first, and level off
STRAY, FIRST_LOW = (-0.02, 0.05), 0.02  # how far turns lie inside their line; highest first low
START_HIGH, START_LOW = (0.6, 2.2), (-1.6, 0.5)  # where the price comes from: before a low, before a top
TIME_IN = (0.25, 1.6)  # relative duration of the way in
LEG, SHORTENING = (0.3, 3.2), 0.55  # relative duration of a leg, and by how much the last is shorter than the first
GAP_DRAWN = 0.57  # of the triangle's length: lows are drawn no further apart
LAST_LEG = (0.3, 0.8)  # time of the last leg inside, in times of the leg before
BREAK, FALL = (0.2, 1.6), (0.5, 2.5)  # length of the leg out, upwards and downwards
OUT_TIME = (0.12, 0.45)  # its time for each H
NARROWING = 0.5  # bars grow smaller with the width, by this exponent
ROUGHNESS, CALM_BARS = (0.3, 1.2), 40  # in fewer bars less, or the noise of a few bars would hide the turns
OVERSHOOT, LEG_OVERSHOOT = 0.03, 0.37  # past the sides; past the two turns of a leg, inside the sides
UNDER_LINE = 0.02  # the wall under the rising line


class Limits(NamedTuple):
    """What the check asks for. Heights in H, measured on the finished candles."""

    touch: float  # how far from its line a turn still is a touch
    smallest: float  # share of the window from the first turn to the last
    width: tuple[float, float]  # at the last turn, over that at the start
    gap: float  # longest time between two touches of the rising line, in lengths of the triangle


STRICT = Limits(
    touch=0.1,  # Bulkowski's touches come near or meet the line
    smallest=0.45,  # what leads in and out takes the rest
    width=(0.1, 0.6),  # wider is a range that leans; narrower is at the apex, and most triangles are left before
    gap=0.55,  # with more, only the ends are on the line, and any two lows lie on a line
)
LOOSE = Limits(touch=0.12, smallest=0.4, width=(0.05, 0.7), gap=0.6)  # turns that people label stray that far
TOUCHES = 5  # of both sides together, at least two of each
END_TO_APEX = 0.6  # a triangle ends that share of the way from its last turn to the apex


def sketch(rng: np.random.Generator, bars: int) -> Sketch:
    """Draw the pivots of an ascending triangle of ``bars`` candles."""
    stage = pick_stage(rng, **STAGES)
    most = min(max(bars // TURN_BARS, TURNS[0]), TURNS[1])
    swings = TURNS[0] + int(TURNS_LEANING[0] * (most - TURNS[0] + 1) * rng.random() ** TURNS_LEANING[1])
    narrow = between(rng, *NARROW)
    low_first = bool(rng.random() < LOW_FIRST)
    # The break starts from the opposite side, so that the last pivot is a turn.
    if stage != "complete" and (swings % 2 == 1) != (low_first == (stage == "broken")):
        if swings < most:
            swings += 1
        else:
            low_first = not low_first
    lowest = 0 if low_first else 1
    legs = _legs(rng, swings, lowest)
    when = shares(legs)
    bend = log_uniform(rng, *BEND)
    low_line = [(1 - narrow) * (max(at - when[lowest], 0.0) / (1 - when[lowest])) ** bend for at in when]
    stray = spread(rng, *STRAY, swings)
    levels = [
        low + d if (i % 2 == 0) == low_first else 1 - d for i, (low, d) in enumerate(zip(low_line, stray, strict=True))
    ]
    levels[lowest] = min(levels[lowest], FIRST_LOW)
    start = between(rng, *(START_HIGH if low_first else START_LOW))
    times, points = trend(rng, start, levels[0], between(rng, *TIME_IN))
    end, time_out = _exit(rng, stage, levels, low_line[-1])
    first = len(times)
    return outline(
        rng,
        [*times, *legs, log_uniform(rng, *LAST_LEG) * legs[-1] + time_out],
        [start, *points, *levels[1:], end],
        bars=bars,
        stage=stage,
        body=(first, first + swings - 1),
        volatility=[
            *[1.0] * first,
            *[(1 - low) ** NARROWING for low in low_line],
            narrow if stage == "complete" else 1.0,
        ],
        volume=[*[1.2] * first, *evenly(1.2, 0.6, swings), 0.6 if stage == "complete" else 2.0],
        roughness=between(rng, *ROUGHNESS) * min(bars / CALM_BARS, 1) ** 0.5,
        overshoot=OVERSHOOT,
        leg_overshoot=LEG_OVERSHOOT,
        floor=[*[-FAR] * first, *[low - UNDER_LINE for low in low_line], -FAR],
        ceiling=[*[FAR] * first, *[1.0] * swings, FAR],
    )


def _legs(rng: np.random.Generator, swings: int, lowest: int) -> list[float]:
    """Durations from turn to turn, shorter and shorter on average, with no two lows too far apart."""
    while True:
        legs = [(1 - SHORTENING * i / swings) * log_uniform(rng, *LEG) for i in range(swings - 1)]
        if max(map(add, legs[lowest::2], legs[lowest + 1 :: 2])) < GAP_DRAWN * sum(legs):
            return legs


def _exit(rng: np.random.Generator, stage: str, levels: list[float], low: float) -> tuple[float, float]:
    """Where the last leg ends, half-way across the triangle or beyond a side, and the time that the break takes."""
    if stage == "complete":
        across = low if levels[-1] > levels[-2] else 1.0
        return (levels[-1] + across) / 2, 0.0
    if stage == "broken":
        leg = log_uniform(rng, *BREAK)
        end = 1 + leg
    else:
        leg = log_uniform(rng, *FALL)
        end = low - leg
    return end, leg * between(rng, *OUT_TIME)


def find(view: View, limits: Limits = STRICT) -> Match | str:
    """The turning points of an ascending triangle in the candles, or the reason why there is none."""
    swings = view.finest[:-1]  # the last one may still be moving
    found: Match | str = "no five swings"
    for i, low in enumerate(swings[:-3]):
        if not low.top:
            found = _refuse(limits, view, swings[:i], swings[i:])
            if not isinstance(found, str):
                return found
    return found


def _refuse(limits: Limits, view: View, before: Sequence[Swing], swings: Sequence[Swing]) -> Match | str:
    """Try a triangle whose lowest low is the first of these swings, and that ends at any later one."""
    low_bar, low, _ = swings[0]
    slope, top = math.inf, -math.inf
    found: Match | str = "lows don't rise"
    first = before[-1].bar if before else low_bar  # at the earliest
    if not view.fills(first, swings[-1].bar, limits.smallest):
        return found
    for end, (bar, price, is_top) in enumerate(swings):
        if is_top:
            if price > top:
                top = price
        elif end:
            slope = min(slope, (price - low) / (bar - low_bar))
            if slope <= 0:
                return found
        if end >= 3 and view.fills(first, bar, limits.smallest):
            found = _refuse_lines(limits, view, before, swings[: end + 1], top, slope)
            if not isinstance(found, str):
                return found
    return found


def _refuse_lines(
    limits: Limits, view: View, before: Sequence[Swing], swings: Sequence[Swing], top: float, slope: float
) -> Match | str:
    low, last = swings[0], swings[-1]
    height = top - low.price
    width = (top - low.price - slope * (last.bar - low.bar)) / height
    narrowest, widest = limits.width
    if not narrowest <= width <= widest:
        return "sides don't converge"
    room = limits.touch * height
    first, tops = low.bar, 0
    if before and abs(before[-1].price - top) <= room:
        first, tops = before[-1].bar, 1
        if len(before) > 1 and abs(before[-2].price - low.price) < room:
            return "a level low before: a range"
    if reason := _refuse_size(limits, view, first, low, last, width):
        return reason
    if tops + len(swings) < TOUCHES:  # each swing touches once at most
        return "under five touches of the sides"
    lows, misses, gap, touched, up = 1, 0, 0, low.bar, False
    for bar, price, is_top in swings[1:]:
        if is_top:
            if price < top - room:
                misses += 1
            elif not up:
                tops, up = tops + 1, True
        elif price <= low.price + slope * (bar - low.bar) + room:
            gap, touched = max(gap, bar - touched), bar
            if up:
                lows, up = lows + 1, False
    if min(tops, lows) < 2 or tops + lows < TOUCHES:
        return "under five touches of the sides"
    if gap > limits.gap * (last.bar - first):
        return "lows not on a line"
    if misses > tops:
        return "top not flat"
    if max(view.close[first : last.bar + 1]) > top + room:
        return "a close outside the triangle"
    if reason := _refuse_sequel(view, last.bar, top - width * height, top, room):
        return reason
    return matched(
        *before[-1:] if first < low.bar else (),
        *swings,
        line=Line(first, top, last.bar + 1, above=True),
        # A later low that still touches the rising line may close a little below it.
        opposite=Line(low.bar, low.price - room, last.bar + 1, above=False, slope=slope),
    )


def _refuse_size(limits: Limits, view: View, first: int, low: Swing, last: Swing, width: float) -> str | None:
    """Whether the triangle, up to where it ends before its apex, fills enough of the window."""
    end = last.bar + END_TO_APEX * (last.bar - low.bar) * width / (1 - width)
    fills = view.fills(first, min(int(end) + 1, view.bars - 1)) and view.fills(first, last.bar, limits.smallest)
    return None if fills else "too small in the window"


def _refuse_sequel(view: View, last_bar: int, line: float, top: float, room: float) -> str | None:
    after = iter(view.close[last_bar + 1 :])
    fell = any(close < line - room for close in after)
    return "back inside after a fall: a range" if fell and max(after, default=line) > (line + top) / 2 else None


PATTERN = Pattern(id=3, name="ascending_triangle", sketch=sketch, find=find, find_loosely=partial(find, limits=LOOSE))
