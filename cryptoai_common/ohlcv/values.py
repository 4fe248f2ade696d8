"""Prices and volume of a table of candles: which columns hold them, and what numbers stand there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cryptoai_common.candles import PRICES
from cryptoai_common.ohlcv import columns as which
from cryptoai_common.ohlcv.layouts import find_layout
from cryptoai_common.ohlcv.numbers import POINT, decimal_mark, mark_of_points, no_number, read_numbers, read_volume
from cryptoai_common.ohlcv.table import Table, TableError, quoted

NO_VOLUME = "it has no volume, which is taken as 0"
# A column is the turnover if it is another one times a price within low and high; this much is lost to rounding, and
# so many rows may be wrong.
ROUNDED, MOST_WRONG = 1.01, 0.1

# The name of the layout of a table without column names, or ""; the prices, in the order of ``PRICES``; the volume; and
# sentences without a stop about what was chosen.
Values = tuple[str, list[np.ndarray], np.ndarray, list[str]]


def read_values(table: Table) -> Values:
    """The values of a table with column names. Raises TableError for a cell that is no number or has two readings."""
    assert table.names is not None
    prices = which.find_prices(table.names)
    mark = _mark(table, prices)
    numbers = [_numbers(table, place, mark) for place in prices]
    notes = [] if mark == POINT else ["decimal commas"]
    close = which.plain_name(table.names[prices[-1]])
    if close == "adjclose":
        notes.append(f"the close is {table.names[prices[-1]]}")
    places = which.find_volumes(table.names)
    if not places:
        return "", numbers, np.zeros(len(table)), [*notes, NO_VOLUME]
    for place in places:
        volume, told = _volume(table, place, mark)
        if volume.any():
            break
    traded = _traded(table, place, volume, numbers, mark, (*prices, *places))
    if traded is not None:
        coins, volume, told = traded
        told.append(f"the volume is {table.names[coins]}, since {table.names[place]} is that times the price")
    else:
        name = which.plain_name(table.names[place])
        same = sum(which.plain_name(other) == name for other in table.names) > 1
        if place != places[0] or same or name not in which.SYNONYMS["volume"]:
            told.append(f"the volume is {table.names[place]}")
    return "", numbers, volume, [*notes, *told]


def read_unnamed_values(table: Table, first: int) -> Values:
    """The same of a table without names, of the columns from ``first`` on: which is which is told from the candles."""
    places = list(range(first, len(table.columns)))
    mark = _mark(table, places)
    numbers = [read_numbers(table.columns[place], mark)[0] for place in places]
    layout, unclear = find_layout(numbers)
    notes = [f"the order of its columns is told from the candles: {', '.join(layout.columns[:4])}"] if unclear else []
    where = {role: first + layout.columns.index(role) for role in layout.columns}
    prices = [_numbers(table, where[role], mark, role) for role in PRICES]
    if where["volume"] >= len(table.columns):
        return layout.name, prices, np.zeros(len(table)), [*notes, NO_VOLUME]
    volume, told = _volume(table, where["volume"], mark)
    return layout.name, prices, volume, [*notes, *told]


def _traded(
    table: Table, turnover: int, volume: np.ndarray, prices: list[np.ndarray], mark: str, but: Sequence[int]
) -> tuple[int, np.ndarray, list[str]] | None:
    """The column of which ``turnover``, with the values ``volume``, is the worth at the candles' prices; its values.

    HTX calls the turnover "vol" and the volume "amount"; in Chinese stock data it is the other way round. None if no
    column is that, or if prices are about 1, where volume and turnover can't be told apart and look alike.
    """
    assert table.names is not None
    for place in which.other_volumes(table.names, but):
        try:
            coins, told = _volume(table, place, mark)
        except TableError:
            continue
        traded = (coins > 0) & (volume > 0)
        if not traded.any():
            continue
        price = volume[traded] / coins[traded]
        _, high, low, _ = (each[traded] for each in prices)
        inside = (price >= low / ROUNDED) & (price <= high * ROUNDED)
        alike = (low / ROUNDED <= 1) & (high * ROUNDED >= 1)
        if inside.mean() >= 1 - MOST_WRONG and alike.mean() <= MOST_WRONG:
            return place, coins, told
    return None


def _mark(table: Table, places: list[int]) -> str:
    mark = decimal_mark(table.columns[place] for place in places)
    if mark is not None:
        return mark
    commas = any(isinstance(cell, str) and "," in cell for place in places for cell in table.columns[place])
    raise _two_ways(table, places, "," if commas else ".")


def _two_ways(table: Table, places: list[int], mark: str) -> TableError:
    """The error for the first of some numbers with a mark that may be a decimal one, or one between thousands."""
    row, place = next(
        (row, place)
        for row in range(len(table))
        for place in places
        if isinstance(table.columns[place][row], str) and mark in table.columns[place][row]
    )
    sign = "comma" if mark == "," else "point"
    return TableError(
        f"{table.place(row)}: {table.title(place)} can be read in two ways ({quoted(table.columns[place][row])}: a"
        f" decimal {sign} or one between thousands): write numbers with a decimal point, all with the same number of"
        " decimals, and nothing between thousands"
    )


def _numbers(table: Table, place: int, mark: str, title: str = "") -> np.ndarray:
    values, wrong = read_numbers(table.columns[place], mark)
    bad = np.isnan(values) if wrong is None else None
    if bad is not None and bad.any():
        wrong = int(bad.argmax())
    if wrong is not None:
        raise no_number(table.place(wrong), title or table.title(place), _shown(table, place, wrong))
    return values


def _shown(table: Table, place: int, row: int) -> Any:
    return table.columns[place][row]


def _volume(table: Table, place: int, mark: str) -> tuple[np.ndarray, list[str]]:
    column = table.columns[place]
    if mark == POINT and not isinstance(column, np.ndarray) and mark_of_points(column) is None:
        raise _two_ways(table, [place], ".")
    values, wrong = read_volume(column, mark)
    if wrong is not None:
        raise no_number(table.place(wrong), "volume", _shown(table, place, wrong))
    empty = np.isnan(values)
    if not empty.any():
        return values, []
    if empty.all():
        return np.zeros(len(table)), [NO_VOLUME]
    rows = f"{int(empty.sum())} rows" if empty.sum() > 1 else "1 row"
    notes = [f"volume of {rows} is empty, and taken as 0"]
    return np.where(empty, 0.0, values), notes
