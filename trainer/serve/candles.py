"""Rows of OHLCV, as JSON holds them, → the picture of their chart. The only module of trainer with dataset_builder.

The rules are those for a file of candles (``dataset_builder.market``), and faults are named by their row, from 1.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

import numpy as np
from PIL import Image

from cryptoai_common.candles import PRICES, Candles
from dataset_builder import render_candles
from dataset_builder.limits import FEWEST_BARS, MOST_BARS
from trainer.serve.event import BadRequest

MAX_ROWS = 1000  # what exchanges hand out at once
TIME_NAMES = ("time", "timestamp", "datetime", "date", "open_time", "opentime", "unix")
MAX_TEXT = 40  # characters of a number or time
MILLISECONDS = 1e11  # a time above this is in milliseconds, or else in seconds


def draw(rows: Any) -> tuple[Image.Image, int]:
    """The chart of the last candles, and how many it shows: all of them up to ``MOST_BARS``.

    ``rows`` is a list, oldest first, of lists [time, open, high, low, close, volume] or of objects with those names,
    volume optional. Raises BadRequest that names the first row at fault.
    """
    if not isinstance(rows, list):
        raise BadRequest("candles must be a list of rows", 422)
    if not FEWEST_BARS <= len(rows) <= MAX_ROWS:
        raise BadRequest(f"send {FEWEST_BARS} to {MAX_ROWS} candles, not {len(rows)}", 422)
    table = np.array([_numbers(row, f"row {number}") for number, row in enumerate(rows, 1)])
    candles = Candles(*table[:, 1:].T)
    fault = candles.fault()
    if fault:
        raise BadRequest(f"row {fault[0] + 1} {fault[1]}", 422)
    _check_order(table[:, 0])
    shown = candles[-MOST_BARS:]
    return render_candles(shown), len(shown)


def _numbers(row: Any, place: str) -> list[float]:
    """Time in seconds, prices and volume."""
    if isinstance(row, dict):
        row = _columns(row, place)
    if not isinstance(row, list) or len(row) not in (5, 6):
        raise BadRequest(f"{place} must be [time, open, high, low, close, volume], the volume optional", 422)
    time, *values = row
    numbers = [_time(time, place)]
    numbers += [_number(value, f"{place}: {name}") for name, value in zip((*PRICES, "volume"), values, strict=False)]
    return numbers + [1.0] * (6 - len(row))


def _columns(row: dict[str, Any], place: str) -> list[Any]:
    """An object's values in a list's order; other names are left alone, and names may be in any case."""
    named = {name.strip().lower(): value for name, value in row.items()}
    time = next((name for name in TIME_NAMES if name in named), "time")
    missing = [name for name in (time, *PRICES) if name not in named]
    if missing:
        raise BadRequest(f"{place} has no {', '.join(missing)}", 422)
    return [named[name] for name in (time, *PRICES, "volume") if name in named]


def _number(value: Any, what: str) -> float:
    """A number, or one in quotation marks, as many exchanges send their prices."""
    try:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return float(value)
        if isinstance(value, str) and len(value) <= MAX_TEXT:
            return float(value)
    except (ValueError, OverflowError):
        pass
    raise BadRequest(f"{what} is no number", 422)


def _time(value: Any, place: str) -> float:
    """Seconds since 1970, UTC, of an ISO 8601 text, or a number of seconds or milliseconds, also in quotation marks."""
    if isinstance(value, str) and len(value) <= MAX_TEXT and not _is_number(value):
        try:
            time = datetime.fromisoformat(value.strip())
            return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError):
            raise BadRequest(f"{place}: time is neither ISO 8601 nor a number", 422) from None
    seconds = _number(value, f"{place}: time")
    if not math.isfinite(seconds):
        raise BadRequest(f"{place}: time is no finite number", 422)
    return seconds / 1000 if seconds > MILLISECONDS else seconds


def _is_number(text: str) -> bool:
    """Whether a text counts time. ISO 8601 has 20240131 too, and would read some milliseconds as the year 1704."""
    try:
        float(text)
    except ValueError:
        return False
    return len(text.strip()) != len("20240131")


def _check_order(times: np.ndarray) -> None:
    steps = np.diff(times)
    if (steps <= 0).any():
        row = int(np.argmax(steps <= 0)) + 1
        what = "repeats the time of the row before" if steps[row - 1] == 0 else "is older than the row before"
        raise BadRequest(f"row {row + 1} {what}; sort the rows, oldest first, each time once", 422)
