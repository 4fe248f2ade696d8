"""Windows of a series: which candles each chart shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


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
