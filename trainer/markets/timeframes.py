"""When a candle ends, and when the next one does. Times are milliseconds since 1970, UTC; intervals as in ccxt."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from cryptoai_common.errors import UserError

UNITS = {"s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000, "M": 0}
MONTH = 30 * UNITS["d"]  # about
MONDAY = 4 * UNITS["d"]  # exchanges begin a week on Monday; 1970-01-01 was a Thursday


def parts(timeframe: str) -> tuple[int, str]:
    """Number and unit of an interval such as "15m". Raises UserError for anything else."""
    match = re.fullmatch(r"([1-9]\d*)([smhdwM])", timeframe)
    if not match:
        raise UserError(f"--timeframe must be a number and one of s, m, h, d, w, M, such as 1h, not {timeframe!r}")
    return int(match[1]), match[2]


def length(timeframe: str) -> int:
    """Milliseconds of a candle; of a month about."""
    number, unit = parts(timeframe)
    return number * (UNITS[unit] or MONTH)


def end_of(opens: int, timeframe: str) -> int:
    """When a candle that opens at that time is finished."""
    number, unit = parts(timeframe)
    return _months_later(opens, number) if unit == "M" else opens + number * UNITS[unit]


def next_end(now: int, timeframe: str) -> int:
    """When the candle that is forming will be finished."""
    number, unit = parts(timeframe)
    if unit == "M":
        start = datetime.fromtimestamp(now / 1000, UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        return _months_later(int(start.timestamp() * 1000), number)
    step, offset = number * UNITS[unit], MONDAY if unit == "w" else 0
    return (now - offset) // step * step + step + offset


def _months_later(millis: int, number: int) -> int:
    date = datetime.fromtimestamp(millis / 1000, UTC)
    years, month = divmod(date.month - 1 + number, 12)
    return int(date.replace(year=date.year + years, month=month + 1, day=1).timestamp() * 1000)
