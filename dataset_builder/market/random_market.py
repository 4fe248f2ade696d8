"""Random markets that nobody sketched: a price that walks, trends, returns to a level and jumps, as real ones do.

Patterns are looked for in them, so that half of a dataset's charts show patterns as markets make them and not as
``patterns`` sketches them. What varies from market to market and within one follows Cont, Empirical properties of asset
returns: stylized facts and statistical issues (Quantitative Finance 1, 2001): volatility that clusters on several time
scales, heavy tails, jumps, and hours of the day that are busier than others (his section 2, facts 2, 6 and 10, and
section 5); trends and ranges come and go. The ranges were chosen so that the statistics of market/statistics.py lie in
those of real candles.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from cryptoai_common.arrays import Floats
from dataset_builder.market.exchange import STEPS, trade
from dataset_builder.market.prices import FADING, FADING_STEPS
from dataset_builder.market.sketch import FAR, between, log_uniform
from dataset_builder.market.volatility import clustered_volatility

# A regime: how long it lasts in bars, and of which kind it is.
REGIME_BARS = (10, 160)
WALK, TREND = 0.4, 0.35  # shares of time in which the price walks, or trends; otherwise it returns to a level
TREND_DRIFT = (0.04, 0.4)  # of a trend, in volatilities of a bar a bar
PULL = (0.02, 0.2)  # share of its distance from the level that the price comes back in a bar
LASTING = (0.7, 1.0)  # share of a move that lasts: over five bars, real variance is 0.96 of five times that of one
LEVEL_DRIFT = 0.06  # standard deviation of the level's own drift, in volatilities of a bar a bar
REGIME_VOLATILITY = (0.55, 1.9)  # relative volatility of a regime
# Slow waves of volatility: share that is left after a bar, a memory of 66 bars; deviation of the logarithm.
SLOW_PERSISTENCE, SLOW_SHOCK = 0.985, (0.0, 0.5)
DAY_BARS, DAY_SHARE, DAY_DEPTH = (6, 96), 0.6, (0.1, 0.7)  # bars in a day; share of markets with busy hours; depth
JUMP_BARS, JUMP = (60, 800), (2.5, 8.0)  # bars between two jumps on average; their size in volatilities of a bar
FADING_BLOCK = 64  # steps: 0.95^64 is 0.04
TAKEN_BACK, BACK_BARS = (-0.3, 0.9), (2, 14)  # share of a jump that is taken back, and in how many bars


def random_market(rng: np.random.Generator, bars: int) -> tuple[Floats, Floats]:
    """Open, high, low and close of a market, shape (4, bars), and its relative activity, shape (bars,).

    The unit of prices is the typical volatility of a bar. Activity is what volume is drawn from, about 1 on average.
    """
    edges = list(_regime_edges(rng, bars))
    lengths = np.diff(edges)
    level = np.repeat([log_uniform(rng, *REGIME_VOLATILITY) for _ in lengths], lengths)
    busy = _busy_hours(rng, bars) * np.exp(_slow_waves(rng, bars))
    volatility = clustered_volatility(bars, rng) * level * busy
    variance = (volatility * volatility / STEPS).repeat(STEPS)
    shocks = rng.standard_normal(bars * STEPS) * np.sqrt(variance) + _jumps(rng, bars)
    lasting = between(rng, *LASTING)
    walk = np.concatenate(([0.0], *_with_regimes(rng, lasting * shocks, edges)))
    walk[1:] += (1 - lasting) * np.convolve(shocks, FADING[:FADING_STEPS])[: len(shocks)]
    wall = np.full(len(shocks), FAR)
    return trade(walk, -wall, wall, volatility, variance, rng), busy


def _regime_edges(rng: np.random.Generator, bars: int) -> Iterator[int]:
    """The bars at which regimes begin, from 0, and the end of the market."""
    start = 0
    while start < bars:
        yield start
        start += round(log_uniform(rng, *REGIME_BARS))
    yield bars


def _busy_hours(rng: np.random.Generator, bars: int) -> Floats:
    """Relative volatility by the hour of the day: a wave and its first overtone, or 1 for a market without hours."""
    if rng.random() >= DAY_SHARE:
        return np.ones(bars)
    at = np.arange(bars) * (2 * math.pi / log_uniform(rng, *DAY_BARS))
    depth, phase, second = between(rng, *DAY_DEPTH), *rng.uniform(0, 2 * math.pi, 2)
    wave: Floats = np.exp(depth * (0.7 * np.cos(at + phase) + 0.3 * np.cos(2 * at + second)))
    return wave


def _slow_waves(rng: np.random.Generator, bars: int) -> Floats:
    """Logarithm of the slow part of the volatility: AR(1), started anywhere on its way."""
    deviation = between(rng, *SLOW_SHOCK)
    shocks = rng.standard_normal(bars) * (deviation * math.sqrt(1 - SLOW_PERSISTENCE**2))
    shocks[0] = deviation * float(rng.standard_normal())
    return _fading_sum(shocks, SLOW_PERSISTENCE)


def _fading_sum(shocks: Floats, keep: float) -> Floats:
    """The sum of all shocks so far, of which the share ``keep`` is left after each step; shape of ``shocks``.

    In blocks, so that no power of ``keep`` is too small for a float.
    """
    total, last = np.empty(len(shocks)), 0.0
    powers = keep ** np.arange(1, FADING_BLOCK + 1)
    for start in range(0, len(shocks), FADING_BLOCK):
        block = shocks[start : start + FADING_BLOCK]
        power = powers[: len(block)]
        total[start : start + len(block)] = power * (last + np.add.accumulate(block / power))
        last = float(total[start + len(block) - 1])
    return total


def _jumps(rng: np.random.Generator, bars: int) -> Floats:
    """Jumps at single steps, and the way back that follows some of them; shape (bars * STEPS,)."""
    moves = np.zeros(bars * STEPS)
    for at in rng.integers(0, len(moves), rng.poisson(bars / log_uniform(rng, *JUMP_BARS))).tolist():
        size = between(rng, *JUMP) * (1 if rng.random() < 0.5 else -1)
        moves[at] += size
        steps = STEPS * round(between(rng, *BACK_BARS))
        moves[at + 1 : at + 1 + steps] -= size * between(rng, *TAKEN_BACK) / steps
    return moves


def _with_regimes(rng: np.random.Generator, shocks: Floats, edges: list[int]) -> Iterator[Floats]:
    """The price after each step: it adds up the shocks, and each regime moves it in its own way."""
    price = 0.0
    for start, stop in pairwise(edges):
        part = shocks[start * STEPS : stop * STEPS]
        kind = rng.random()
        drift = 0.0
        if WALK <= kind < WALK + TREND:
            drift = log_uniform(rng, *TREND_DRIFT) * (1 if rng.random() < 0.5 else -1) / STEPS
        path = price + np.add.accumulate(part + drift) if kind < WALK + TREND else _pulled(rng, price, part)
        yield path
        price = float(path[-1])


def _pulled(rng: np.random.Generator, price: float, shocks: Floats) -> Floats:
    """The price after each step where it returns to a level, which starts there and drifts slowly."""
    keep = 1 - log_uniform(rng, *PULL) / STEPS
    drift = LEVEL_DRIFT * float(rng.standard_normal()) / STEPS
    return price + drift * np.arange(1, len(shocks) + 1) + _fading_sum(shocks, keep)
