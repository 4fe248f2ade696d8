"""From a pattern's sketch to a market that traces it: OHLCV candles with the texture of real ones.

Each leg between two pivots is a fat-tailed bridge, not a straight line with noise: the price wanders as a
random walk with clustered volatility does, and is only tied at its two ends. Bars are aggregated from
intrabar steps, so bodies, wicks and ranges relate as they do on an exchange.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dataset_builder.candles import Candles
from dataset_builder.sketch import Sketch, log_uniform

STEPS = 20  # price changes inside a bar; 20-60 give the wick and body shares of real candles


@dataclass(frozen=True)
class Market:
    """A window with one pattern in it. ``pivots`` has shape (pivots, 2): bar (float) and price of each."""

    candles: Candles
    pivots: np.ndarray
    first_bar: int  # of the pattern proper
    last_bar: int


def draw_market(sketch: Sketch, bars: int, before: int, rng: np.random.Generator) -> Market:
    """Simulate a window of ``bars`` candles that pass through the sketch's pivots.

    Bars that the sketch leaves free become a plausible market around it, that share of them ``before`` it; a
    pattern that is still forming ends the window.
    """
    sigma = sketch.roughness / np.sqrt(sketch.bars)  # standard deviation of one bar's close, in H
    lead = bars - sketch.bars if sketch.stage == "forming" else round((bars - sketch.bars) * before)
    t, y, noise_level, pinned = _with_context(sketch, lead, bars - sketch.bars - lead, sigma, rng)
    volatility = sigma * _clustered_volatility(bars, rng) * np.interp(np.arange(bars) + 0.5, t, noise_level)
    path = _bridge(sketch, t, y, volatility, pinned, rng)
    ohlc = _aggregate(path, volatility, rng)
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
    t, y = sketch.t, sketch.y
    noise = sketch.volatility
    start = 0
    if before:
        legs = 2 if before >= 8 and rng.random() < 0.5 else 1
        span = np.full(legs, before / legs)
        moves = rng.normal(0, 1.2, legs) * sigma * np.sqrt(span)
        t = np.concatenate((np.cumsum(span) - span[0], t + before))
        y = np.concatenate((y[0] + np.cumsum(moves)[::-1], y))
        noise = np.concatenate((np.ones(legs), noise))
        start = legs
    stop = len(t)
    if after:
        t = np.append(t, t[-1] + after)
        y = np.append(y, y[-1] + rng.normal(0, 1.0) * sigma * np.sqrt(after))
        noise = np.append(noise, 1.0)
    return np.round(t * STEPS) / STEPS, y, noise, slice(start, stop)


def _clustered_volatility(bars: int, rng: np.random.Generator) -> np.ndarray:
    """Relative volatility of each bar: persistent (AR(1) in the logarithm) with Student-t shocks, nu 3-5."""
    persistence = rng.uniform(0.75, 0.95)
    shocks = rng.normal(0, rng.uniform(0.15, 0.4) * np.sqrt(1 - persistence**2), bars + 30)
    weights = persistence ** np.arange(30)
    clustered = np.convolve(shocks, weights, mode="valid")[:bars]
    nu = rng.uniform(3.0, 5.0)
    tails = np.sqrt((nu - 1.2) / rng.chisquare(nu, bars))
    return np.exp(clustered) * np.minimum(tails, 3.5)


def _bridge(sketch, t, y, volatility, pinned, rng) -> np.ndarray:
    """The price at every intrabar step, shape (bars * STEPS + 1,), in H."""
    index = np.round(t * STEPS).astype(int)
    lengths = np.diff(index)
    leg = np.repeat(np.arange(len(lengths)), lengths)
    start, stop = index[:-1][leg], index[1:][leg]
    variance = np.repeat(volatility, STEPS) ** 2 / STEPS
    walk = np.cumsum(rng.standard_normal(len(variance)) * np.sqrt(variance))
    clock = np.cumsum(variance)
    walk, clock = np.concatenate(([0.0], walk)), np.concatenate(([0.0], clock))
    step = np.arange(1, len(walk))
    elapsed = (clock[step] - clock[start]) / (clock[stop] - clock[start])
    noise = walk[step] - walk[start] - (walk[stop] - walk[start]) * elapsed
    restless = rng.uniform(0.0, 0.7, len(lengths))[leg]  # how much of the leg's move comes in its busy bars
    progress = (1 - restless) * (step - start) / (stop - start) + restless * elapsed
    slope = np.ones(len(t))
    slope[pinned] = sketch.slope
    path = y[leg] + (y[leg + 1] - y[leg]) * _ease(progress, slope[leg], slope[leg + 1]) + noise
    return np.concatenate((y[:1], _fold(path, *_walls(sketch, t, y, leg, step, pinned))))


def _ease(u: np.ndarray, leaving: np.ndarray, arriving: np.ndarray) -> np.ndarray:
    """Cubic Hermite from 0 to 1 with the given end slopes; monotone for slopes up to 3."""
    return u * (leaving * (1 - u) ** 2 + u * (3 - 2 * u) - arriving * u * (1 - u))


def _walls(sketch, t, y, leg, step, pinned) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest price allowed at each step: a leg stays between its ends, so that pivots are extrema."""
    low = np.minimum(y[:-1], y[1:]) - sketch.give
    high = np.maximum(y[:-1], y[1:]) + sketch.give
    free = (np.arange(len(low)) < pinned.start) | (np.arange(len(low)) >= pinned.stop - 1)
    low[free], high[free] = -1e6, 1e6
    low, high = low[leg], high[leg]
    time = step / STEPS - t[pinned.start]
    if sketch.floor is not None:
        low = np.maximum(low, np.interp(time, sketch.t, sketch.floor, left=-1e6, right=-1e6) - sketch.give)
    if sketch.ceiling is not None:
        high = np.minimum(high, np.interp(time, sketch.t, sketch.ceiling, left=1e6, right=1e6) + sketch.give)
    return low, np.maximum(high, low + 1e-3)


def _fold(path: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Reflect the path at both walls, as often as needed."""
    span = high - low
    return high - np.abs((path - low) % (2 * span) - span)


def _aggregate(path: np.ndarray, volatility: np.ndarray, rng: np.random.Generator) -> list[np.ndarray]:
    """Intrabar path to open, high, low, close, with small gaps between bars and extra, fat-tailed wicks."""
    bars = len(volatility)
    inside = path[1:].reshape(bars, STEPS)
    close = inside[:, -1]
    gap = rng.laplace(0, rng.uniform(0.005, 0.08), bars) * volatility
    gap[0] = 0
    opening = path[:-1:STEPS] + gap
    wick = rng.uniform(0.02, 0.22)
    tails = np.minimum(rng.standard_exponential((2, bars)) ** 1.5, 6) * wick * volatility
    high = np.maximum(inside.max(axis=1), opening) + tails[0]
    low = np.minimum(inside.min(axis=1), opening) - tails[1]
    return [opening, high, low, close]


def _to_prices(ohlc: list[np.ndarray], rng: np.random.Generator):
    """From H units to a positive price on an exchange's tick grid. Returns prices, scale and origin."""
    _, high, low, _ = ohlc
    span = high.max() - low.min()
    top_over_bottom = log_uniform(rng, 0.01, 1.2)  # a window moves between 1 % and 120 % of its lowest price
    bottom = log_uniform(rng, 0.01, 60000)
    scale = bottom * top_over_bottom / span
    origin = bottom - scale * low.min()
    coarse = (high - low).mean() * scale / rng.uniform(12, 150)
    tick = 10.0 ** np.floor(np.log10(coarse))
    return [np.round((origin + scale * series) / tick) * tick for series in ohlc], scale, origin


def _draw_volume(sketch: Sketch, ohlc: list[np.ndarray], before: int, rng: np.random.Generator) -> np.ndarray:
    """Traded volume: follows each bar's range (log-log correlation 0.5-0.85) and the pattern's own profile."""
    _, high, low, _ = ohlc
    bars = len(high)
    spread = np.maximum(high - low, 1e-12)
    activity = np.log(spread / np.median(spread) + 0.05)
    profile = np.interp(np.arange(bars) + 0.5 - before, sketch.t, sketch.volume)
    noise = rng.normal(0, rng.uniform(0.2, 0.6), bars)
    volume = log_uniform(rng, 1, 1e5) * profile * np.exp(rng.uniform(0.5, 1.0) * activity + noise)
    return np.round(volume, 3) + 0.001
