"""OHLCV candles: the finished market data that patterns are checked on and charts are drawn from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Candles:
    """One window of a market, oldest bar first. Prices in quote currency, volume in base currency.

    Every field is a float64 array of shape (bars,), and low <= min(open, close) <= max(open, close) <= high.
    """

    open: np.ndarray
    high: np.ndarray
    low: np.ndarray
    close: np.ndarray
    volume: np.ndarray

    def __len__(self) -> int:
        return len(self.close)

    def __getitem__(self, bars: slice | np.ndarray) -> Candles:
        return Candles(*(series[bars] for series in self.series()))

    def series(self) -> tuple[np.ndarray, ...]:
        """Open, high, low, close and volume, in that order."""
        return self.open, self.high, self.low, self.close, self.volume

    def mirrored(self) -> Candles:
        """The same market upside down: highs become lows (prices negated, volume kept)."""
        return Candles(-self.open, -self.low, -self.high, -self.close, self.volume)

    def true_range(self) -> np.ndarray:
        """Wilder's true range of each bar, in price (Wilder 1978): the range, gaps included."""
        previous = np.concatenate((self.open[:1], self.close[:-1]))
        return np.maximum(self.high, previous) - np.minimum(self.low, previous)
