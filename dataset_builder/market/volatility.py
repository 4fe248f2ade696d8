"""How restless each bar of a market is: calm and wild stretches, and more wherever the price is in a hurry."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from dataset_builder.market.exchange import STEPS
from dataset_builder.market.sketch import between

BARS_AGO = np.arange(39.0, -1, -1)  # the memory of volatility, oldest first
# Real wicks are longer where the price moves faster: over blocks of six bars, moves and mean wicks have a correlation
# of 0.40 on daily BTCUSD and of -0.06 to 0.33 on hourly pairs (a window's median). Ours: 0.2, and 0.0 without haste.
HASTE = 0.6
CALM = 0.8  # takes back what haste adds on average


def clustered_volatility(bars: int, rng: np.random.Generator) -> np.ndarray:
    """Relative volatility of each bar: persistent (AR(1) in the logarithm) with Student-t shocks, nu 3.5-7."""
    persistence = between(rng, 0.85, 0.97)
    shocks = rng.standard_normal(bars + 39) * (between(rng, 0.25, 0.65) * math.sqrt(1 - persistence**2))
    clustered = np.correlate(shocks, persistence**BARS_AGO, mode="valid")
    nu = between(rng, 3.5, 7.0)
    tails = np.sqrt((nu - 1.2) / rng.chisquare(nu, bars))
    return np.exp(clustered) * np.minimum(tails, 3.5)


def haste(ends: np.ndarray, y: list[float], sigma: float) -> np.ndarray:
    """How much more volatile the bars of each leg are for its speed: shape (legs,), around 1, at most 3 times CALM.

    ``ends`` are the steps between the legs and ``y`` the prices there, in H; ``sigma`` is the standard deviation of one
    bar, in H.
    """
    legs = zip(pairwise(ends.tolist()), pairwise(y), strict=True)
    speeds = [STEPS * (stop - start) / (end - begin) / sigma for (begin, end), (start, stop) in legs]
    return np.array([CALM * math.sqrt(1 + min(HASTE * speed * speed, 8.0)) for speed in speeds])
