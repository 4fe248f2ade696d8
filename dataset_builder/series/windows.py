"""Windows of a series: which candles each chart shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from cryptoai_common.ohlcv.holes import largest_hole


class Window(NamedTuple):
    """The candles from row ``first`` to row ``last``, both included, counted from 0."""

    first: int
    last: int

    @property
    def bars(self) -> int:
        return self.last - self.first + 1


def slide(bars: int, lengths: Iterable[int], stride: int) -> list[Window]:
    """Every window of those lengths that ends at the newest candle, or any number of strides before it.

    Windows of all lengths end at the same candles, oldest first, so the series' last candle is always looked at and
    its first ones may not be. Each holds as many candles as its length says.
    """
    lengths = sorted(set(lengths))
    ends = range((bars - 1) % stride, bars, stride)
    return [Window(last - length + 1, last) for last in ends for length in lengths if length <= last + 1]


class Hole(NamedTuple):
    """Candles that are missing before row ``before``, how many, and how many windows were left out for it."""

    before: int
    missing: int
    windows: int


def without_holes(windows: Iterable[Window], missing: np.ndarray) -> tuple[list[Window], list[Hole]]:
    """The windows that show a series without a hole, and the holes that the others cross.

    ``missing`` int [bars] is how many candles are missing before each. A window that crosses several holes is counted
    with the largest.
    """
    kept: list[Window] = []
    left: Counter[int] = Counter()
    for window in windows:
        hole = largest_hole(missing, window.first, window.last)
        if hole is None:
            kept.append(window)
        else:
            left[hole] += 1
    return kept, [Hole(before, int(missing[before]), count) for before, count in sorted(left.items())]
