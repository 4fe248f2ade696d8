"""Text with a row a line: CSV with any mark between columns, with or without a header, and lines above it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from cryptoai_common.ohlcv.columns import RENAME, is_header
from cryptoai_common.ohlcv.numbers import to_number
from cryptoai_common.ohlcv.table import Table, TableError, is_empty, quoted
from dataset_builder.readers.formats import yfinance
from dataset_builder.readers.formats.parsed import Parsed

# Tried in this order: a decimal comma may stand in every cell of a file with semicolons, never the other way round.
MARKS = ("\t", ";", ",", "|")
SPACES = " "
LOOKED_AT = 60  # lines from the top, in which the table begins
FEWEST_NUMBERS = 4  # in a line that is a row of candles: its prices
SPARE = 8  # more cells than the header has, so that a line with too many is noticed
SEPARATOR = re.compile(r"sep=(.)", re.IGNORECASE)  # a first line that spreadsheets understand


@dataclass(frozen=True)
class _Start:
    """Where the table begins: at which line, counted from 0, and the names of its columns if it has a header."""

    line: int
    names: list[str] | None
    mark: str
    width: int


def parse(text: str, symbol: str | None) -> Parsed:
    """Raises TableError if no line is a header with prices, or a row of candles."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n", LOOKED_AT)[:LOOKED_AT]
    start = _find_start(lines)
    before = [line for line in lines[: start.line] if line.strip() and not SEPARATOR.fullmatch(line.strip())]
    names, first, kept, notes, vendor = start.names, start.line, None, [], ""
    if names is not None:
        first += 1
        after = [_split(line, start.mark) for line in lines[first : first + 2]]
        names, more, kept = yfinance.names_in_lines(names, before, after, symbol)
        first += more
        vendor = "yfinance" if more or kept is not None else ""
        if before and yfinance.is_ticker_line(before[-1]):
            before.pop()
    if before:
        notes = [f"{len(before)} line{'s' * (len(before) > 1)} above the table left out ({quoted(before[0].strip())})"]
    frame = _read(_from_line(text, first), start)
    table, told = _table(frame, names, start.width, lambda row: f"line {row + first + 1}")
    if kept is not None:
        table = Table([table.title(place) for place in kept], [table.columns[place] for place in kept], table.place)
    return Parsed(table, "CSV", tuple(before), (*notes, *told), vendor, kept is not None)


def _find_start(lines: list[str]) -> _Start:
    written = [line for line in lines if line.strip()]
    if not written:
        raise TableError("has no rows")
    declared = SEPARATOR.fullmatch(written[0].strip())
    marks = (declared[1],) if declared else (*MARKS, SPACES)
    for mark in marks:
        for number, line in enumerate(lines):
            cells = _split(line, mark)
            if len(cells) < FEWEST_NUMBERS:
                continue
            if is_header(cells):
                return _Start(number, cells, mark, len(cells))
            if _is_row(cells):
                above = _split(lines[number - 1], mark) if number else []
                if len(above) >= FEWEST_NUMBERS:  # names that are not known: what they are is not guessed
                    return _Start(number - 1, above, mark, len(above))
                return _Start(number, None, mark, len(cells))
    cells = _split(written[0], max(MARKS, key=written[0].count))
    if len(cells) > 1:
        raise TableError(f"has no column open, high, low, close: its first line is {', '.join(cells[:12])}; {RENAME}")
    raise TableError(f"holds no table of candles: its first line is {quoted(written[0].strip())}")


def _is_row(cells: list[str]) -> bool:
    """Whether a line without names is a row of candles: numbers throughout, but for the time and a symbol."""
    numbers = sum(to_number(cell, mark) is not None for cell in cells[1:] for mark in ("," if "," in cell else ".",))
    return numbers >= FEWEST_NUMBERS and all(not re.search(r"[A-Za-z]{4}", cell) for cell in cells[3:])


def _split(line: str, mark: str) -> list[str]:
    if mark == SPACES:
        return line.split()
    try:
        cells = next(csv.reader([line], delimiter=mark, skipinitialspace=True), [])
    except csv.Error:  # a cell of more than 131,072 characters: no table of candles
        return []
    return [cell.strip().strip('"') for cell in cells]


def _from_line(text: str, line: int) -> str:
    at = 0
    for _ in range(line):
        at = text.find("\n", at) + 1
        if at == 0:
            return ""
    return text[at:]


def _read(text: str, start: _Start) -> pd.DataFrame:
    """All cells as texts, those left out empty; a few columns more than the header has."""
    if not text.strip():
        return pd.DataFrame({place: [] for place in range(start.width)}, dtype=str)
    return pd.read_csv(
        io.StringIO(text),
        sep=r"\s+" if start.mark == SPACES else start.mark,
        header=None,
        names=range(start.width + SPARE),
        dtype=str,
        na_filter=False,
        skip_blank_lines=False,
        skipinitialspace=True,
        index_col=False,
    ).fillna("")


def _table(
    frame: pd.DataFrame, names: list[str] | None, width: int, place: Callable[[int], str]
) -> tuple[Table, list[str]]:
    for spare in frame.columns[width:]:
        full = frame[spare].str.strip() != ""
        if full.any():
            row = int(full.to_numpy().argmax())
            cells = sum(not is_empty(cell) for cell in frame.iloc[row])
            what = "the header names" if names is not None else "the first line has"
            raise TableError(
                f"{place(row)} has {cells} cells, where {what} {width}: write decimal points, no commas inside numbers,"
                " and a name for every column"
            )
    columns = [frame[number].str.strip().tolist() for number in frame.columns[:width]]
    while columns and (names is None or not names[len(columns) - 1]) and not any(columns[-1]):
        columns.pop()  # lines end with a comma
    table = Table(names and names[: len(columns)], columns, place)
    if names is None:
        return table, []
    again = [row for row, cell in enumerate(columns[-1]) if cell == names[len(columns) - 1]]
    again = [row for row in again if all(column[row] == name for column, name in zip(columns, names, strict=False))]
    if not again:
        return table, []
    rows = sorted(set(range(len(table))) - set(again))
    return table.rows(pd.Index(rows, dtype=int).to_numpy()), [f"{len(again)} repeated headers are left out"]
