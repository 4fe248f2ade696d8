"""OHLCV candles: the finished market data that patterns are checked on and charts are drawn from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

PRICES = ("open", "high", "low", "close")


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
        ranges: np.ndarray = np.maximum(self.high, previous) - np.minimum(self.low, previous)
        return ranges

    def fault(self) -> tuple[int, str] | None:
        """The first bar that no market can have, counted from 0, and what is wrong with it; None if there is none."""
        top, bottom = np.maximum(self.open, self.close), np.minimum(self.open, self.close)
        rules = {
            "has a value that is no finite number": ~np.isfinite(self.series()).all(axis=0),
            "has a price that is not above 0": np.minimum(self.low, bottom) <= 0,
            "has its high below its open, low or close": self.high < np.maximum(top, self.low),
            "has its low above its open or close": self.low > bottom,
            "has a volume below 0": self.volume < 0,
        }
        broken = np.array(list(rules.values()))
        if not broken.any():
            return None
        bar = int(broken.any(axis=0).argmax())
        return bar, list(rules)[int(broken[:, bar].argmax())]
