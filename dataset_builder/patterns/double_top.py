"""Double top: two tops at one level with a clear valley between them, after a rise.

Rules after Bulkowski, Encyclopedia of Chart Patterns (2nd edition, 2005), chapters "Double Tops", identification
guidelines; where charts that people labelled show more, the limit is wider and its comment says so.
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
from dataset_builder.market.zigzag import Swing, merge

# What is drawn. Prices in H, the height of the lower top over the valley; the valley lies at 0, the first top at 1.
STAGES = {"forming": 0.2, "complete": 0.3, "broken": 0.5}  # relative weights
END = {"forming": (0.35, 0.75), "complete": (-0.1, 0.2), "broken": (-1.9, -0.25)}  # where the last leg ends
TOP_SPREAD, TOP_SHIFT, TOP_MOST = 0.08, -0.01, 0.15  # second top over the first: deviation, mean, largest difference
START = (0.3, 2.2)  # depth of the start under the valley, so that the valley gives back 31 to 77 % of the rise
SECOND_LEG = (0.45, 2.2)  # time from the valley to the second top, in times from the first top to the valley
PACE_IN, PACE_OUT = (0.4, 1.4), (0.4, 1.4)  # time of the way in and out, in times of an even pace
WAY_OUT, PACE_OF_H = 0.5, 0.9  # time of the way out: at least, and for each H that it falls
ROOMY_BARS, ROOMY = 32, 1.3  # longer charts take more time for the way out: tops of real ones are near each other
PAUSE = 0.72  # highest level of pauses on the way: another top at the level would make it a range
VALLEY_WALL = 0.55  # highest price half-way between the tops
AFTERWARDS = 0.72  # highest price after the pattern
ROUGHNESS = (0.25, 1.2)
OVERSHOOT = 0.03


class Limits(NamedTuple):
    """What the check asks for. Heights in H, measured on the finished candles."""

    level: float  # largest difference of the tops
    closest: int  # fewest bars from top to top
    rise: float  # smallest rise into the first top
    valley_of_rise: float  # smallest height over that rise
    fall: float  # smallest fall from the second top
    fills: float  # smallest share of the window, from where the rise starts to where the fall ends


STRICT = Limits(
    level=0.12,  # Bulkowski has 3 % of the price, which is 5 to 12 % of H
    closest=6,  # the wiggles of a walk make nearer ones
    rise=1.0,  # from as low as the valley
    valley_of_rise=0.33,  # a third of the rise is given back
    fall=0.4,  # before it, nothing tells the top from a pause in the rise
    fills=0.7,  # the chart shows little else
)
# People label tops that differ by 15 to 20 % of H, after a shorter rise, and before the fall.
LOOSE = Limits(level=0.18, closest=4, rise=0.65, valley_of_rise=0.28, fall=0.25, fills=0.55)
LOOK_BACK = 3  # the rise is looked for in that many times the time between the tops
HIGHER = 0.05  # how far another price may lie over the tops
THIRD_ZONE, THIRD_SWING = 0.2, 0.4  # a third top: within that of the level, after a swing of that height
FAR_FALL = 1.5  # what comes after a fall that far under the valley is another move
CUP_FALL, CUP_BOTTOM = 0.55, 0.42  # a smaller fall after a valley whose bottom third holds that share is a handle


def sketch(rng: np.random.Generator, bars: int) -> Sketch:
    """Draw the pivots of a double top of ``bars`` candles."""
    second = 1 + min(max(TOP_SPREAD * rng.standard_normal() + TOP_SHIFT, -TOP_MOST), TOP_MOST)
    stage = pick_stage(rng, **STAGES)
    gap = log_uniform(rng, *SECOND_LEG)
    start = -log_uniform(rng, *START)
    end = between(rng, *END[stage])
    wide = ROOMY if bars > ROOMY_BARS else 1.0
    times, levels = approach(rng, start, 1.0, (1 - start) * log_uniform(rng, *PACE_IN))
    time_out = wide * (WAY_OUT + PACE_OF_H * (1 - end) * between(rng, *PACE_OUT))
    times_out, levels_out = trend(rng, second, end, time_out)
    levels, levels_out = [min(level, PAUSE) for level in levels[:-1]], [min(level, PAUSE) for level in levels_out]
    first = len(times)
    return outline(
        rng,
        [*times, 1.0, gap, *times_out],
        [*levels, 1.0, 0.0, second, *levels_out],
        bars=bars,
        stage=stage,
        body=(first, first + 2),
        slope=2 * rng.random(first + 3 + len(times_out)),  # "Adam and Eve": each extremum is sharp or rounded
        volume=[1.0] * first + [1.5, 0.9, 1.0] + [1.5 if stage == "broken" else 0.9] * len(times_out),
        roughness=between(rng, *ROUGHNESS),
        overshoot=OVERSHOOT,
        ceiling=[*[PAUSE] * first, 1.0, VALLEY_WALL, second, *[PAUSE] * len(times_out)],
        limits=(-FAR, AFTERWARDS),
    )


def find(view: View, limits: Limits = STRICT) -> Match | str:
    """The turning points of a double top at some scale in the candles, or the reason why there is none."""
    rule = partial(_refuse, limits)
    return first_match(view, view.runs(3, top_first=True), rule, "no top, valley and top")


def _refuse(limits: Limits, view: View, first: Swing, valley: Swing, second: Swing) -> Match | str:
    lower, ceiling = (first.price, second.price) if first.price < second.price else (second.price, first.price)
    height = lower - valley.price
    if ceiling - lower > limits.level * height:
        return "tops not level"
    if second.bar - first.bar < limits.closest:
        return "tops too close in time"
    start = view.lowest_bar(max(first.bar - LOOK_BACK * (second.bar - first.bar), 0), first.bar)
    rise = first.price - view.lower[start]
    if rise < limits.rise * height:
        return "no rise into the first top"
    if height < limits.valley_of_rise * rise:
        return "valley too shallow for the rise"
    if max(view.upper[start:]) > ceiling + HIGHER * height:
        return "a higher price before or after the tops"
    level = ceiling - THIRD_ZONE * height
    if sum(s.top and s.price > level for s in merge(view.finest, THIRD_SWING * height)) > 2:
        return "a third top at the level"
    after = view.lower[second.bar :]
    end = next((i for i, low in enumerate(after) if low < valley.price - FAR_FALL * height), len(after) - 1)
    fall = (second.price - min(after[: end + 1])) / height
    if fall < limits.fall:
        return "no fall from the second top"
    if fall < CUP_FALL and view.bottom_share(first.bar, second.bar, valley.price, height) > CUP_BOTTOM:
        return "a cup and its handle"
    fills = view.fills(start, second.bar + end, limits.fills)
    if not fills:
        return "too small in the window"
    return matched(
        *(first, valley, second),
        line=Line(valley.bar, valley.price, second.bar + 1, above=False),
        opposite=Line(first.bar, ceiling, second.bar + 1, above=True),
        legs=view.legs(first, second, valley.price, valley.price),
    )


PATTERN = Pattern(id=1, name="double_top", sketch=sketch, find=find, find_loosely=partial(find, limits=LOOSE))
