"""Ascending triangle: a flat top and rising lows that close in on it. Bulkowski's identification guidelines."""

from __future__ import annotations

import math
from collections.abc import Sequence
from operator import add

import numpy as np

from dataset_builder.market.moves import trend
from dataset_builder.market.pattern import Pattern
from dataset_builder.market.sketch import FAR, Sketch, between, evenly, log_uniform, outline, pick_stage, shares, spread
from dataset_builder.market.swings import Swing, View

TOUCH = 0.12  # of H: tops and lows of real triangles stray that far from their lines
GAP = 0.6  # of the triangle's length: the longest time between two touches of the rising line
SMALLEST = 0.4  # share of the window from the first turn to the last


def sketch(rng: np.random.Generator, bars: int) -> Sketch:
    """H is the triangle's height at its start: the flat top at 1, the first low at 0."""
    # Half of the real crops end under 0.6 of their height, or over 0.2 for the mirror image: many don't break that way.
    stage = pick_stage(rng, broken=0.42, complete=0.25, failed=0.33)
    most = min(max(bars // 4, 5), 8)
    swings = 5 + int(0.8 * (most - 4) * rng.random() ** 0.6)  # four, after a trend, could be a double top
    narrow = between(rng, 0.2, 0.5)  # width at the end over width at the start
    low_first = bool(rng.random() < 0.7)  # most real ones follow a way to the rising line, not to the flat top
    # The break starts from the side opposite to it, or the last pivot would be no turn.
    if stage != "complete" and (swings % 2 == 1) != (low_first == (stage == "broken")):
        if swings < most:
            swings += 1
        else:
            low_first = not low_first
    lowest = 0 if low_first else 1
    legs = _legs(rng, swings, lowest)
    when = shares(legs)
    bend = log_uniform(rng, 0.7, 1.05)  # the lows of real triangles rise steeply at first, and level off
    low_line = [(1 - narrow) * (max(at - when[lowest], 0.0) / (1 - when[lowest])) ** bend for at in when]
    stray = spread(rng, -0.02, 0.05, swings)
    levels = [
        low + d if (i % 2 == 0) == low_first else 1 - d for i, (low, d) in enumerate(zip(low_line, stray, strict=True))
    ]
    levels[lowest] = min(levels[lowest], 0.02)
    start = between(rng, 0.8, 2.2) if low_first else between(rng, -1.6, 0.5)
    times, points = trend(rng, start, levels[0], between(rng, 0.4, 1.6))
    end, time_out = _exit(rng, stage, levels, low_line[-1])
    first = len(times)
    return outline(
        rng,
        [*times, *legs, log_uniform(rng, 0.3, 0.8) * legs[-1] + time_out],
        [start, *points, *levels[1:], end],
        bars=bars,
        stage=stage,
        body=(first, first + swings - 1),
        volatility=[*[1.0] * first, *[(1 - low) ** 0.5 for low in low_line], narrow if stage == "complete" else 1.0],
        volume=[*[1.2] * first, *evenly(1.2, 0.6, swings), 0.6 if stage == "complete" else 2.0],
        roughness=between(rng, 0.55, 1.3) * min(bars / 40, 1) ** 0.5,  # or a few bars' noise hides the turns
        overshoot=0.03,
        leg_overshoot=0.37,  # past either of two touches, but not out of the triangle
        floor=[*[-FAR] * first, *[low - 0.02 for low in low_line], -FAR],
        ceiling=[*[FAR] * first, *[1.0] * swings, FAR],
    )


def _legs(rng: np.random.Generator, swings: int, lowest: int) -> list[float]:
    """Durations from turn to turn, ever shorter on average, with no lows further apart than those of a line."""
    while True:
        legs = [(1 - 0.55 * i / swings) * log_uniform(rng, 0.3, 3.2) for i in range(swings - 1)]
        if max(map(add, legs[lowest::2], legs[lowest + 1 :: 2])) < 0.95 * GAP * sum(legs):
            return legs


def _exit(rng: np.random.Generator, stage: str, levels: list[float], low: float) -> tuple[float, float]:
    """Where the last leg ends, half-way across the triangle or beyond a side, and the time that the break takes."""
    if stage == "complete":
        across = low if levels[-1] > levels[-2] else 1.0
        return (levels[-1] + across) / 2, 0.0
    if stage == "broken":
        leg = log_uniform(rng, 0.2, 1.6)
        end = 1 + leg
    else:
        leg = log_uniform(rng, 0.5, 2.5)
        end = low - leg
    return end, leg * between(rng, 0.12, 0.45)


def check(view: View) -> str | None:
    swings = view.scales[0][:-1]  # the last one may still be moving
    reason: str | None = "no five swings"
    for i, low in enumerate(swings[:-3]):
        if not low.top:
            reason = _refuse(view, swings[:i], swings[i:])
            if reason is None:
                return None
    return reason


def _refuse(view: View, before: Sequence[Swing], swings: Sequence[Swing]) -> str | None:
    """Try a triangle whose lowest low is the first of these swings, and that ends at any later one."""
    low_bar, low, _ = swings[0]
    slope, top, reason = math.inf, -math.inf, "lows don't rise"
    first = before[-1].bar if before else low_bar  # at the earliest
    if not view.fills(first, swings[-1].bar, SMALLEST):
        return reason
    for end, (bar, price, is_top) in enumerate(swings):
        if is_top:
            if price > top:
                top = price
        elif end:
            slope = min(slope, (price - low) / (bar - low_bar))
            if slope <= 0:
                return reason
        if end >= 3 and view.fills(first, bar, SMALLEST):
            reason = _refuse_lines(view, before, swings[: end + 1], top, slope)
            if reason is None:
                return None
    return reason


def _refuse_lines(view: View, before, swings: Sequence[Swing], top: float, slope: float) -> str | None:
    low, last = swings[0], swings[-1]
    height = top - low.price
    width = (top - low.price - slope * (last.bar - low.bar)) / height
    if not 0.05 <= width <= 0.7:
        return "sides don't converge"
    room = TOUCH * height
    first, tops = low.bar, 0
    if before and abs(before[-1].price - top) <= room:
        first, tops = before[-1].bar, 1
        if len(before) > 1 and abs(before[-2].price - low.price) < room:
            return "a level low before: a range"
    if reason := _refuse_size(view, first, low, last, width):
        return reason
    if tops + len(swings) < 5:  # each swing touches once at most
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
    if min(tops, lows) < 2 or tops + lows < 5:
        return "under five touches of the sides"
    if gap > GAP * (last.bar - first):
        return "lows not on a line"
    if misses > tops:
        return "top not flat"
    if max(view.close[first : last.bar + 1]) > top + room:
        return "a close outside the triangle"
    return _refuse_sequel(view, last.bar, top - width * height, top, room)


def _refuse_size(view: View, first: int, low: Swing, last: Swing, width: float) -> str | None:
    """A triangle ends 60 % of the way from its last turn to the apex."""
    end = last.bar + 0.6 * (last.bar - low.bar) * width / (1 - width)
    fills = view.fills(first, min(int(end) + 1, view.bars - 1)) and view.fills(first, last.bar, SMALLEST)
    return None if fills else "too small in the window"


def _refuse_sequel(view: View, last_bar: int, line: float, top: float, room: float) -> str | None:
    after = iter(view.close[last_bar + 1 :])
    fell = any(close < line - room for close in after)
    return "back inside after a fall: a range" if fell and max(after, default=line) > (line + top) / 2 else None


PATTERN = Pattern(id=3, name="ascending_triangle", sketch=sketch, check=check)
