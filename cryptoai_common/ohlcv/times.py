"""Times as people's programs write them → microseconds since 1970 in UTC. What can't be told apart is refused."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cryptoai_common.ohlcv import epochs, texts
from cryptoai_common.ohlcv.table import Column, is_empty, quoted
from cryptoai_common.ohlcv.texts import DAY, NoTime

EARLIEST, LATEST = np.datetime64("1900-01-01", "us").astype(int), np.datetime64("2101-01-01", "us").astype(int)
YEARS = "1900 to 2100"


@dataclass(frozen=True)
class Times:
    """Times of a column: ``micros`` int64 [rows] since 1970, and how they were read.

    ``zoned``: they are UTC by what they are (an epoch, or a text with its zone); else they name no zone. ``days``: they
    are dates without an hour. ``clock``: they are hours without a date, ``micros`` counting from midnight.
    """

    micros: np.ndarray
    how: str
    zoned: bool
    days: bool = False
    clock: bool = False


def read_times(column: Column) -> Times:
    """Read a column of times. Raises NoTime for the first row that is none, or that can't be told apart."""
    if isinstance(column, np.ndarray) and column.dtype.kind == "M":
        micros = column.astype("M8[us]").astype(np.int64)
        if np.isnat(column).any():
            raise NoTime(int(np.isnat(column).argmax()), "is empty")
        times = Times(micros, "", True, bool((micros % DAY == 0).all()))
    else:
        times = _from_cells(column)
    outside = (times.micros < EARLIEST) | (times.micros >= LATEST)
    if outside.any():
        row = int(outside.argmax())
        reading = f"read as {times.how} it" if times.how else "it"
        raise NoTime(row, f"is no time that is known ({quoted(column[row])}; {reading} lies outside the years {YEARS})")
    return times


def _from_cells(column: Column) -> Times:
    if isinstance(column, np.ndarray):
        empty = np.isnan(column)
        numeric = ~empty
    else:
        kinds = np.fromiter((_kind(cell) for cell in column), np.int8, len(column))
        empty, numeric = kinds == 0, kinds == 1
    if empty.any():
        raise NoTime(int(empty.argmax()), "is empty")
    if numeric.mean() > 0.5:
        if not numeric.all():
            row = int((~numeric).argmax())
            raise NoTime(row, f"is no number as the other times are ({quoted(column[row])})")
        return Times(*epochs.from_numbers(column))
    if numeric.any():
        row = int(numeric.argmax())
        raise NoTime(row, f"is a number, unlike the other times ({quoted(column[row])})")
    return Times(*texts.from_texts(column))


def _kind(cell: object) -> int:
    """0 empty, 1 a number, 2 a text or something else."""
    if is_empty(cell):
        return 0
    if isinstance(cell, str):
        return 1 if epochs.NUMBER.fullmatch(cell.strip()) else 2
    return 1 if isinstance(cell, (int, float)) and not isinstance(cell, bool) else 2
