"""Columns that hold the hour of a day, whose day stands in another column."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cryptoai_common.ohlcv.table import Column
from cryptoai_common.ohlcv.texts import MINUTE, SECOND, NoTime
from cryptoai_common.ohlcv.times import read_times


def read_clock(column: Column) -> np.ndarray | None:
    """Microseconds since midnight of hours such as 09:30, 9:30:00 PM, 0930 or 93000; None if they are none."""
    try:
        times = read_times(column)
        if times.clock:
            return times.micros
    except NoTime:
        pass
    try:
        texts = [str(cell).strip() for cell in column]
        numbers = np.array([int(text) if text.isdigit() else -1 for text in texts], np.int64)
    except OverflowError:
        return None
    if (numbers < 0).any() or not len(numbers):
        return None
    padded = len({len(text) for text in texts}) == 1 and len(texts[0]) in (4, 6)
    digits = len(texts[0]) if padded else 6 if numbers.max() > 2359 else 4
    if not padded and numbers.max() < 60:  # hours, or minutes after midnight
        return None
    hours, minutes, seconds = numbers // 100, numbers % 100, np.zeros_like(numbers)
    if digits == 6:
        hours, minutes, seconds = numbers // 10_000, numbers // 100 % 100, numbers % 100
    if hours.max() > 23 or minutes.max() > 59 or seconds.max() > 59:
        return None
    return (hours * 60 + minutes) * MINUTE + seconds * SECOND


def read_hours(column: Column) -> np.ndarray | None:
    """Microseconds since midnight of numbers from 0 to 23; None if there is any other."""
    texts = [str(cell).strip() for cell in column]
    if not all(text.isdigit() and len(text) <= 2 and int(text) < 24 for text in texts):
        return None
    return np.array([int(text) for text in texts], np.int64) * 60 * MINUTE


def read_written_clock(column: Column) -> np.ndarray | None:
    """Hours in a column without a name: with a colon, or six digits with their zeros, since prices may be whole too."""
    cells: Iterator[str] = (cell.strip() for cell in column if isinstance(cell, str))
    first = next(cells, "")
    return read_clock(column) if ":" in first or (first.isdigit() and len(first) == 6 and first[0] in "012") else None
