"""From a pattern's sketch to a market that traces it: OHLCV candles with the texture of real ones.

Each leg between two pivots is a random bridge with fat tails: a random walk with clustered volatility, of whose moves a
part is taken back within a few bars, less the straight line that would lead it away from the leg's two ends.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from cryptoai_common.arrays import Floats
from cryptoai_common.candles import Candles
from dataset_builder.market.exchange import STEPS, quote, trade
from dataset_builder.market.sketch import FAR, Sketch, between, log_uniform
from dataset_builder.market.volatility import clustered_volatility, leg_volatility

# Of each random move, one part lasts and one fades. FADING is the share of the fading part that is left after so many
# steps: it decays within a bar or two, as prices bounce between bid and ask.
FADING_BARS, FADING_STEPS = 0.7, 24  # time constant; steps after which nothing is left
FADING = np.exp(-np.arange(float(FADING_STEPS)) / STEPS / FADING_BARS)
LASTING = (0.25, 0.8)  # share of a move that lasts
STEEPEST = (1.8, 4.0)  # standard deviations that a leg moves at most before its volatility is raised
SMOOTHED = 5  # bars over which the volatility changes from one leg to the next
BUSY = 0.2  # largest share of a leg's move that follows its volatility instead of time
BEFORE, AFTER = (1.0, 2.5), (1.0, 4.0)  # legs around the sketch: their move in standard deviations of a walk
TWO_LEGS_BARS, TWO_LEGS = 8, 0.5  # fewest bars for two legs before the sketch, and how often there are two
NARROWEST = 1e-3  # of H: smallest distance of the two walls

Steps = npt.NDArray[np.int64]  # numbers of price changes since the start of the window, STEPS in a bar
Knot = tuple[float, float, float, float, float]  # of a pivot: its step, variance and walk so far, level, slope


@dataclass(frozen=True)
class Market:
    """A window with one pattern in it. ``pivots`` has shape (pivots, 2): bar (float) and price of each."""

    candles: Candles
    pivots: Floats
    first_bar: int  # of the pattern proper
    last_bar: int

    @classmethod
    def without_pattern(cls, candles: Candles) -> Market:
        """A window that shows none: there are no pivots, and what is shown is all candles."""
        return cls(candles, np.empty((0, 2)), first_bar=0, last_bar=max(len(candles) - 1, 0))


def draw_market(sketch: Sketch, bars: int, before: float, rng: np.random.Generator) -> Market:
    """Simulate a window of ``bars`` candles that pass through the sketch's pivots.

    Bars that the sketch leaves free become a plausible market around it, that share of them ``before`` it; or all of
    them, if the window ends with the sketch. Volume is the sketch's own, relative: ``draw_volume`` draws it once
    the prices are accepted.
    """
    free = bars - sketch.bars
    lead = free if sketch.last or sketch.stage == "forming" else round(free * before)
    sigma = sketch.roughness / math.sqrt(sketch.bars)  # standard deviation of one bar's close, in H
    ends, y, noise_level, pinned = _with_context(sketch, lead, free - lead, sigma, rng)
    middles = np.arange(0.5, bars)
    volatility = sigma * clustered_volatility(bars, rng)
    legs = ends[1:-1].searchsorted(np.arange(-1.5, bars + 2) * STEPS)  # of each bar, and of two more at either end
    factors = leg_volatility(y, volatility, legs[2:-2], log_uniform(rng, *STEEPEST))[legs]
    volatility *= np.correlate(factors, np.full(SMOOTHED, 1 / SMOOTHED), "valid")
    volatility *= np.interp(middles, ends / STEPS, noise_level)
    variance = (volatility * volatility / STEPS).repeat(STEPS)
    ohlc = trade(*_bridge(sketch, ends, y, variance, pinned, rng), volatility, variance, rng)
    ohlc, scale, origin = quote(ohlc, rng)
    profile = np.interp(middles - lead, sketch.t, sketch.volume)
    own = slice(sketch.body[0], sketch.body[1] + 1)
    pivots = [
        (min(max(bar + (lead - 0.5), 0.0), bars - 1.0), origin + scale * level)
        for bar, level in zip(sketch.t[own].tolist(), sketch.y[own].tolist(), strict=True)
    ]
    opening, high, low, close = ohlc
    candles = Candles(opening, high, low, close, profile)
    return Market(candles, np.array(pivots), int(pivots[0][0]), round(pivots[-1][0]))


def _with_context(
    sketch: Sketch, before: int, after: int, sigma: float, rng: np.random.Generator
) -> tuple[Steps, list[float], list[float], slice]:
    """Add legs of random walk before and after the sketch, that many bars long. Times become steps.

    Returns the step and the level of every pivot, the relative volatility there, and which of them are the sketch's.

    The price moves further after the sketch than a random walk of its volatility: people label a pattern when a move
    has followed it.
    """
    t, y, noise = sketch.t.tolist(), sketch.y.tolist(), sketch.volatility.tolist()
    legs = 0
    if before:
        legs = 2 if before >= TWO_LEGS_BARS and rng.random() < TWO_LEGS else 1
        t = [bar + before for bar in t]
        for _ in range(legs):
            y.insert(0, y[0] + between(rng, *BEFORE) * sigma * math.sqrt(before / legs) * rng.standard_normal())
        t[:0] = [0.0, before / legs][:legs]
        noise[:0] = [1.0] * legs
    if after:
        t.append(t[-1] + after)
        end = y[-1] + between(rng, *AFTER) * sigma * math.sqrt(after) * rng.standard_normal()
        low, high = sketch.limits
        y.append(min(max(end, 2 * low - end), 2 * high - end))
        noise.append(1.0)
    return np.array([round(bar * STEPS) for bar in t]), y, noise, slice(legs, legs + len(sketch.t))


def _bridge(
    sketch: Sketch, ends: Steps, y: list[float], variance: Floats, pinned: slice, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """The price before and after every intrabar step, shape (bars * STEPS + 1,), in H, and its walls at each step.

    In each leg the price is a cubic polynomial of the progress u through the leg, from 0 to 1, plus a random walk less
    its own straight line from end to end. u grows partly with time and partly with the variance passed so far.
    """
    steps = len(variance)
    walk, clock = np.zeros(steps + 1), np.zeros(steps + 1)
    shocks = rng.standard_normal(steps) * np.sqrt(variance)
    lasting = between(rng, *LASTING)
    walk[1:] = lasting * np.add.accumulate(shocks) + (1 - lasting) * np.convolve(shocks, FADING)[:steps]
    np.add.accumulate(variance, out=clock[1:])
    slopes = [1.0] * pinned.start + sketch.slope.tolist() + [1.0] * (len(y) - pinned.stop)
    knots = zip(ends.tolist(), clock[ends].tolist(), walk[ends].tolist(), y, slopes, strict=True)
    legs = _legs(knots, rng.random(len(y) - 1).tolist(), _walls(sketch, y, pinned))
    by_time, by_clock, begun, pull, base, linear, square, cubic, low, high = legs.repeat(ends[1:] - ends[:-1], axis=1)
    counted, clock = np.arange(1.0, steps + 1), clock[1:]
    u = by_time * counted + by_clock * clock - begun  # progress through the leg: 0 to 1
    path = base + walk[1:] - pull * clock + u * (linear + u * (square + u * cubic))
    if sketch.floor is not None or sketch.ceiling is not None:
        low, high = _narrowed(sketch, low, high, counted, ends[pinned])
    walk[0], walk[1:] = y[0], _fold(path, low, high)
    return walk, low, high


def _legs(knots: Iterable[Knot], restless: Iterable[float], walls: Iterable[tuple[float, float]]) -> Floats:
    """Coefficients of each leg's price, shape (10, legs). For a dozen legs, floats are faster than arrays."""
    legs = []
    for (start, stop), busy, (low, high) in zip(pairwise(knots), restless, walls, strict=True):
        begin, clock_start, walk_start, y_start, leaving = start
        end, clock_stop, walk_stop, y_stop, arriving = stop
        span, move = clock_stop - clock_start, y_stop - y_start
        busy = BUSY * busy
        by_time, by_clock, pull = (1 - busy) / (end - begin), busy / span, (walk_stop - walk_start) / span
        begun, base = by_time * begin + by_clock * clock_start, y_start - walk_start + pull * clock_start
        linear, square, cubic = move * leaving, move * (3 - 2 * leaving - arriving), move * (leaving + arriving - 2)
        legs.append((by_time, by_clock, begun, pull, base, linear, square, cubic, low, high))
    return np.array(legs).T


def _walls(sketch: Sketch, y: list[float], pinned: slice) -> list[tuple[float, float]]:
    """Lowest and highest price of each leg: it stays between its two ends, so that pivots are extrema."""
    room = sketch.overshoot + sketch.leg_overshoot
    inside = [(a - room, b + room) if a < b else (b - room, a + room) for a, b in pairwise(y[pinned])]
    return [(-FAR, FAR)] * pinned.start + inside + [sketch.limits] * (len(y) - pinned.stop)


def _narrowed(
    sketch: Sketch, low: np.ndarray, high: np.ndarray, steps: np.ndarray, pivots: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The walls at each of the ``steps``, with the sketch's own floor and ceiling in place.

    ``pivots`` are the steps at which the path passes through the sketch's pivots: its times, rounded. At the unrounded
    times a steep wall would cut a pivot off.
    """
    if sketch.floor is not None:
        low = np.maximum(low, np.interp(steps, pivots, sketch.floor, right=-FAR) - sketch.overshoot)
    if sketch.ceiling is not None:
        high = np.minimum(high, np.interp(steps, pivots, sketch.ceiling, right=FAR) + sketch.overshoot)
    return low, np.maximum(high, low + NARROWEST)


def _fold(path: Floats, low: Floats, high: Floats) -> Floats:
    """Reflect the path at both walls, as often as needed."""
    span = high - low
    twice = (path - low) / (2 * span)
    return high - span * np.abs(2 * (twice - np.floor(twice)) - 1)
