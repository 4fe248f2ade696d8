"""Breakout: a range, then closes beyond it, up or down, with or without a throwback to the level."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dataset_builder.market.moves import trend
from dataset_builder.market.pattern import Pattern
from dataset_builder.market.sketch import FAR, Sketch, between, evenly, log_uniform, outline, spread
from dataset_builder.market.swings import View, drift, first_match, touches

MIN_RANGE_BARS = 12
NO_BREAK = f"no close beyond a range of {MIN_RANGE_BARS} bars"
# Five touches make a range. After a leg of this many times its height, two of the level that breaks are enough: a sixth
# of the real crops show an earlier top, one dip, and a long run through the level.
LONG_LEG = 1.0
SHORTEST_LEG = 0.1  # of the window's bars
STARTS = (0.0, 0.1, 0.2, 0.3, 0.4)  # where the range may begin, as shares of the window


def sketch(rng: np.random.Generator, bars: int) -> Sketch:
    """H is the range's height, from 0 to 1. Drawn upwards, and mirrored in half of the charts."""
    dip = rng.random() < 0.25  # one dip or two between an earlier top and the run through its level
    most = 6 if bars > 30 else 5
    swings = (2 if bars > 30 and rng.random() < 0.5 else 4) if dip else 5 + int((most - 4) * rng.random())
    low_first = bool(rng.random() < 0.5) and not dip
    short = spread(rng, -0.03, 0.2, swings)  # how far each turn stops short of its side
    levels = [off if (i % 2 == 0) == low_first else 1 - off for i, off in enumerate(short)]
    legs = [log_uniform(rng, 0.4, 2.0) for _ in range(swings - 1)]
    share = between(rng, 0.15, 0.55)  # of the bars that the leg out takes
    share = min(share, 1 - (MIN_RANGE_BARS + 2) / bars)
    leg = log_uniform(rng, 1.2 if dip else 0.9, 4.2)  # after a longer one the range is a flatter strip than real ones
    times, points = _leg_out(rng, leg, levels[-1], sum(legs) * share / (1 - share))
    far = 1.0 if bars > 40 else 0.3  # where the price comes from; a short range after a long way is no range
    start = between(rng, 0.2, 0.8) if rng.random() < 0.5 else between(rng, -far, 0.9 + far)
    most_before = sum(legs) * ((1 - share) * bars / (MIN_RANGE_BARS + 1) - 1)
    sketch = outline(
        rng,
        [min(between(rng, 0.2, 0.8), most_before), *legs, *times],
        [start, *levels, *points],
        bars=bars,
        stage="broken",
        body=(1, swings + len(points)),
        volatility=[1.0] * (swings + 1) + [between(rng, 1.0, 1.7)] * len(points),
        volume=[1.0, *evenly(1.0, 0.7, swings), *evenly(2.2, 1.2, len(points))],
        roughness=between(rng, 0.6, 1.6),
        overshoot=0.04,
        limits=(1 + 0.2 * leg, FAR),  # or it would be back inside the range
    )
    return sketch.mirrored() if rng.random() < 0.5 else sketch


def _leg_out(rng: np.random.Generator, leg: float, start: float, time: float) -> tuple[list[float], list[float]]:
    """Durations and levels of the legs after the range, which run ``leg`` beyond it."""
    if rng.random() < 0.33:  # throwback: out, back to the level, and on
        out = leg * between(rng, 0.4, 0.8)
        back = 1 + between(rng, -0.05, 0.25) * out
        rest = between(rng, 0.4, 0.6)
        times, points = trend(rng, back, 1 + leg, time * rest)
        return [time * (0.95 - rest), time * 0.3, *times], [1 + out, back, *points]
    times, points = trend(rng, start, 1 + leg, time)
    if rng.random() < 0.5:  # a rest after the run, on real charts often as long as the run itself
        times.append(time * log_uniform(rng, 0.1, 1.0))
        points.append(1 + leg * between(rng, 0.65, 1.05))
    return times, points


def check(view: View) -> str | None:
    upwards = _breaks_up(view)
    downwards = upwards and _breaks_up(view.mirrored)
    return downwards and (downwards if upwards == NO_BREAK else upwards)  # of the way that it went, if it did


def _breaks_up(view: View) -> str | None:
    return first_match(view, _breaks(view), _refuse, NO_BREAK)


def _breaks(view: View) -> Iterator[tuple[int, int]]:
    """Pairs (first bar of a range, first bar that closes above all of it and is not taken back)."""
    close, upper, give = view.close, view.upper, 0.1 * view.range
    most = close[-1] + give
    for start in [int(share * view.bars) for share in STARTS]:
        first = start + MIN_RANGE_BARS
        highest = max(upper[start:first])
        if highest >= most:
            continue
        for stop, top in enumerate(upper[first:], first):
            if top > highest:  # else the close, which the outline never lies below, isn't beyond the range
                if close[stop] > highest and min(close[stop:]) > highest - give:
                    yield start, stop
                    break
                highest = top
                if highest >= most:
                    break


def _refuse(view: View, start: int, stop: int) -> str | None:
    upper, lower, after = view.upper[start:stop], view.lower[start:stop], view.close[stop:]
    if stop - start < 0.25 * view.bars:
        return "range too short for the window"
    if len(after) < SHORTEST_LEG * view.bars:
        return "leg out too brief"
    spike = round(0.05 * (len(upper) - 1))  # a lone spike doesn't move the level
    top = sorted(upper)[-1 - spike]
    leg = max(after) - top
    if leg < view.atr:
        return "leg out too short"
    bottom = sorted(lower)[spike]
    height = top - bottom
    if leg < 0.55 * height:
        return "leg out too short"
    if min(after) < top - 0.4 * height or after[-1] < top + 0.3 * leg:
        return "back inside the range"
    high, low = touches(upper, lower, top - 0.33 * height, bottom + 0.33 * height)
    if high < 2 or low < 1 or (high + low < 5 and leg < LONG_LEG * height):
        return "too few touches of the range"
    if high + low < 5 and len(after) - after.index(max(after)) > 0.15 * view.bars:
        return "a rest after the leg out: a flag"
    level = (0.3 if high + low >= 5 else 0.2) * height
    if drift(upper, max) > 0.3 * height or (low > 1 and drift(lower, min) > level):
        return "a side of the range slopes"
    if view.narrowed(start, top, bottom):
        return "wider before the range: a triangle"
    before = slice(max(start - 16, 0), start + 1)
    rise, fall = top - min(view.lower[before]), max(view.upper[before]) - bottom
    if rise > 2.5 * height:
        return "a pole into the range: a flag"
    if high + low < 5 and rise > 1.25 * height:
        return "lower before the range: a triangle"
    if low <= 2 and fall > 1.3 * height:
        return "a fall into two lows: a double bottom"
    return None


PATTERN = Pattern(id=9, name="breakout", sketch=sketch, check=check)
