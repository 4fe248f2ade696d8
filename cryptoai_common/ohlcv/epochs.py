"""Times that are numbers: since 1970 in some unit, digits of a date, or the days that spreadsheets count."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from cryptoai_common.ohlcv.table import Column, quoted
from cryptoai_common.ohlcv.texts import DAY, NoTime

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
SECOND = 1_000_000  # microseconds
# Units since 1970, and from which size on a number is in the next smaller one: each lies in the year 5138 by its own
# unit and in 1973 by the next.
UNITS = {"seconds": 1e11, "milliseconds": 1e14, "microseconds": 1e17, "nanoseconds": np.inf}
LARGEST = 9.2e18  # what 64 bits hold; nanoseconds since 1970 reach it in 2261
PER_UNIT = {"seconds": SECOND, "milliseconds": 1000, "microseconds": 1}
# A series that ends before March 1973 by this count of seconds is a count of something else (minutes, hours, …).
FEWEST_SECONDS = 100_000_000
# Numbers of 0.1 microseconds since the year 1 (.NET) would be read as nanoseconds in 1990.
FEWEST_NANOSECONDS = 946_684_800_000_000_000  # the year 2000
# Days since 1899-12-30, as spreadsheets count them, from 1970 to 2099. Below lie days since 1970, which arrays have.
EXCEL_FIRST, EXCEL_LAST, EXCEL_1970 = 25_569, 73_051, 25_569
SPREADSHEET_DAYS = "spreadsheet days (1 is 1900-01-01)"
# Candles open at whole minutes, so that one of a few ends in a digit for 100 seconds or less. Powers of ten whose last
# digit counts more than this ("1.70407e+09") were shortened.
COARSEST = 100
# Digits of a date, by their number: 20241231, 2024123109, 202412310930, …
CALENDARS = {8: "YYYYMMDD", 10: "YYYYMMDDHH", 12: "YYYYMMDDHHMM", 14: "YYYYMMDDHHMMSS", 17: "YYYYMMDDHHMMSSsss"}
REMEDY = "write times as 2024-12-31T09:00:00Z"


def from_numbers(column: Column) -> tuple[np.ndarray, str, bool, bool]:
    """Microseconds int64 [rows], how they were read, whether that is UTC, and whether they are days without hours.

    Raises NoTime for the first row that is no time, that can be read in two ways, or that is of another kind than the
    first. Seconds to nanoseconds since 1970 may alternate, since exchanges have changed their unit.
    """
    values, whole = _numbers(column)
    if whole is not None:
        found = _calendar(whole, column)
        if found:
            return found
    if ((values >= 0) & (values < EXCEL_LAST)).all():
        return _excel(values, column)
    return _since_1970(values, whole, column)


def _numbers(column: Column) -> tuple[np.ndarray, np.ndarray | None]:
    """float64, and int64 if all are whole numbers."""
    if isinstance(column, np.ndarray):
        values = column.astype(float)
    else:
        for row, cell in enumerate(column):
            if isinstance(cell, str) and "E" in cell:
                raise NoTime(row, f"has lost its last digits in a spreadsheet ({quoted(cell)}); write it in full")
        if all(isinstance(cell, str) and _finest(cell) > COARSEST for cell in column):
            raise NoTime(0, f"has lost its last digits ({quoted(column[0])}); write it in full")
        try:
            whole = np.array([_integer(cell) for cell in column], dtype=np.int64)
            return whole.astype(float), whole
        except (ValueError, OverflowError):
            values = np.array([_float(cell) for cell in column])
    infinite = ~(np.abs(values) < LARGEST)
    if infinite.any():
        row = int(infinite.argmax())
        raise NoTime(row, f"is no time that is known ({quoted(column[row])})")
    exact = values == np.round(values)
    return values, values.astype(np.int64) if exact.all() else None


def _finest(text: str) -> float:
    """What the last digit of a time with a power of ten counts, in seconds; 0 for any other number."""
    digits, _, power = text.strip().partition("e")
    exponent = int(power or 0)
    if not 0 < exponent < len(str(int(LARGEST))):
        return 0.0
    unit = sum(exponent >= limit for limit in (11, 14, 17))
    return float(10.0 ** (exponent - len(digits.partition(".")[2]) - 3 * unit))


def _integer(cell: Any) -> int:
    if isinstance(cell, float) and not cell.is_integer():
        raise ValueError
    return int(cell)


def _float(cell: Any) -> float:
    try:
        return float(cell)
    except OverflowError:
        return np.inf


def _calendar(whole: np.ndarray, column: Column) -> tuple[np.ndarray, str, bool, bool] | None:
    digits = len(str(abs(int(whole[0]))))
    if digits not in CALENDARS or (whole <= 0).any() or len(str(int(whole.max()))) != digits:
        return None
    if len(str(int(whole.min()))) != digits:
        return None
    rest = whole
    fields: list[np.ndarray] = []
    for width in {8: (2, 2), 10: (2, 2, 2), 12: (2, 2, 2, 2), 14: (2,) * 5, 17: (3, *(2,) * 5)}[digits]:
        rest, field = np.divmod(rest, 10**width)
        fields.insert(0, field)
    fields += [np.zeros_like(rest)] * (6 - len(fields))
    year, (month, day, hour, minute, second, thousandth) = rest, fields
    right = (year >= 1900) & (year <= 2100) & (month >= 1) & (month <= 12) & (day >= 1)
    months = np.where(right, (year - 1970) * 12 + month - 1, 0)
    first = months.astype("M8[M]").astype("M8[D]")
    length = ((months + 1).astype("M8[M]").astype("M8[D]") - first).astype(int)
    right &= (day <= length) & (hour < 24) & (minute < 60) & (second < 60)
    if not right.all():
        if right.mean() > 0.5:
            row = int((~right).argmax())
            raise NoTime(row, f"is no date as the other times are, {CALENDARS[digits]} ({quoted(column[row])})")
        return None
    days = first.astype(int) + day - 1
    clock = ((hour * 60 + minute) * 60 + second) * SECOND + thousandth * 1000
    return days * DAY + clock, CALENDARS[digits], False, digits == 8


def _excel(values: np.ndarray, column: Column) -> tuple[np.ndarray, str, bool, bool]:
    if (values < EXCEL_FIRST).any():
        row = int((values < EXCEL_FIRST).argmax())
        raise NoTime(row, f"counts rows or days from an unknown one, and is no time ({quoted(column[row])}); {REMEDY}")
    days = values - EXCEL_1970
    micros = np.round(days * (DAY // SECOND)).astype(np.int64) * SECOND  # fractions of a day are rounded to seconds
    return micros, SPREADSHEET_DAYS, False, bool((values % 1 == 0).all())


def _since_1970(values: np.ndarray, whole: np.ndarray | None, column: Column) -> tuple[np.ndarray, str, bool, bool]:
    sizes = np.abs(values)
    unit = np.searchsorted(list(UNITS.values())[:-1], sizes, side="right")
    if sizes.max() < FEWEST_SECONDS:
        row = int(sizes.argmax())
        raise NoTime(row, f"counts no unit that is known ({quoted(column[row])} seconds would be in 1970); {REMEDY}")
    early = (unit == 3) & (values < FEWEST_NANOSECONDS)
    if early.any():
        row = int(early.argmax())
        raise NoTime(row, f"can be read as nanoseconds since 1970 or as ticks ({quoted(column[row])}); {REMEDY}")
    micros = np.zeros(len(values), np.int64)
    for number, name in enumerate(UNITS):
        own = unit == number
        if not own.any():
            continue
        if name == "nanoseconds":
            micros[own] = whole[own] // 1000 if whole is not None else np.round(values[own] / 1000).astype(np.int64)
        elif whole is not None:
            micros[own] = whole[own] * PER_UNIT[name]
        else:
            micros[own] = np.round(values[own] * PER_UNIT[name]).astype(np.int64)
    order = list(dict.fromkeys(unit.tolist()))
    how = ", then ".join(list(UNITS)[number] for number in order) + " since 1970"
    return micros, how, True, False
