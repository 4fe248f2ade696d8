"""From a pattern's sketch to a market that traces it: OHLCV candles with the texture of real ones.

Each leg between two pivots is a fat-tailed bridge, not a straight line with noise: the price wanders as a
random walk with clustered volatility does, and is only tied at its two ends. Bars are aggregated from
intrabar steps, so bodies, wicks and ranges relate as they do on an exchange.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from dataset_builder.candles import Candles
from dataset_builder.sketch import Sketch, log_uniform

STEPS = 4  # price changes inside a bar; the extremes between them follow the law of a Brownian bridge's
FAR = 1e6  # a wall that is never reached, in H


@dataclass(frozen=True)
class Market:
    """A window with one pattern in it. ``pivots`` has shape (pivots, 2): bar (float) and price of each."""

    candles: Candles
    pivots: np.ndarray
    first_bar: int  # of the pattern proper
    last_bar: int


def draw_market(sketch: Sketch, bars: int, before: float, rng: np.random.Generator) -> Market:
    """Simulate a window of ``bars`` candles that pass through the sketch's pivots.

    Bars that the sketch leaves free become a plausible market around it, that share of them ``before`` it; a
    pattern that is still forming ends the window.
    """
    sigma = sketch.roughness / math.sqrt(sketch.bars)  # standard deviation of one bar's close, in H
    lead = bars - sketch.bars if sketch.stage == "forming" else round((bars - sketch.bars) * before)
    t, y, noise_level, pinned = _with_context(sketch, lead, bars - sketch.bars - lead, sigma, rng)
    volatility = sigma * _clustered_volatility(bars, rng) * np.interp(np.arange(bars) + 0.5, t, noise_level)
    ohlc = _trade(*_bridge(sketch, t, y, volatility, pinned, rng), volatility, rng)
    ohlc, scale, origin = _to_prices(ohlc, rng)
    volume = _draw_volume(sketch, ohlc, lead, rng)
    pivot_bars = np.clip(sketch.t + lead - 0.5, 0, bars - 1)
    pivots = np.column_stack((pivot_bars, origin + scale * sketch.y))
    first, last = sketch.body
    return Market(
        candles=Candles(*ohlc, volume),
        pivots=pivots[first : last + 1],
        first_bar=int(pivot_bars[first]),
        last_bar=round(pivot_bars[last]),
    )


def _with_context(sketch: Sketch, before: int, after: int, sigma: float, rng: np.random.Generator):
    """Add legs of random walk around the sketch, that many bars long."""
    t, y, noise = sketch.t, sketch.y, sketch.volatility
    legs = 0
    if before:
        legs = 2 if before >= 8 and rng.random() < 0.5 else 1
        span = before / legs
        moves = rng.normal(0, 1.2 * sigma * math.sqrt(span), legs)
        t = np.concatenate((np.arange(legs) * span, t + before))
        y = np.concatenate((y[0] + np.cumsum(moves)[::-1], y))
        noise = np.concatenate((np.ones(legs), noise))
    if after:
        t = np.append(t, t[-1] + after)
        y = np.append(y, y[-1] + rng.normal(0, sigma * math.sqrt(after)))
        noise = np.append(noise, 1.0)
    return np.rint(t * STEPS) / STEPS, y, noise, slice(legs, legs + len(sketch.t))


def _clustered_volatility(bars: int, rng: np.random.Generator) -> np.ndarray:
    """Relative volatility of each bar: persistent (AR(1) in the logarithm) with Student-t shocks, nu 3-5."""
    persistence = rng.uniform(0.75, 0.95)
    shocks = rng.standard_normal(bars + 29) * (rng.uniform(0.15, 0.4) * math.sqrt(1 - persistence**2))
    clustered = np.convolve(shocks, persistence ** np.arange(30), mode="valid")
    nu = rng.uniform(3.0, 5.0)
    tails = np.sqrt((nu - 1.2) / rng.chisquare(nu, bars))
    return np.exp(clustered) * np.minimum(tails, 3.5)


def _bridge(sketch, t, y, volatility, pinned, rng):
    """The price before and after every intrabar step, shape (bars * STEPS + 1,), in H, and its walls at each step."""
    ends = np.rint(t * STEPS).astype(int)
    lengths = np.diff(ends)
    variance = np.repeat(volatility * volatility / STEPS, STEPS)
    steps = len(variance)
    walk, clock = np.zeros(steps + 1), np.zeros(steps + 1)
    np.cumsum(rng.standard_normal(steps) * np.sqrt(variance), out=walk[1:])
    np.cumsum(variance, out=clock[1:])
    restless = rng.uniform(0.0, 0.7, len(lengths))  # how much of the leg's move comes in its busy bars
    slope = np.ones(len(t))
    slope[pinned] = sketch.slope
    low, high = _walls(sketch, y, pinned)
    legs = (ends[:-1], lengths, clock[ends[:-1]], np.diff(clock[ends]), walk[ends[:-1]], np.diff(walk[ends]))
    legs += (restless, slope[:-1], slope[1:], y[:-1], np.diff(y), low, high)
    spread = np.repeat(np.array(legs, float), lengths, axis=1)  # each leg's numbers at each of its steps
    start, length, clock_start, clock_span, walk_start, walk_span, restless, leaving, arriving, *rest = spread
    y_start, y_span, low, high = rest
    elapsed = (clock[1:] - clock_start) / clock_span
    noise = walk[1:] - walk_start - walk_span * elapsed
    even = (np.arange(1, steps + 1) - start) / length
    progress = even + restless * (elapsed - even)
    path = y_start + y_span * _ease(progress, leaving, arriving) + noise
    if sketch.floor is not None or sketch.ceiling is not None:
        low, high = _narrowed(sketch, low, high, np.arange(1, steps + 1) / STEPS - t[pinned.start])
    return np.concatenate((y[:1], _fold(path, low, high))), low, high


def _ease(u: np.ndarray, leaving: np.ndarray, arriving: np.ndarray) -> np.ndarray:
    """Cubic Hermite from 0 to 1 with the given end slopes; monotone for slopes up to 3."""
    left = 1 - u
    return u * (leaving * left * left + u * (3 - 2 * u) - arriving * u * left)


def _walls(sketch: Sketch, y: np.ndarray, pinned: slice) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest price of each leg: it stays between its ends, so that pivots are extrema."""
    low = np.minimum(y[:-1], y[1:]) - sketch.give
    high = np.maximum(y[:-1], y[1:]) + sketch.give
    for free in (slice(0, pinned.start), slice(pinned.stop - 1, None)):
        low[free], high[free] = -FAR, FAR
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


def _trade(path, low, high, volatility: np.ndarray, rng: np.random.Generator) -> list[np.ndarray]:
    """Intrabar path to open, high, low, close, with small gaps between bars and extra, fat-tailed wicks."""
    bars = len(volatility)
    before, after = path[:-1], path[1:]
    swing = 2 * np.repeat(volatility * volatility / STEPS, STEPS) * rng.standard_exponential((2, bars * STEPS))
    reach = np.sqrt((after - before) ** 2 + swing)  # twice a bridge's extreme, less its mean: Rayleigh's law
    peak = np.minimum(before + after + reach[0], np.maximum(2 * high, before + after)) / 2
    trough = np.maximum(before + after - reach[1], np.minimum(2 * low, before + after)) / 2
    close = after[STEPS - 1 :: STEPS]
    opening = before[::STEPS] + rng.laplace(0, rng.uniform(0.005, 0.08), bars) * volatility
    opening[0] = before[0]
    wicks = np.minimum(rng.standard_exponential((2, bars)) ** 1.5, 6) * (rng.uniform(0.02, 0.22) * volatility)
    highest = np.maximum(np.maximum(peak.reshape(bars, STEPS).max(axis=1), opening), close)
    lowest = np.minimum(np.minimum(trough.reshape(bars, STEPS).min(axis=1), opening), close)
    return [opening, highest + wicks[0], lowest - wicks[1], close]


def _to_prices(ohlc: list[np.ndarray], rng: np.random.Generator):
    """From H units to a positive price on an exchange's tick grid. Returns prices, scale and origin."""
    _, high, low, _ = ohlc
    lowest, span = low.min(), high.max() - low.min()
    top_over_bottom = log_uniform(rng, 0.01, 1.2)  # a window moves between 1 % and 120 % of its lowest price
    bottom = log_uniform(rng, 0.01, 60000)
    scale = float(bottom * top_over_bottom / span)
    origin = float(bottom - scale * lowest)
    coarse = float((high - low).mean()) * scale / rng.uniform(12, 150)
    decimals = -math.floor(math.log10(coarse))
    return [np.round(origin + scale * series, decimals) for series in ohlc], scale, origin


def _draw_volume(sketch: Sketch, ohlc: list[np.ndarray], before: int, rng: np.random.Generator) -> np.ndarray:
    """Traded volume: follows each bar's range (log-log correlation 0.5-0.85) and the pattern's own profile."""
    _, high, low, _ = ohlc
    bars = len(high)
    spread = high - low
    activity = np.log(spread / spread.mean() + 0.05)
    profile = np.interp(np.arange(bars) + 0.5 - before, sketch.t, sketch.volume)
    noise = rng.standard_normal(bars) * rng.uniform(0.2, 0.6)
    volume = log_uniform(rng, 1, 1e5) * profile * np.exp(rng.uniform(0.5, 1.0) * activity + noise)
    return np.round(volume + 0.001, 3)
