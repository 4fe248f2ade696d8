"""A table of candles → times and candles, by the rules that hold for files and for HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cryptoai_common.candles import PRICES, Candles
from cryptoai_common.ohlcv import columns as which
from cryptoai_common.ohlcv.answers import with_names
from cryptoai_common.ohlcv.table import Table, TableError, empty_rows, is_empty, quoted
from cryptoai_common.ohlcv.texts import DAY
from cryptoai_common.ohlcv.time_columns import TimeColumns, find_times, one_way
from cryptoai_common.ohlcv.times import Times
from cryptoai_common.ohlcv.values import read_unnamed_values, read_values

MOST_NAMED = 12  # series that an error message lists


@dataclass(frozen=True)
class Reading:
    """Candles, oldest first, the time at which each opens (int64 microseconds since 1970, UTC), and what was done.

    ``layout`` names the order of columns of a table without a header, or is "". ``notes`` are sentences without a stop,
    about what was left out, turned round or guessed. ``times`` says how the times were written.
    """

    micros: np.ndarray
    candles: Candles
    times: Times
    layout: str
    notes: tuple[str, ...]


class SeveralSeries(TableError):
    """A table that holds several series. ``names`` are theirs."""

    def __init__(self, column: str, names: Sequence[str]) -> None:
        shown = ", ".join(names[:MOST_NAMED]) + (", …" if len(names) > MOST_NAMED else "")
        super().__init__(
            f"holds {len(names)} series, told apart by its column {column} ({shown}): keep the rows of one"
        )
        self.names = names


def read_table(table: Table, symbol: str | None = None) -> Reading:
    """Read candles. Of several series in one table, that of ``symbol`` is taken.

    Rows in any one order of time are taken, and rows without any price left out. Raises TableError for a table whose
    columns or times can't be told, for a time that comes twice, and for the first row that is no candle.
    """
    given = table.notes
    table, told = _without_empty(table)
    notes = [*given, *told]
    if not len(table):
        raise TableError("has no rows")
    table, answer = with_names(table)
    table = _one_series(table, symbol)
    found = find_times(table)
    notes += found.notes
    if table.names is None:
        _refuse_labels(table, found.columns[0])
    table, micros, turned = _in_order(table, found)
    notes += turned
    named = table.names is not None
    layout, numbers, volume, told = read_values(table) if named else read_unnamed_values(table, max(found.columns) + 1)
    notes += told
    opens, highs, lows, closes = numbers
    candles = Candles(opens, highs, lows, closes, volume)
    fault = candles.fault()
    if fault:
        bar, what = fault
        values = ", ".join(f"{name} {getattr(candles, name)[bar]:.12g}" for name in (*PRICES, "volume"))
        raise TableError(f"{table.place(bar)} {what} ({values})")
    return Reading(micros, candles, found.times, answer or layout, tuple(notes))


def _without_empty(table: Table) -> tuple[Table, list[str]]:
    """The table without rows that hold no price, and a sentence on those of them that hold something else."""
    names = table.names
    prices = list(range(1, len(table.columns))) if names is None else which.find_prices(names)
    rest = [column for place, column in enumerate(table.columns) if place not in prices]
    empty = np.ones(len(table), bool)
    for place in prices:
        if empty.any():
            empty &= empty_rows(table.columns[place])
    if not empty.any():
        return table, []
    rows = np.flatnonzero(empty)
    written = [row for row in rows.tolist() if not all(is_empty(_cell(column[row])) for column in rest)]
    kept = table.rows(np.flatnonzero(~empty))
    if not written:
        return kept, []
    some = f"{len(written)} rows without prices are" if len(written) > 1 else "1 row without prices is"
    return kept, [f"{some} left out (the first is {table.place(written[0])})"]


def _cell(cell: Any) -> Any:
    return None if isinstance(cell, np.datetime64) and np.isnat(cell) else cell


def _one_series(table: Table, symbol: str | None) -> Table:
    if table.names is None:
        if symbol is not None:
            raise TableError(f"names no symbols, so that {symbol!r} can't be chosen")
        return table
    for place in which.named(table.names, which.INTERVALS):
        values = _distinct(table, place)
        if len(values) > 1:
            raise TableError(
                f"holds candles of several intervals ({', '.join(values[:MOST_NAMED])} in its column"
                f" {table.title(place)}): keep the rows of one"
            )
    places = which.named(table.names, which.SYMBOLS)
    if symbol is not None:
        used = set(which.find_prices(table.names))
        others = [place for place in range(len(table.names)) if place not in places and place not in used]
        for place in (*places, *others):
            values = _distinct(table, place)
            chosen = [value for value in values if value.lower() == symbol.strip().lower()]
            if chosen:
                cells = table.columns[place]
                rows = [row for row in range(len(table)) if str(cells[row]).strip() in chosen]
                return _one_series(table.rows(np.array(rows)), None)
        known = [value for place in places for value in _distinct(table, place)]
        has = f"it has {', '.join(known[:MOST_NAMED])}" if known else "it has no column symbol"
        raise TableError(f"has no row of {symbol!r}: {has}")
    for place in places:
        values = _distinct(table, place)
        if len(values) > 1:
            raise SeveralSeries(table.title(place), values)
    return table


def _refuse_labels(table: Table, first: int) -> None:
    """Texts before the times of a table without a header are symbols or intervals, and must be of one series."""
    for place in range(first):
        values = _distinct(table, place)
        if len(values) > 1 and not all(value.replace(".", "").isdigit() for value in values):
            raise SeveralSeries(table.title(place), values)


def _distinct(table: Table, place: int) -> list[str]:
    column = table.columns[place]
    if isinstance(column, np.ndarray):
        return [str(value) for value in np.unique(column)] if column.dtype.kind != "M" else []
    return list(dict.fromkeys(str(cell).strip() for cell in column))


def _in_order(table: Table, found: TimeColumns) -> tuple[Table, np.ndarray, list[str]]:
    """The table and its times, oldest first. Raises TableError for a time that comes twice, or out of order."""
    micros = found.times.micros
    steps = np.diff(micros)
    if (steps > 0).all():
        return table, micros, []
    if (steps < 0).all():
        order = np.arange(len(micros))[::-1]
        return table.rows(order), micros[order], ["newest first, and turned round"]
    _refuse_mixture(table, found)
    falling = (steps < 0).mean() > 0.5
    wrong = steps >= 0 if falling else steps <= 0
    row = int(wrong.argmax()) + 1
    word = table.place(row).split()[0]
    cell = quoted(table.columns[found.columns[0]][row])
    if steps[row - 1] == 0:
        remedy = "leave one of them"
        if not found.times.zoned and (micros % DAY).any():
            remedy += ", or write times in UTC if the clocks were put back"
        raise TableError(f"{table.place(row)} repeats the time of the {word} before ({cell}): {remedy}")
    age = "newer" if falling else "older"
    raise TableError(f"{table.place(row)} is {age} than the {word} before ({cell}): sort the {word}s, oldest first")


def _refuse_mixture(table: Table, found: TimeColumns) -> None:
    """If a column of texts tells several series apart, in each of which times are in order, they are named."""
    if table.names is None:
        return
    used = {*found.columns, *which.find_prices(table.names), *which.named(table.names, which.CLOCKS)}
    for place, column in enumerate(table.columns):
        if place in used or isinstance(column, np.ndarray):
            continue
        values = [str(cell).strip() for cell in column]
        names = list(dict.fromkeys(values))
        if 1 < len(names) <= len(values) / 2:
            number = {name: at for at, name in enumerate(names)}
            groups = np.array([number[value] for value in values])
            order = np.argsort(groups, kind="stable")
            parts = np.split(found.times.micros[order], np.flatnonzero(np.diff(groups[order])) + 1)
            if all(one_way(part) for part in parts):
                raise SeveralSeries(table.title(place), names)
