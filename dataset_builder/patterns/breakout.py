"""Breakout: a range, then closes beyond it, up or down, with or without a return to the level that was broken.

The range is that of ``support_resistance``; the break follows Bulkowski, Encyclopedia of Chart Patterns (2nd edition,
2005), chapters "Rectangle Tops" and "Rectangle Bottoms". Charts that people labelled settle the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import numpy as np

from dataset_builder.market.match import Line, Match, first_match
from dataset_builder.market.moves import trend
from dataset_builder.market.pattern import Pattern
from dataset_builder.market.sides import drift, touches, turns
from dataset_builder.market.sketch import FAR as NO_WALL
from dataset_builder.market.sketch import Sketch, between, evenly, log_uniform, outline, spread
from dataset_builder.market.swings import View

MIN_RANGE_BARS = 12  # fewest bars of the range

# What is drawn. Prices in H, the height of the range, which lies between 0 and 1. Drawn upwards; half are mirrored.
DIP = 0.25  # share of charts with one dip or two between an earlier top and the move through its level
ROOMY_BARS, TURNS, TURNS_SMALL = 30, (5, 6), (5, 5)  # turns of the range; in charts of at most so many bars
SHORT = (-0.03, 0.2)  # how far each turn stops short of its side
LEG = (0.4, 2.0)  # relative duration of a leg inside the range
OUT_SHARE = (0.12, 0.7)  # share of the bars that the leg out takes
OUT, OUT_AFTER_DIP = (0.8, 5.0), (1.1, 5.0)  # length of the leg out: after a longer one the range is a flat strip
FAR, FAR_SMALL, FAR_BARS = 1.0, 0.3, 40  # how far outside the range the price may come from; in charts of so few bars
INSIDE = (0.2, 0.8)  # where it comes from otherwise
TIME_IN = (0.2, 0.8)  # relative duration of the way in
OUT_VOLATILITY = (1.0, 1.7)  # of the bars of the leg out
AFTERWARDS = 0.2  # lowest price after the sketch, in lengths of the leg out over the level
ROUGHNESS = (0.3, 1.5)
OVERSHOOT = 0.04
THROWBACK = 0.33  # share of charts that return to the level: out, back, and on
THROWBACK_OUT, THROWBACK_TO = (0.4, 0.8), (-0.05, 0.25)  # how far out first, and where back to, in lengths of the leg
THROWBACK_TIMES, THROWBACK_BACK, THROWBACK_REST = 0.95, 0.3, (0.4, 0.6)  # shares of time: out and on, back, on
REST, REST_TIME, REST_TO = 0.5, (0.1, 1.0), (0.65, 1.05)  # share of charts with a rest at the end, its time and level


class Limits(NamedTuple):
    """What the check asks for. Heights in H, measured on the finished candles."""

    range_share: float  # smallest share of the window's bars that the range takes
    leg_of_height: float  # shortest leg out, which is at least one average true range
    kept: float  # share of the leg out that is left at the end, at least
    zone: float  # a turn that near to a level touches it
    long_leg: float  # after a leg out of that length, two touches of the level that breaks are enough
    slopes: float  # largest slope of a side between the halves
    slopes_few: float  # the same of the lower side, with few touches


STRICT = Limits(
    range_share=0.4,  # a shorter one is a pause in a trend
    # The books expect as much as the height of the range; after less than two thirds of it the price is still near.
    leg_of_height=0.65,
    kept=0.5,
    zone=0.22,  # as in a range
    long_leg=1.8,  # a sixth of the labelled charts show an earlier top, one dip, and a long move through the level
    slopes=0.2,  # with more it is a triangle or channel
    slopes_few=0.15,
)
LOOSE = Limits(  # people label shorter ranges, shorter legs, and what came back further
    range_share=0.25, leg_of_height=0.55, kept=0.3, zone=0.33, long_leg=1.0, slopes=0.3, slopes_few=0.2
)
NO_BREAK = f"no close beyond a range of {MIN_RANGE_BARS} bars"
STARTS = (0.0, 0.1, 0.2, 0.3, 0.4)  # where the range may begin, as shares of the window
TAKEN_BACK = 0.1  # of the window's range: a break that comes back further is none
SHORTEST_LEG = 0.1  # smallest share of the window's bars that the leg out takes
SPIKES = 0.05  # share of the bars whose extremes don't count for a level
BACK = 0.4  # the leg may come back so far under the level: a throwback
TOUCHES = 5  # make a range
REST_SHARE = 0.15  # of the window's bars: with fewer touches, a longer rest after the leg makes it a flag
LOOK_BACK = 16  # bars before the range in which a pole or a fall into it is looked for
POLE, LOWER, FALL = 2.5, 1.25, 1.3  # largest rise, rise with few touches, and fall with two lows, into the range


def sketch(rng: np.random.Generator, bars: int) -> Sketch:
    """Draw the pivots of a breakout of ``bars`` candles."""
    dip = rng.random() < DIP
    fewest, most = TURNS if bars > ROOMY_BARS else TURNS_SMALL
    if dip:
        swings = 2 if bars > ROOMY_BARS and rng.random() < 0.5 else 4
    else:
        swings = fewest + int((most - fewest + 1) * rng.random())
    low_first = bool(rng.random() < 0.5) and not dip
    short = spread(rng, *SHORT, swings)
    levels = [off if (i % 2 == 0) == low_first else 1 - off for i, off in enumerate(short)]
    legs = [log_uniform(rng, *LEG) for _ in range(swings - 1)]
    share = between(rng, *OUT_SHARE)
    share = min(share, 1 - (MIN_RANGE_BARS + 2) / bars)
    leg = log_uniform(rng, *(OUT_AFTER_DIP if dip else OUT))
    times, points = _leg_out(rng, leg, levels[-1], sum(legs) * share / (1 - share))
    far = FAR if bars > FAR_BARS else FAR_SMALL  # a short range after a long way is no range
    start = between(rng, *INSIDE) if rng.random() < 0.5 else between(rng, -far, 0.9 + far)
    most_before = sum(legs) * ((1 - share) * bars / (MIN_RANGE_BARS + 1) - 1)
    sketch = outline(
        rng,
        [min(between(rng, *TIME_IN), most_before), *legs, *times],
        [start, *levels, *points],
        bars=bars,
        stage="broken",
        body=(1, swings + len(points)),
        volatility=[1.0] * (swings + 1) + [between(rng, *OUT_VOLATILITY)] * len(points),
        volume=[1.0, *evenly(1.0, 0.7, swings), *evenly(2.2, 1.2, len(points))],
        roughness=between(rng, *ROUGHNESS),
        overshoot=OVERSHOOT,
        limits=(1 + AFTERWARDS * leg, NO_WALL),  # it does not come back inside the range
    )
    return sketch.mirrored() if rng.random() < 0.5 else sketch


def _leg_out(rng: np.random.Generator, leg: float, start: float, time: float) -> tuple[list[float], list[float]]:
    """Durations and levels of the legs after the range, which run ``leg`` beyond it."""
    if rng.random() < THROWBACK:
        out = leg * between(rng, *THROWBACK_OUT)
        back = 1 + between(rng, *THROWBACK_TO) * out
        rest = between(rng, *THROWBACK_REST)
        times, points = trend(rng, back, 1 + leg, time * rest)
        return [time * (THROWBACK_TIMES - rest), time * THROWBACK_BACK, *times], [1 + out, back, *points]
    times, points = trend(rng, start, 1 + leg, time)
    if rng.random() < REST:  # on real charts often as long as the leg itself
        times.append(time * log_uniform(rng, *REST_TIME))
        points.append(1 + leg * between(rng, *REST_TO))
    return times, points


def find(view: View, limits: Limits = STRICT) -> Match | str:
    """The turning points of a range and a break out of it in the candles, or the reason why there is none."""
    upwards = _breaks_up(limits, view)
    if not isinstance(upwards, str):
        return upwards
    downwards = _breaks_up(limits, view.mirrored)
    if not isinstance(downwards, str):
        return downwards.mirrored()
    return downwards if upwards == NO_BREAK else upwards  # the reason of the side that broke, if any


def _breaks_up(limits: Limits, view: View) -> Match | str:
    return first_match(view, _breaks(view), partial(_refuse, limits), NO_BREAK)


def _breaks(view: View) -> Iterator[tuple[int, int]]:
    """Pairs (first bar of a range, first bar that closes above all of it and is not taken back)."""
    close, upper, room = view.close, view.upper, TAKEN_BACK * view.range
    most = close[-1] + room
    for start in [int(share * view.bars) for share in STARTS]:
        first = start + MIN_RANGE_BARS
        highest = max(upper[start:first])
        if highest >= most:
            continue
        for stop, top in enumerate(upper[first:], first):
            if top > highest:  # else the close, which the outline never lies below, isn't beyond the range
                if close[stop] > highest and min(close[stop:]) > highest - room:
                    yield start, stop
                    break
                highest = top
                if highest >= most:
                    break


def _refuse(limits: Limits, view: View, start: int, stop: int) -> Match | str:
    upper, lower, after = view.upper[start:stop], view.lower[start:stop], view.close[stop:]
    if stop - start < limits.range_share * view.bars:
        return "range too short for the window"
    if len(after) < SHORTEST_LEG * view.bars:
        return "leg out too brief"
    spike = round(SPIKES * (len(upper) - 1))
    top = sorted(upper)[-1 - spike]
    leg = max(after) - top
    if leg < view.atr:
        return "leg out too short"
    bottom = sorted(lower)[spike]
    height = top - bottom
    if leg < limits.leg_of_height * height:
        return "leg out too short"
    if min(after) < top - BACK * height or after[-1] < top + limits.kept * leg:
        return "back inside the range"
    near_top, near_bottom = top - limits.zone * height, bottom + limits.zone * height
    high, low = touches(upper, lower, near_top, near_bottom)
    if high < 2 or low < 1 or (high + low < TOUCHES and leg < limits.long_leg * height):
        return "too few touches of the range"
    if high + low < TOUCHES and len(after) - after.index(max(after)) > REST_SHARE * view.bars:
        return "a rest after the leg out: a flag"
    level = (limits.slopes if high + low >= TOUCHES else limits.slopes_few) * height
    if drift(upper, max) > limits.slopes * height or (low > 1 and drift(lower, min) > level):
        return "a side of the range slopes"
    if view.narrowed(start, top, bottom):
        return "wider before the range: a triangle"
    before = slice(max(start - LOOK_BACK, 0), start + 1)
    rise, fall = top - min(view.lower[before]), max(view.upper[before]) - bottom
    if rise > POLE * height:
        return "a pole into the range: a flag"
    if high + low < TOUCHES and rise > LOWER * height:
        return "lower before the range: a triangle"
    if low <= 2 and fall > FALL * height:
        return "a fall into two lows: a double bottom"
    inside = [(start + bar, price) for bar, price in turns(upper, lower, near_top, near_bottom)]
    end = stop + after.index(max(after))
    return Match((*inside, (end, view.upper[end])), lines=(Line(start, top, stop, above=True),))


PATTERN = Pattern(id=9, name="breakout", sketch=sketch, find=find, find_loosely=partial(find, limits=LOOSE))
