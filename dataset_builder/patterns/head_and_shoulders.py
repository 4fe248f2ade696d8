"""Head and shoulders: three tops, the middle one the highest, over a nearly level neckline.

Inequalities of the five extrema E1 to E5 after Lo, Mamaysky and Wang, Foundations of Technical Analysis (Journal of
Finance 55, 2000), Definition 1; symmetry after Osler, Identifying Noise Traders (Federal Reserve Bank of New York,
Staff Report 42, 1998). Where charts that people labelled show more, the limit is wider and its comment says so.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from dataset_builder.market.match import Line, Match, first_match, matched
from dataset_builder.market.moves import approach, trend
from dataset_builder.market.pattern import Pattern
from dataset_builder.market.sketch import FAR, Sketch, between, log_uniform, outline, pick_stage
from dataset_builder.market.swings import View
from dataset_builder.market.zigzag import Swing

# What is drawn. Prices in H, the height of the head over the neckline; the troughs lie near 0, the head at 1.
STAGES = {"forming": 0.2, "complete": 0.3, "broken": 0.45, "failed": 0.05}  # relative weights
END = {"forming": (0.45, 0.8), "complete": (-0.1, 0.15), "broken": (-2.0, -0.25), "failed": (0.85, 1.0)}
OUTER, INNER = (0.4, 1.5), (0.55, 2.0)  # time of a shoulder's outer leg, and of a side of the head
HEAD = (1.3, 3.0)  # the head's height in heights of the left shoulder: real heads reach three times
SHOULDER_DIFFERENCE = 0.2  # right shoulder against the left one
SHOULDERS = (0.31, 0.77)  # lowest and highest right shoulder
TILT = 0.24  # largest difference of the troughs
SKEW = (0.45, 2.2)  # time of the left half over that of the right half
START = (0.05, 2.5)  # depth of the start under the neckline: real heads end rises of up to three times their height
PACE_IN, PACE_OUT = (0.5, 1.5), (0.6, 1.8)  # time of the way in and out, in times of an even pace
WAY_OUT = 0.4  # added to the fall when its time is worked out: a short fall takes some time too
REACH = 1.2  # where a window may open on the way: see ``approach``; some open above the shoulder
ROUGHNESS = (0.2, 1.0)  # from textbook-clean to rough, as in every class
OVERSHOOT = 0.04
AFTERWARDS = 0.9  # highest price after the pattern: the head stays the highest


class Limits(NamedTuple):
    """What the check asks for. Heights in H, measured on the finished candles."""

    flattest: float  # smallest height of a shoulder over its trough
    shoulders: float  # largest difference of the shoulders
    neckline: float  # largest difference of the troughs
    lopsided: tuple[float, float]  # time from shoulder to head, left over right
    rise: float  # smallest rise into the left shoulder, in heights of that shoulder
    fills: float  # smallest share of the window, with as much before and after as from a shoulder to the head


STRICT = Limits(
    flattest=0.3,  # a flatter one is a pause in the head's side
    shoulders=0.17,  # 15 % in Osler's rule; at 24 % walks had half as many more
    neckline=0.2,  # within 10 degrees, as a chart is drawn
    lopsided=(0.4, 2.5),  # Osler, page 8
    rise=1.0,  # from as low as the neckline
    fills=0.65,
)
# People label shoulders that differ by a quarter of the head, and necklines that slope.
LOOSE = Limits(flattest=0.28, shoulders=0.24, neckline=0.3, lopsided=(0.3, 3.3), rise=0.75, fills=0.5)
OVER_SHOULDERS = 0.17  # the head over the higher shoulder, so that it is 1.2 times as high over the neckline


def sketch(rng: np.random.Generator, bars: int) -> Sketch:
    """Draw the pivots of a head and shoulders of ``bars`` candles."""
    left = 1 / between(rng, *HEAD)
    right = min(max(left + between(rng, -SHOULDER_DIFFERENCE, SHOULDER_DIFFERENCE), SHOULDERS[0]), SHOULDERS[1])
    tilt = between(rng, -TILT, TILT)
    stage = pick_stage(rng, **STAGES)
    low, high = END[stage]
    end = right * between(rng, low, high) if low > 0 else between(rng, low, high) + tilt / 2
    skew = log_uniform(rng, *SKEW)
    halves = [pace * log_uniform(rng, *leg) for pace, leg in ((skew, OUTER), (skew, INNER), (1.0, INNER), (1.0, OUTER))]
    start = -between(rng, *START)
    # As steep as the head's own sides: a steeper way in looks like a wall.
    times, levels = approach(rng, start, left, (left - start) * log_uniform(rng, *PACE_IN), reach=REACH)
    times_out, levels_out = trend(rng, right, end, (right - end + WAY_OUT) * log_uniform(rng, *PACE_OUT))
    first = len(times)
    volume = [1.0] * first + [1.4, 0.9, 1.2, 0.8, 0.8] + [1.5 if stage == "broken" else 0.9] * len(times_out)
    return outline(
        rng,
        [*times, *halves, *times_out],
        [*levels, -tilt / 2, 1.0, tilt / 2, right, *levels_out],
        bars=bars,
        stage=stage,
        body=(first, first + 4),
        volume=volume,
        roughness=between(rng, *ROUGHNESS),
        overshoot=OVERSHOOT,
        limits=(-FAR, AFTERWARDS),
    )


def find(view: View, limits: Limits = STRICT) -> Match | str:
    """The turning points of a head and shoulders at some scale in the candles, or the reason why there is none."""
    rule = partial(_refuse, limits)
    return first_match(view, view.runs(5, top_first=True), rule, "no five swings")


def _refuse(limits: Limits, view: View, e1: Swing, e2: Swing, e3: Swing, e4: Swing, e5: Swing) -> Match | str:
    neckline = e2.price + (e4.price - e2.price) * (e3.bar - e2.bar) / (e4.bar - e2.bar)
    head = e3.price - neckline
    left, right = e1.price - e2.price, e5.price - e4.price
    if e3.price - max(e1.price, e5.price) < OVER_SHOULDERS * head:
        return "head not 1.2 times the shoulders"
    if min(left, right) < limits.flattest * head:
        return "a shoulder is too flat"
    if abs(e1.price - e5.price) > limits.shoulders * head:
        return "shoulders not level"
    if abs(e2.price - e4.price) > limits.neckline * head:
        return "neckline not level"
    if e1.price < (e5.price + e4.price) / 2 or e5.price < (e1.price + e2.price) / 2:
        return "a shoulder below the midpoint of the other side"
    shortest, longest = limits.lopsided
    if not shortest <= (e3.bar - e1.bar) / (e5.bar - e3.bar) <= longest:
        return "lopsided in time"
    start = view.lowest_bar(max(e1.bar - (e5.bar - e1.bar), 0), e1.bar)
    if e1.price - view.lower[start] < limits.rise * left:
        return "no rise into the left shoulder"
    if max(view.upper[start:]) > e3.price:
        return "the head is not the highest price"
    end = min(e5.bar + (e5.bar - e3.bar), view.bars - 1)
    if not view.fills(start, end, limits.fills):
        return "too small in the window"
    slope = (e4.price - e2.price) / (e4.bar - e2.bar)
    return matched(
        *(e1, e2, e3, e4, e5),
        line=Line(e2.bar, e2.price, e5.bar + 1, above=False, slope=slope),
        opposite=Line(e5.bar, e5.price, e5.bar + 1, above=True),  # Bulkowski: a close over the right shoulder
        legs=view.legs(e1, e5, e2.price, e4.price),
    )


PATTERN = Pattern(id=0, name="head_and_shoulders", sketch=sketch, find=find, find_loosely=partial(find, limits=LOOSE))
