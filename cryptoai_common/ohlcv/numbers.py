"""Numbers as people's programs write them: decimal points or commas, thousands separators, currency signs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np

from cryptoai_common.ohlcv.table import LONGEST_TEXT, Column, TableError, is_empty, quoted

PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?(nan|inf|infinity)", re.IGNORECASE)
# Groups of three digits; India writes groups of two before the last one.
GROUPS = {mark: re.compile(rf"\d{{1,3}}(?:{re.escape(mark)}\d{{2,3}})*{re.escape(mark)}\d{{3}}") for mark in ",."}
SIGNS = re.compile(r"^[$€£¥₿]\s*|\s*[$€£¥₿]$")
SPACES = re.compile(r"(?<=\d)[\s'’\u00a0\u202f](?=\d{3})")
MAGNITUDES = {"k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}
POINT, COMMA = ".", ","


def decimal_mark(columns: Iterable[Column]) -> str | None:
    """The decimal mark of the prices in these columns, "." or ","; None if they can be read in both ways.

    One cell that can be read in one way only settles all: "1,5" and "1.234,5" are decimal commas, "1,234.5" and
    "1.5" decimal points. Cells such as "1,234" alone settle nothing, nor does a column of "980" and "1.020".
    """
    columns = [column for column in columns if not isinstance(column, np.ndarray)]
    texts = [cell for column in columns for cell in column]
    if not any(isinstance(text, str) and "," in text for text in texts):
        points = {mark_of_points(column) for column in columns}
        return COMMA if COMMA in points else None if None in points else POINT
    marks = (_mark(SPACES.sub("", SIGNS.sub("", text.strip())).lstrip("+-")) for text in texts if type(text) is str)
    return next((mark for mark in marks if mark is not None), None)


def mark_of_points(column: Column) -> str | None:
    """The decimal mark of a column without commas. None if it has whole numbers below 1000 and, where it has points,
    three digits after them: "980", "1.020".
    """
    whole = grouped = False
    for cell in column:
        text = cell.strip().lstrip("+-") if isinstance(cell, str) else ""
        if text.count(".") > 1 and GROUPS["."].fullmatch(text):
            return COMMA  # "1.234.567"
        if "." in text:
            if not GROUPS["."].fullmatch(text) or text.startswith("0"):
                return POINT
            grouped = True
        elif text.isdigit():
            if len(text) > 3:
                return POINT
            whole = True
    return None if whole and grouped else POINT


def _mark(text: str) -> str | None:
    points, commas = text.count("."), text.count(",")
    if points and commas:
        return POINT if text.rfind(".") > text.rfind(",") else COMMA
    if commas > 1 or (points == 1 and not GROUPS["."].fullmatch(text)):
        return POINT
    if points > 1 or (commas == 1 and (not GROUPS[","].fullmatch(text) or text.startswith("0"))):
        return COMMA
    return POINT if points and text.startswith("0") else None


def read_numbers(column: Column, mark: str = POINT) -> tuple[np.ndarray, int | None]:
    """float64 of a column, NaN where a cell is empty; and the first row that holds no number, or None."""
    if isinstance(column, np.ndarray) and column.dtype.kind == "f":
        return column, None
    values = _fast(column) if mark == POINT else None
    if values is not None:
        return values, None
    values = np.full(len(column), np.nan)
    for row, cell in enumerate(column):
        if not is_empty(cell):
            number = to_number(cell, mark)
            if number is None:
                return values, row
            values[row] = number
    return values, None


def _fast(column: Column) -> np.ndarray | None:
    """Numbers that Python reads itself, all at once; None if there is any other."""
    texts = all(type(cell) is str and len(cell) <= LONGEST_TEXT for cell in column)
    if not texts or any("_" in text for text in column):
        return None
    try:
        return np.array([float(text) for text in column])
    except ValueError:
        return None


def to_number(cell: Any, mark: str = POINT) -> float | None:
    """A cell as a number, or None. Truth values, and whole numbers beyond the range of float64, are no numbers."""
    if isinstance(cell, bool):
        return None
    if isinstance(cell, str):
        return _from_text(cell, mark)
    try:
        return float(cell)
    except (TypeError, ValueError, OverflowError):
        return None


def _from_text(cell: str, mark: str) -> float | None:
    if len(cell) > LONGEST_TEXT:
        return None
    text = SPACES.sub("", SIGNS.sub("", cell.strip()))
    sign, text = (text[0], text[1:]) if text[:1] in ("+", "-") else ("", text)
    group = COMMA if mark == POINT else POINT
    whole, _, fraction = text.partition(mark)
    if group in whole:
        if not GROUPS[group].fullmatch(whole):
            return None
        whole = whole.replace(group, "")
    text = f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"
    return float(text) if PLAIN.fullmatch(text) else None


def read_volume(column: Column, mark: str = POINT) -> tuple[np.ndarray, int | None]:
    """The same for traded volume, which may end in K, M, B or T for thousands to trillions."""
    values, wrong = read_numbers(column, mark)
    if wrong is None:
        return values, None
    factors = np.ones(len(column))
    cells = list(column)
    for row, cell in enumerate(cells):
        text = cell.strip() if isinstance(cell, str) else ""
        if text and text[-1].lower() in MAGNITUDES:
            factors[row], cells[row] = MAGNITUDES[text[-1].lower()], text[:-1]
    values, wrong = read_numbers(cells, mark)
    return values * factors, wrong


def no_number(place: str, title: str, cell: Any) -> TableError:
    """The error for a cell that should hold a number."""
    return TableError(f"{place}: {title} is no number ({quoted(cell)})")
