"""From a pattern's sketch to a market that traces it: OHLCV candles with the texture of real ones.

Each leg between two pivots is a fat-tailed bridge, not a straight line with noise: the price wanders as a
random walk with clustered volatility does, and is only tied at its two ends.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from dataset_builder.market.candles import Candles
from dataset_builder.market.exchange import STEPS, quote, trade
from dataset_builder.market.sketch import FAR, Sketch, between

BARS_AGO = np.arange(39, -1, -1)  # the memory of volatility, oldest first


@dataclass(frozen=True)
class Market:
    """A window with one pattern in it. ``pivots`` has shape (pivots, 2): bar (float) and price of each."""

    candles: Candles
    pivots: np.ndarray
    first_bar: int  # of the pattern proper
    last_bar: int


def draw_market(sketch: Sketch, bars: int, before: float, rng: np.random.Generator) -> Market:
    """Simulate a window of ``bars`` candles that pass through the sketch's pivots.

    Bars that the sketch leaves free become a plausible market around it, that share of them ``before`` it; or all of
    them, if the window ends with the sketch. Volume is the sketch's own, relative: ``draw_volume`` draws it once
    the prices are accepted.
    """
    free = bars - sketch.bars
    lead = free if sketch.last or sketch.stage == "forming" else round(free * before)
    sigma = sketch.roughness / math.sqrt(sketch.bars)  # standard deviation of one bar's close, in H
    t, y, noise_level, pinned = _with_context(sketch, lead, free - lead, sigma, rng)
    middles = np.arange(0.5, bars)
    volatility = sigma * _clustered_volatility(bars, rng) * np.interp(middles, t, noise_level)
    variance = (volatility * volatility / STEPS).repeat(STEPS)
    ohlc = trade(*_bridge(sketch, t, y, variance, pinned, rng), volatility, variance, rng)
    ohlc, scale, origin = quote(ohlc, rng)
    profile = np.interp(middles - lead, sketch.t, sketch.volume)
    first, last = sketch.body
    pivots = np.array((np.minimum(np.maximum(sketch.t + (lead - 0.5), 0), bars - 1), origin + scale * sketch.y)).T
    pivots = pivots[first : last + 1]
    return Market(Candles(*ohlc, profile), pivots, first_bar=int(pivots[0, 0]), last_bar=round(pivots[-1, 0]))


def _with_context(sketch: Sketch, before: int, after: int, sigma: float, rng: np.random.Generator):
    """Add legs of random walk around the sketch, that many bars long.

    What comes after it runs further than a walk of its volatility would: people label what was followed by a move.
    """
    t, y, noise = sketch.t.tolist(), sketch.y.tolist(), sketch.volatility.tolist()
    legs = 0
    if before:
        legs = 2 if before >= 8 and rng.random() < 0.5 else 1
        t = [bar + before for bar in t]
        for _ in range(legs):
            y.insert(0, y[0] + between(rng, 1.0, 2.5) * sigma * math.sqrt(before / legs) * rng.standard_normal())
        t[:0] = [0.0, before / legs][:legs]
        noise[:0] = [1.0] * legs
    if after:
        t.append(t[-1] + after)
        end = y[-1] + between(rng, 1.0, 4.0) * sigma * math.sqrt(after) * rng.standard_normal()
        low, high = sketch.limits
        y.append(min(max(end, 2 * low - end), 2 * high - end))
        noise.append(1.0)
    return np.rint(np.array(t) * STEPS) / STEPS, np.array(y), np.array(noise), slice(legs, legs + len(sketch.t))


def _clustered_volatility(bars: int, rng: np.random.Generator) -> np.ndarray:
    """Relative volatility of each bar: persistent (AR(1) in the logarithm) with Student-t shocks, nu 3.5-7."""
    persistence = between(rng, 0.85, 0.97)
    shocks = rng.standard_normal(bars + 39) * (between(rng, 0.3, 0.65) * math.sqrt(1 - persistence**2))
    clustered = np.correlate(shocks, persistence**BARS_AGO, mode="valid")
    nu = between(rng, 3.5, 7.0)
    tails = np.sqrt((nu - 1.2) / rng.chisquare(nu, bars))
    return np.exp(clustered) * np.minimum(tails, 3.5)


def _bridge(sketch, t, y, variance, pinned, rng):
    """The price before and after every intrabar step, shape (bars * STEPS + 1,), in H, and its walls at each step.

    In each leg, the price follows a cubic of its progress, which runs partly with time and partly with the leg's
    share of volatility; to that comes a random walk less what would lead it away from the leg's ends.
    """
    ends = (t * STEPS).astype(int)
    steps = len(variance)
    walk, clock = np.zeros(steps + 1), np.zeros(steps + 1)
    np.add.accumulate(rng.standard_normal(steps) * np.sqrt(variance), out=walk[1:])
    np.add.accumulate(variance, out=clock[1:])
    knots = np.array((ends, clock[ends], walk[ends], y))
    start, clock_start, walk_start, y_start = knots[:, :-1]
    length, clock_span, walk_span, y_span = knots[:, 1:] - knots[:, :-1]
    restless = 0.2 + 0.7 * rng.random(len(length))  # how much of the leg's move comes in its busy bars
    by_time, by_clock, pull = (1 - restless) / length, restless / clock_span, walk_span / clock_span
    slope = np.ones(len(t))
    slope[pinned] = sketch.slope
    leaving, arriving = slope[:-1], slope[1:]
    low, high = _walls(sketch, y, pinned)
    legs = np.array(
        (
            by_time,
            by_clock,
            by_time * start + by_clock * clock_start,
            pull,
            y_start - walk_start + pull * clock_start,
            y_span * leaving,
            y_span * (3 - 2 * leaving - arriving),
            y_span * (leaving + arriving - 2),
            low,
            high,
        )
    )
    by_time, by_clock, begun, pull, base, linear, square, cubic, low, high = legs.repeat(ends[1:] - ends[:-1], axis=1)
    counted, clock, walk = np.arange(1.0, steps + 1), clock[1:], walk[1:]
    u = by_time * counted + by_clock * clock - begun  # progress through the leg: 0 to 1
    path = base + walk - pull * clock + u * (linear + u * (square + u * cubic))
    if sketch.floor is not None or sketch.ceiling is not None:
        low, high = _narrowed(sketch, low, high, counted / STEPS - t[pinned.start])
    return np.concatenate((y[:1], _fold(path, low, high))), low, high


def _walls(sketch: Sketch, y: np.ndarray, pinned: slice) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest price of each leg: it stays between its ends, so that pivots are extrema."""
    low = np.minimum(y[:-1], y[1:]) - sketch.give
    high = np.maximum(y[:-1], y[1:]) + sketch.give
    low[: pinned.start], high[: pinned.start] = -FAR, FAR
    low[pinned.stop - 1 :], high[pinned.stop - 1 :] = sketch.limits
    return low, high


def _narrowed(sketch: Sketch, low: np.ndarray, high: np.ndarray, time: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The walls at each step, with the sketch's own floor and ceiling in place."""
    if sketch.floor is not None:
        low = np.maximum(low, np.interp(time, sketch.t, sketch.floor, left=-FAR, right=-FAR) - sketch.give)
    if sketch.ceiling is not None:
        high = np.minimum(high, np.interp(time, sketch.t, sketch.ceiling, left=FAR, right=FAR) + sketch.give)
    return low, np.maximum(high, low + 1e-3)


def _fold(path: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Reflect the path at both walls, as often as needed."""
    span = high - low
    return high - np.abs((path - low) % (2 * span) - span)
