"""Bullish flag: a steep rise, the pole, then a narrow channel against it, the flag.

Rules after Bulkowski, Encyclopedia of Chart Patterns (2nd edition, 2005), chapter "Flags", identification guidelines;
where charts of finer time frames show more, the limit is wider and its comment says so.
"""

from __future__ import annotations

from functools import partial
from itertools import accumulate
from operator import gt, sub
from typing import NamedTuple

import numpy as np

from dataset_builder.market.match import Line, Match, first_match
from dataset_builder.market.pattern import Pattern
from dataset_builder.market.sides import fitted_slope
from dataset_builder.market.sketch import FAR, Sketch, between, evenly, log_uniform, outline, pick_stage, shares, spread
from dataset_builder.market.swings import View

# What is drawn. Prices in H, the height of the pole, which rises from 0 to 1; the flag is a zigzag between two
# parallel lines, of which the upper one starts at 1.
STAGES = {"complete": 0.5, "broken": 0.5}  # relative weights
POLE, POLE_FEWEST = (0.14, 0.3), 4  # share of the window, and fewest bars
FLAG, FLAG_FEWEST = (0.33, 0.62), 8  # share of the window, and fewest bars
WIDTH = (0.12, 0.38)  # of the channel
# Fall of the channel over its length. A break out of a steep flag would widen it, one out of a flat flag is a breakout.
DROP = {"complete": (0.0, 0.42), "broken": (0.0, 0.37)}
DROP_OF_WIDTH = 0.6  # a wide channel falls less, so that the flag keeps in the upper half of the pole
TURN_BARS, TURNS = (2.5, 6.0), (3, 8)  # bars from turn to turn; fewest and most turns
LEG = (0.4, 2.2)  # relative duration of a leg of the zigzag
REACH = (0.7, 1.0)  # how far turns reach towards their line, as a share of the width
UPPER_REACH = 0.6  # an upper turn stops that share of the missing reach below its line
TIME_IN, START = (0.2, 2.0), (-1.3, 0.5)  # before the pole: time in times of the pole, level; a trend lengthens it
BREAK, BREAK_OVER, BREAK_MOST = 0.25, 1.12, 0.9  # the break out: shortest leg; level it exceeds; longest leg
BREAK_TIME, BREAK_SHARE = (0.7, 1.5), 3  # its time in times of the pole a H; at most one part in so many of all before
BAR_SIZES, FLAG_SIZES = [0.5, 0.45, 0.5], (0.5, 0.9)  # relative volatility before, at the foot and top; in the flag
POLE_SLOPE, FLAG_SLOPE = (0.3, 1.4), (0.3, 1.6)  # from rounded to spiked turns
ROUGHNESS = (0.2, 0.95)
OVERSHOOT, BELOW = 0.025, 0.03  # past the walls; below the channel after the flag


class Limits(NamedTuple):
    """What the check asks for. Heights in lengths of the pole, measured on the finished candles."""

    pole_bars: int  # longest pole, unless it is a smaller share of the window than POLE_SHARE
    flag_shortest: int  # fewest bars of the flag
    pullback: float  # largest step back inside the pole
    retraced: float  # how much of the pole the flag retraces at most
    rise: float  # of the fitted channel over its length, at most
    widest: float  # widest channel
    fills: float  # smallest share of the window


STRICT = Limits(
    pole_bars=14,  # what rose before it is a trend
    flag_shortest=7,  # fewer don't show a channel
    pullback=0.2,  # after a larger one it is a trend of two legs
    retraced=0.5,  # half in the books
    rise=0.07,  # flat or against the pole, as in the books
    widest=0.4,  # as the flag gives back half of the pole, a wider one is a range under its top
    fills=0.6,  # what else is in the window would be as large as the flag
)
# People label longer poles on finer time frames, and flags that give back a little more.
LOOSE = Limits(pole_bars=22, flag_shortest=6, pullback=0.22, retraced=0.56, rise=0.12, widest=0.42, fills=0.55)
POLE_SHARE = 0.3  # longest pole, as a share of the window
FLAG_BARS, FLAG_SHARE = 48, 0.65  # longest flag: bars or share of the window
TOP_ZONE = 0.55  # the pole's top lies in that upper share of the window's range
POLE_OF_RANGE, POLE_SHORTEST = 0.4, 3  # smallest pole over the window's range; fewest bars
OVER_TOP = 0.05  # a close that far over the pole's top ends the flag
COLOUR = 0.65  # smallest share of the pole's bars that rise: 0.7 in the books
POLE_ATR = 5  # smallest pole in average true ranges: of the window, or the median of what follows the pole
FALL = 0.5  # of the fitted channel over its length, at most


def sketch(rng: np.random.Generator, bars: int) -> Sketch:
    """Draw the pivots of a bullish flag of ``bars`` candles."""
    stage = pick_stage(rng, **STAGES)
    pole = max(bars * between(rng, *POLE), POLE_FEWEST)
    flag = max(bars * between(rng, *FLAG), FLAG_FEWEST)
    width = between(rng, *WIDTH)
    least, most = DROP[stage]
    drop = between(rng, least, most - DROP_OF_WIDTH * width)
    swings = min(max(round(flag / between(rng, *TURN_BARS)), TURNS[0]), TURNS[1])
    legs = [log_uniform(rng, *LEG) for _ in range(swings - 1)]
    top_line = [1 - drop * when for when in shares(legs)]
    reach = spread(rng, *REACH, swings)
    levels = [
        top - width * (UPPER_REACH * (1 - part) if i % 2 == 0 else part)
        for i, (top, part) in enumerate(zip(top_line, reach, strict=True))
    ]
    levels[0] = 1.0
    scale = flag / sum(legs)
    times = [between(rng, *TIME_IN) * pole, pole, *[leg * scale for leg in legs]]
    points = [between(rng, *START), 0.0, *levels]
    if stage == "broken":
        leg = between(rng, max(BREAK, BREAK_OVER - levels[-1]), BREAK_MOST)
        times.append(min(leg * pole * between(rng, *BREAK_TIME), sum(times) / BREAK_SHARE))
        points.append(levels[-1] + leg)
    out = [FAR] * (stage == "broken")
    sizes = [*BAR_SIZES, *[between(rng, *FLAG_SIZES)] * (swings - 1), 1.0]
    volume = [0.8, 1.6, 1.5, *evenly(1.0, 0.5, swings - 1), 1.6]
    return outline(
        rng,
        times,
        points,
        bars=bars,
        stage=stage,
        body=(1, 1 + swings),
        slope=[1.0, between(rng, *POLE_SLOPE), *spread(rng, *FLAG_SLOPE, swings), 1.0][: len(points)],
        volatility=sizes[: len(points)],
        volume=volume[: len(points)],
        roughness=between(rng, *ROUGHNESS),
        overshoot=OVERSHOOT,
        floor=[-FAR, -FAR, *[top - width for top in top_line], *[-wall for wall in out]],
        ceiling=[FAR, FAR, *top_line, *out],
        limits=(-FAR if out else top_line[-1] - width - BELOW, FAR),  # the flag is left upwards
    )


def find(view: View, limits: Limits = STRICT) -> Match | str:
    """The turning points of a pole and its flag in the candles, or the reason why there is none."""
    half = max(view.upper) - TOP_ZONE * view.range
    tops = ((bar, price) for bar, price, top in view.finest if top and price >= half)
    return first_match(view, tops, partial(_refuse, limits), "no top")


def _refuse(limits: Limits, view: View, top: int, price: float) -> Match | str:
    first = max(top - round(max(limits.pole_bars, POLE_SHARE * view.bars)), 0)
    rise = view.lower[first : top + 1]
    low = min(rise)
    pole = price - low
    if pole < POLE_OF_RANGE * view.range or top - (foot := first + rise.index(low)) < POLE_SHORTEST:
        return "no pole"
    limit = price + OVER_TOP * pole
    stop = next((bar for bar, close in enumerate(view.close[top + 1 :], top + 1) if close > limit), view.bars)
    if not limits.flag_shortest <= stop - top <= max(FLAG_BARS, FLAG_SHARE * view.bars):
        return "flag too short" if stop - top < limits.flag_shortest else "flag too long"
    closes = view.close[foot : top + 1]
    if sum(map(gt, closes, view.open[foot : top + 1])) < COLOUR * len(closes):
        return "pole not of one colour"
    if max(map(sub, accumulate(closes, max), closes)) > limits.pullback * pole:
        return "a pullback in the pole"
    if pole < POLE_ATR * view.atr:
        calm = sorted(view.true_range[top + 1 :])
        if pole < POLE_ATR * calm[len(calm) // 2]:
            return "pole under 5 ATR"
    if min(view.lower[top:stop]) < price - limits.retraced * pole:
        return "flag retraces more than half of the pole"
    return _refuse_channel(limits, view, foot, top, stop, pole)


def _refuse_channel(limits: Limits, view: View, foot: int, start: int, stop: int, pole: float) -> Match | str:
    slope = fitted_slope([a + b for a, b in zip(view.upper[start:stop], view.lower[start:stop], strict=True)]) / 2
    if not -FALL * pole <= slope * (stop - start - 1) <= limits.rise * pole:
        return "flag not against the pole"
    levelled = [view.close[bar] - slope * bar for bar in range(start, stop)]
    levelled += [view.open[bar] - slope * bar for bar in range(start + 1, stop)]
    if max(levelled) - min(levelled) > limits.widest * pole:
        return "flag too wide"
    if not view.fills(foot, stop, limits.fills):
        return "too small in the window"
    inside = [(s.bar, s.price) for s in view.finest if start <= s.bar < stop]
    last = (stop - 1, view.close[stop - 1])
    line, opposite = _sides(view, start, stop, slope)
    points = ((foot, view.lower[foot]), *inside, *[last][: inside[-1][0] < last[0]])
    return Match(points, lines=(line,), opposite=opposite)


def _sides(view: View, start: int, stop: int, slope: float) -> tuple[Line, Line | None]:
    """The upper and the lower side of the channel: as steep as it is, through its outermost turning points.

    Without a low in the flag it has no lower side. The last swing of the window may still be moving: a price that is
    just leaving the flag does not make its side.
    """
    still = view.finest[-1].bar
    turns = [s for s in view.finest if start <= s.bar < stop and (s.bar < still or s.bar == start)]
    known = turns[-1].bar + 1
    tops = [s.price - slope * (s.bar - start) for s in turns if s.top]
    lows = [s.price - slope * (s.bar - start) for s in turns if not s.top]
    lower = Line(start, min(lows), known, above=False, slope=slope) if lows else None
    return Line(start, max(tops), known, above=True, slope=slope), lower


PATTERN = Pattern(id=6, name="bullish_flag", sketch=sketch, find=find, find_loosely=partial(find, limits=LOOSE))
