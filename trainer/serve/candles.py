"""Rows of OHLCV, as JSON holds them, → the picture of their chart. The only module of trainer with dataset_builder.

The rules are those for a file of candles (``cryptoai_common.ohlcv``), and faults are named by their row, from 1.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from PIL import Image

from cryptoai_common.ohlcv.answers import POLONIEX, flat_rows
from cryptoai_common.ohlcv.columns import SYNONYMS, TIMES, plain_name
from cryptoai_common.ohlcv.holes import largest_hole, missing_before
from cryptoai_common.ohlcv.reading import read_table
from cryptoai_common.ohlcv.table import Table, TableError
from dataset_builder import render_candles
from dataset_builder.limits import FEWEST_BARS, MOST_BARS
from trainer.serve.event import BadRequest

MAX_ROWS = 1000  # what exchanges hand out at once
WIDTHS = range(5, len(POLONIEX) + 1)  # [time, open, high, low, close] to the longest rows that exchanges answer with
KNOWN = {*TIMES[:-1], *(name for role, names in SYNONYMS.items() if role != "volume" for name in names)}
READ = KNOWN | set(SYNONYMS["volume"])


class Drawn(NamedTuple):
    """A chart, how many candles it shows, and what was done to read them (sentences without a stop)."""

    picture: Image.Image
    candles: int
    notes: tuple[str, ...]


def draw(rows: Any) -> Drawn:
    """The chart of the last candles: of all of them up to ``MOST_BARS``.

    ``rows`` is a list, in the order of time, of lists [time, open, high, low, close, volume] or of objects with those
    names, volume optional; exchanges' own orders of lists, and the names of columns that files have, are known too.
    Raises BadRequest that names the first row at fault, or the hole in time that the chart would hide.
    """
    if not isinstance(rows, list):
        raise BadRequest("candles must be a list of rows", 422)
    if not FEWEST_BARS <= len(rows) <= MAX_ROWS:
        raise BadRequest(f"send {FEWEST_BARS} to {MAX_ROWS} candles, not {len(rows)}", 422)
    try:
        reading = read_table(_table(rows))
    except TableError as error:
        text = str(error)
        raise BadRequest(text if text.startswith("row ") else f"the list of candles {text}", 422) from None
    bars = len(reading.candles)
    if bars < FEWEST_BARS:
        raise BadRequest(f"send {FEWEST_BARS} to {MAX_ROWS} candles: only {bars} rows have prices", 422)
    first = max(bars - MOST_BARS, 0)
    missing = missing_before(reading.micros)
    hole = largest_hole(missing, first, bars - 1)
    if hole is not None:
        raise BadRequest(
            f"{int(missing[hole])} candles are missing before candle {hole + 1} of {bars}, counted from the oldest:"
            " send a window without a hole",
            422,
        )
    shown = reading.candles[first:]
    return Drawn(render_candles(shown), len(shown), reading.notes)


def _table(rows: list[Any]) -> Table:
    if isinstance(rows[0], dict):
        return _from_objects(rows)
    for number, row in enumerate(rows, 1):
        is_row = isinstance(row, list) and len(row) in WIDTHS and len(row) == len(rows[0])
        if not is_row or any(isinstance(cell, (list, dict)) for cell in row):
            raise BadRequest(
                f"row {number} must be [time, open, high, low, close, volume], the volume optional, and as long as the"
                " others",
                422,
            )
    return Table(None, [list(column) for column in zip(*rows, strict=True)], _place)


def _from_objects(given: list[Any]) -> Table:
    """A column for every name in the first row, and for those of prices, times and volume in others.

    Names of prices and times that the first row has may not be missing in others; a volume may.
    """
    for number, row in enumerate(given, 1):
        if not isinstance(row, dict):
            raise BadRequest(f"row {number} must be an object as the first one is", 422)
    rows, notes = flat_rows(given)
    first = list(rows[0])
    plain = {plain_name(name): name for name in first}
    further = dict.fromkeys(name for row in rows for name in row if plain_name(name) in READ - plain.keys())
    names = [*first, *further]
    columns: list[list[Any]] = [[] for _ in names]
    for number, row in enumerate(rows, 1):
        own = row if row.keys() == rows[0].keys() else _renamed(row, names)
        for name, column in zip(names, columns, strict=True):
            if name not in own and name not in further and plain_name(name) in KNOWN:
                raise BadRequest(f"row {number} has no {name}", 422)
            cell = own.get(name)
            column.append(None if isinstance(cell, (list, dict)) else cell)
    return Table(names, columns, _place, notes)


def _renamed(row: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """A row under these names, which may have another case in it."""
    first = {plain_name(name): name for name in names}
    return {first.get(plain_name(name), name): value for name, value in row.items()}


def _place(row: int) -> str:
    return f"row {row + 1}"
