"""Answers of exchanges whose candles are not plain rows: objects within objects, and lists that hold more than candles.

Each is told by something that only it has, and is refused where that could be read in two ways.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from cryptoai_common.ohlcv.columns import is_header
from cryptoai_common.ohlcv.numbers import read_numbers
from cryptoai_common.ohlcv.table import Table, TableError

MIDDLE = "mid"  # between bid and ask (OANDA)
POLONIEX = (
    *("low", "high", "open", "close", "amount", "quantity", "buyTakerAmount", "buyTakerQuantity", "tradeCount"),
    *("ts", "weightedAverage", "interval", "startTime", "closeTime"),
)
POLONIEX_INTERVAL = re.compile(r"(MINUTE|HOUR|DAY|WEEK|MONTH)_\d+")
PHEMEX = ("time", "interval", "last_close", "open", "high", "low", "close", "volume", "turnover", "symbol")
PHEMEX_INTERVALS = (60, 300, 900, 1800, 3600, 14_400, 86_400, 604_800, 2_592_000, 7_776_000, 31_104_000)  # seconds
MOST_WRONG = 0.1  # share of the rows of a Phemex answer in which the last close may not be the close before


def flat_rows(rows: Sequence[dict[str, Any]]) -> tuple[Sequence[dict[str, Any]], tuple[str, ...]]:
    """Rows whose prices lie in an object of their own, brought to one level, and a note that names it.

    Other rows are returned as they are. Of several such objects that of the middle price is taken. Raises TableError if
    there are several and no such one.
    """
    if not rows or is_header(list(rows[0])):
        return rows, ()
    holders = [key for key, value in rows[0].items() if isinstance(value, dict) and is_header(list(value))]
    if not holders:
        return rows, ()
    key = MIDDLE if MIDDLE in holders else holders[0]
    if len(holders) > 1 and key != MIDDLE:
        raise TableError(f"holds prices under {' and '.join(holders)}: keep one of them")
    flat = []
    for row in rows:
        inner = row.get(key)
        outer = {name: value for name, value in row.items() if name not in holders}
        flat.append(outer | inner if isinstance(inner, dict) else outer)
    return flat, (f"prices from {key}",)


def with_names(table: Table) -> tuple[Table, str]:
    """A table without a header under its names, and whose answer it is, if its columns tell; else as it is, and ""."""
    if table.names is not None or not len(table):
        return table, ""
    if _is_poloniex(table.columns):
        return Table(list(POLONIEX), table.columns, table.place), "Poloniex candles"
    if _is_phemex(table.columns):
        names = list(PHEMEX[: len(table.columns)])
        kept = [place for place, name in enumerate(names) if name not in ("interval", "last_close")]
        columns = [table.columns[place] for place in kept]
        return Table([names[place] for place in kept], columns, table.place), "Phemex klines"
    return table, ""


def _is_poloniex(columns: Sequence[Any]) -> bool:
    """The twelfth of fourteen columns holds texts such as HOUR_1."""
    if len(columns) != len(POLONIEX):
        return False
    return all(POLONIEX_INTERVAL.fullmatch(str(cell)) for cell in columns[POLONIEX.index("interval")])


def _is_phemex(columns: Sequence[Any]) -> bool:
    """The second column is one length of a candle, and the third the close of the candle before."""
    if len(columns) not in (len(PHEMEX) - 1, len(PHEMEX)):
        return False
    intervals = {str(cell).strip() for cell in columns[1]}
    if len(intervals) != 1 or not intervals <= set(map(str, PHEMEX_INTERVALS)):
        return False
    times, last, close = (read_numbers(columns[PHEMEX.index(name)])[0] for name in ("time", "last_close", "close"))
    if len(times) < 2 or np.isnan(times).any():
        return False
    order = np.argsort(times)
    return bool((last[order][1:] == close[order][:-1]).mean() >= 1 - MOST_WRONG)
