"""Volatility of each bar: clustered in time, and higher in legs that move far in few bars."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from dataset_builder.market.sketch import between

MEMORY = 40  # bars after which a shock to the volatility no longer counts: 0.97^40 is 0.3
BARS_AGO = np.arange(MEMORY - 1.0, -1, -1)  # oldest first
LEAST = 0.9  # factor for a leg that does not move at all
MOST = 10  # largest factor, in units of LEAST
# Chosen so that the statistics of drawn candles (market/statistics.py) lie in the ranges of real ones.
PERSISTENCE, SHOCK, DEGREES, LARGEST_TAIL = (0.85, 0.97), (0.22, 0.46), (4.0, 10.0), 2.0


def clustered_volatility(bars: int, rng: np.random.Generator) -> np.ndarray:
    """Relative volatility of each bar, shape (bars,): AR(1) in its logarithm, times the scale of a Student-t draw.

    The degrees of freedom are drawn from DEGREES. (nu - 1.2) / chi2(nu) keeps the median near 1.
    """
    persistence = between(rng, *PERSISTENCE)
    shocks = rng.standard_normal(bars + MEMORY - 1) * (between(rng, *SHOCK) * math.sqrt(1 - persistence**2))
    clustered = np.correlate(shocks, persistence**BARS_AGO, mode="valid")
    nu = between(rng, *DEGREES)
    tails = np.sqrt((nu - 1.2) / rng.chisquare(nu, bars))
    return np.exp(clustered) * np.minimum(tails, LARGEST_TAIL)


def leg_volatility(y: Sequence[float], volatility: np.ndarray, legs: np.ndarray, most: float) -> np.ndarray:
    """Factor on the volatility of each leg's bars, so that the leg moves at most about ``most`` standard deviations.

    Without it, a leg that moves far in few bars would be a straight line of candles of one colour, which real prices
    hardly show. ``y``, shape (legs + 1,), holds the prices at the ends of the legs; ``volatility``, shape (bars,), has
    the same unit; ``legs``, shape (bars,), is the leg of each bar. Shape (legs,), from LEAST to MOST * LEAST.
    """
    count = len(y) - 1
    bars = np.bincount(legs, minlength=count).tolist()
    total = np.bincount(legs, volatility, count).tolist()  # not squares: one bar must not count for the leg
    return np.array(
        [
            min(math.hypot(LEAST, move * math.sqrt(n) / (most * drawn)), MOST * LEAST) if n else LEAST
            for move, n, drawn in zip((stop - start for start, stop in pairwise(y)), bars, total, strict=True)
        ]
    )
