"""How restless each bar of a market is: calm and wild stretches, and more wherever the price is in a scale_of_leg."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from dataset_builder.market.sketch import between

BARS_AGO = np.arange(39.0, -1, -1)  # the memory of volatility, oldest first
CALM = 0.9  # what is left of its noise to a leg that goes nowhere


def clustered_volatility(bars: int, rng: np.random.Generator) -> np.ndarray:
    """Relative volatility of each bar: persistent (AR(1) in the logarithm) with Student-t shocks, nu 4-10."""
    persistence = between(rng, 0.85, 0.97)
    shocks = rng.standard_normal(bars + 39) * (between(rng, 0.22, 0.46) * math.sqrt(1 - persistence**2))
    clustered = np.correlate(shocks, persistence**BARS_AGO, mode="valid")
    nu = between(rng, 4.0, 10.0)
    tails = np.sqrt((nu - 1.2) / rng.chisquare(nu, bars))
    return np.exp(clustered) * np.minimum(tails, 2.0)


def leg_volatility(y: Sequence[float], volatility: np.ndarray, legs: np.ndarray, most: float) -> np.ndarray:
    """By how much the bars of each leg are more volatile, for it to move at most about ``most`` standard deviations.

    A long way at a steady pace looks drawn: a real price gets there with a step back for every two ahead. ``y`` holds
    the prices at the ends of the legs, ``volatility`` one entry a bar in the same unit, ``legs`` the leg of each bar.
    Shape (legs,), from CALM to ten times CALM.
    """
    count = len(y) - 1
    bars = np.bincount(legs, minlength=count).tolist()
    total = np.bincount(legs, volatility, count).tolist()  # not of squares, or one wild bar would do for a leg
    return np.array(
        [
            min(math.hypot(CALM, move * math.sqrt(n) / (most * drawn)), 10 * CALM) if n else CALM
            for move, n, drawn in zip((stop - start for start, stop in pairwise(y)), bars, total, strict=True)
        ]
    )
