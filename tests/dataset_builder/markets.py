"""Markets made by hand, for tests: straight legs between given points."""

import numpy as np

from cryptoai_common.candles import Candles
from dataset_builder.market.swings import View


def candles_through(*points: tuple[int, float], wick: float = 0.05) -> Candles:
    """Candles whose closes run straight from one (bar, price) to the next; every bar opens at the close before it."""
    bars, prices = zip(*points, strict=True)
    close = np.interp(np.arange(bars[-1] + 1), bars, prices) + 100
    opening = np.concatenate((close[:1], close[:-1]))
    high, low = np.maximum(opening, close) + wick, np.minimum(opening, close) - wick
    return Candles(opening, high, low, close, np.ones(len(close)))


def view_of(*points: tuple[int, float]) -> View:
    return View(candles_through(*points))


def random_walk(bars: int, rng: np.random.Generator) -> Candles:
    """A market of any shape, for properties that hold for all candles."""
    close = 100 * np.exp(np.cumsum(rng.standard_t(4, bars)) * 0.01)
    opening = np.concatenate(([100.0], close[:-1]))
    high = np.maximum(opening, close) * (1 + 0.01 * rng.random(bars))
    low = np.minimum(opening, close) * (1 - 0.01 * rng.random(bars))
    return Candles(opening, high, low, close, 1 + rng.random(bars))
