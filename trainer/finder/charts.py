"""Where the span network's charts come from: the prices of screenshots, and of markets that nobody drew a picture of.

A chart is a mapping with the ``x``, ``high`` and ``low`` of its candles, y downwards, and its ``patterns`` and
``overlapping`` ones, each with ``label`` and ``box``: a row of a dataset's screenshots, or the like of it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import datasets
import numpy as np

from cryptoai_common.long_markets import read_long_markets

Chart = Mapping[str, Any]

JOINED = 0.5  # share of charts that show several markets in a row: screens show more candles than a market here has
CANDLES = (80, 450)  # in such a chart: a market is added until there are as many as drawn from this range
MOST_CANDLES, MOST_JOINED = 480, 6  # in such a chart; a column of pixels each is the least that can be read
RESTLESS = 0.25  # deviation of the logarithm of a market's mean range from that of the first one in the chart


class Charts(Protocol):
    """Charts by number. ``chart`` may depend on ``rng``."""

    def __len__(self) -> int: ...

    def chart(self, index: int, rng: np.random.Generator) -> Chart:
        """Chart ``index``."""
        ...

    def labels(self) -> Counter[str]:
        """How many patterns of each class there are."""
        ...


class ScreenshotCharts:
    """The charts of a dataset's screenshots."""

    def __init__(self, rows: datasets.Dataset) -> None:
        self.rows = rows.select_columns(["x", "high", "low", "patterns", "overlapping"])

    def __len__(self) -> int:
        return len(self.rows)

    def chart(self, index: int, rng: np.random.Generator) -> Chart:
        """Screenshot ``index``."""
        row: Chart = self.rows[index]
        return row

    def labels(self) -> Counter[str]:
        """How many patterns of each class there are."""
        return _labels(self.rows)


class MarketCharts:
    """The charts of a directory of long markets, each alone or with others to its right.

    Patterns stay what they are when markets are joined: a check sees its own window only. What would be one across a
    joint is not recorded.
    """

    def __init__(self, markets: datasets.Dataset, classes: tuple[str, ...], fingerprint: str) -> None:
        self.markets, self.classes, self.fingerprint = markets, classes, fingerprint

    def __len__(self) -> int:
        return len(self.markets)

    def chart(self, index: int, rng: np.random.Generator) -> Chart:
        """Market ``index``, and in a share ``JOINED`` of the charts others after it."""
        parts = [self.markets[index]]
        if rng.random() < JOINED:
            least, most = CANDLES
            wanted, there = least * (most / least) ** rng.random(), len(parts[0]["high"])
            while there < wanted and len(parts) < MOST_JOINED:
                other = self.markets[int(rng.integers(len(self.markets)))]
                there += len(other["high"])
                if there > MOST_CANDLES:
                    break
                parts.append(other)
        return joined(parts, rng)

    def labels(self) -> Counter[str]:
        """How many patterns of each class there are."""
        return _labels(self.markets)


def _labels(rows: datasets.Dataset) -> Counter[str]:
    found = (row for name in ("patterns", "overlapping") for row in rows[name][:])
    return Counter(pattern["label"] for row in found for pattern in row)


def joined(markets: list[Chart], rng: np.random.Generator) -> Chart:
    """One chart of several markets in a row: about as restless as the first, each from where the one before it ends.

    ``markets`` are rows of ``read_long_markets``. It shows closes only if the first does.
    """
    tables: list[np.ndarray] = []
    patterns: dict[str, list[dict[str, Any]]] = {"patterns": [], "overlapping": []}
    for market in markets:
        table = np.array([market["high"], market["low"], market["close"]], float)
        bars = sum(each.shape[1] for each in tables)
        if tables:
            restless = float((tables[0][0] - tables[0][1]).mean() / (table[0] - table[1]).mean())
            table *= restless * math.exp(rng.normal(0, RESTLESS))
            table += tables[-1][2, -1] - table[:2, 0].mean()
        tables.append(table)
        for name, found in patterns.items():
            found += [_boxed(pattern, bars) for pattern in market[name]]
    high, low, close = np.concatenate(tables, axis=1)
    if markets[0]["line"]:
        high = low = close
    return {"x": np.arange(len(close), dtype=float), "high": -high, "low": -low, **patterns}


def _boxed(pattern: Chart, bars: int) -> dict[str, Any]:
    """A pattern with its box, whose sides are the times of its first and last candle. Its heights are not used."""
    return {"label": pattern["label"], "box": (pattern["first"] + bars - 0.5, 0.0, pattern["last"] + bars + 0.5, 0.0)}


def load_markets(directory: Path) -> MarketCharts:
    """The markets of a directory. Raises UserError if they are missing, damaged or altered."""
    known, table = read_long_markets(directory)
    return MarketCharts(datasets.Dataset(table), known.classes, known.fingerprint)
