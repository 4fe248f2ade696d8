"""Tables without a header: which column is what, settled by the candles, since every exchange has its own order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cryptoai_common.candles import PRICES
from cryptoai_common.ohlcv.table import TableError


@dataclass(frozen=True)
class Layout:
    """An order of columns after that of the time. ``widths`` are the numbers of columns that tables of it have."""

    name: str
    columns: tuple[str, ...]
    widths: tuple[int, ...]

    def place(self, role: str) -> int | None:
        """The column's number from 0, counting that of the time, or None."""
        return self.columns.index(role) + 1 if role in self.columns else None


OHLC = ("open", "high", "low", "close")
# The first of those that have a table's width and whose candles can be gives it its name.
LAYOUTS = (
    Layout("Binance klines", (*OHLC, "volume"), (11, 12)),
    Layout("Kraken OHLCVT", (*OHLC, "volume", "trades"), (7,)),
    Layout("Kraken OHLC", (*OHLC, "average", "volume"), (8,)),
    Layout("OKX candles", (*OHLC, "volume"), (9,)),
    Layout("candles in the order time, open, high, low, close", (*OHLC, "volume"), (5, 6, 7, 8)),
    Layout("Coinbase candles", ("low", "high", "open", "close", "volume"), (5, 6)),
    Layout("KuCoin or Bitfinex candles", ("open", "close", "high", "low", "volume"), (5, 6, 7)),
    Layout("Gate.io candles", ("volume", "close", "high", "low", "open"), (6,)),
    Layout("Gate.io candles", ("turnover", "close", "high", "low", "open", "volume"), (7, 8)),
)
MOST_WRONG = 0.1  # share of rows that break the rules in the right order: more, and it is another order
ROUNDED = 1.01  # by so much an average may leave its candle, since it may have fewer decimals than the prices
# Open and close are told apart by the close before: in the wrong order the distance is at least twice as large.
CLEAR = 2.0
FEWEST_ROWS = 10  # in fewer rows that distance says little


def find_layout(columns: list[np.ndarray]) -> tuple[Layout, bool]:
    """The order of a table's columns [rows] after the time, oldest row first, and whether others were possible too.

    Only rows in which high is the largest and low the smallest of the four allow an order. Raises TableError if none
    fits, or if several do that would give other candles and the candles don't settle which.
    """
    width = len(columns) + 1
    fits: list[tuple[float, Layout]] = []
    for layout in LAYOUTS:
        if width in layout.widths and _trades_are_whole(columns, layout) and _averages_are_prices(columns, layout):
            wrong = _share_wrong(_candles(columns, layout))
            if wrong <= MOST_WRONG:
                fits.append((wrong, layout))
    if not fits:
        raise TableError(
            f"has no header, and its {width} columns are in no order that is known: put a line such as"
            " time,open,high,low,close,volume above it"
        )
    fewest = min(wrong for wrong, _ in fits)
    best = [layout for wrong, layout in fits if wrong == fewest]
    chosen, readings = best[0], {_candles(columns, layout).tobytes(): layout for layout in reversed(best)}
    settled = len(readings) == 1
    jumps = {layout.name: _jump(_candles(columns, layout)) for layout in readings.values()}
    if not settled:
        chosen = min(readings.values(), key=lambda layout: jumps[layout.name])
        others = [jump for name, jump in jumps.items() if name != chosen.name]
        if not min(others) > CLEAR * jumps[chosen.name]:
            names = " or ".join(layout.name for layout in best)
            raise TableError(
                f"has no header, and its columns can be read in several ways ({names}): put a line such as"
                " time,open,high,low,close,volume above it"
            )
    turned = _candles(columns, chosen)[:, [3, 1, 2, 0]]
    if len(turned) >= FEWEST_ROWS and _jump(_candles(columns, chosen)) > CLEAR * _jump(turned):
        raise TableError(
            f"has no header, and looks like {chosen.name} with open and close the other way round: put a line that"
            " names its columns above it"
        )
    return chosen, not settled


def _candles(columns: list[np.ndarray], layout: Layout) -> np.ndarray:
    """Open, high, low and close in this order: [rows, 4]."""
    return np.stack([columns[layout.columns.index(role)] for role in PRICES], axis=1)


def _trades_are_whole(columns: list[np.ndarray], layout: Layout) -> bool:
    return "trades" not in layout.columns or bool((columns[layout.columns.index("trades")] % 1 == 0).all())


def _averages_are_prices(columns: list[np.ndarray], layout: Layout) -> bool:
    """Whether the average price of most rows lies between low and high, or is 0 (nothing was traded)."""
    if "average" not in layout.columns:
        return True
    average, (_, high, low, _) = columns[layout.columns.index("average")], _candles(columns, layout).T
    inside = (average == 0) | ((average >= low / ROUNDED) & (average <= high * ROUNDED))
    return bool(inside.mean() >= 1 - MOST_WRONG)


def _share_wrong(prices: np.ndarray) -> float:
    high, low = prices[:, 1], prices[:, 2]
    right = (high >= prices.max(axis=1)) & (low <= prices.min(axis=1)) & (low > 0)
    return 1 - float(right.mean())


def _jump(prices: np.ndarray) -> float:
    """The usual distance of an open from the close before, in price."""
    with np.errstate(over="ignore"):  # prices go up to the largest number that there is
        return float(np.abs(prices[1:, 0] - prices[:-1, 3]).mean()) if len(prices) > 1 else 0.0
