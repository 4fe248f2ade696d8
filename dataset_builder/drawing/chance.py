"""Small draws of a look, each from one uniform number of a stream."""

from __future__ import annotations

import numpy as np


def happens(rng: np.random.Generator, probability: float) -> bool:
    """True with that probability."""
    return rng.random() < probability


def uniform(rng: np.random.Generator, low: float, high: float) -> float:
    """A number from low to high, with three decimals: what a dataset records is what is drawn."""
    return round(low + (high - low) * rng.random(), 3)


def whole(rng: np.random.Generator, low: int, high: int) -> int:
    """A whole number from low to below high; a quarter of the time of ``rng.integers``."""
    return low + int((high - low) * rng.random())


def pick(choices, rng: np.random.Generator):
    """One of the choices, each as likely as the others."""
    return choices[int(len(choices) * rng.random())]
