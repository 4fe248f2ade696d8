"""A table of candles as it came, before anything in it is understood."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cryptoai_common.errors import UserError

# Texts that stand for "no value", in lower case.
EMPTY = frozenset(("", "null", "nan", "none", "na", "n/a", "#n/a", "<na>", "nat", "nil", "-", "--"))
LONGEST_TEXT = 60  # characters of a number or a time; the longest real ones have about 40

# Texts, numbers and None, one a row; or an array of float64, or of datetime64[us] (UTC).
Column = Sequence[Any] | np.ndarray


class TableError(UserError):
    """What is wrong with a table: a sentence that starts with the row at fault, or with a verb ("has no column …")."""


@dataclass(frozen=True)
class Table:
    """Columns of equal length, and their names; ``names`` is None for a table without a header.

    ``place`` names a row (counted from 0) as the user finds it: "line 3" of a file, "row 2" of a list. ``notes`` say
    what was done to get the table.
    """

    names: list[str] | None
    columns: Sequence[Column]
    place: Callable[[int], str]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.columns[0]) if self.columns else 0

    def rows(self, kept: np.ndarray) -> Table:
        """The table of some rows, given by their numbers; ``place`` still names them as before."""
        columns = [take_rows(column, kept) for column in self.columns]
        return Table(self.names, columns, lambda row: self.place(int(kept[row])))

    def title(self, column: int) -> str:
        """The column's name as it stands in the table, or its number from 1."""
        return (self.names[column] if self.names is not None else "") or f"column {column + 1}"


def take_rows(column: Column, rows: np.ndarray) -> Column:
    """Some rows of a column, given by their numbers."""
    return column[rows] if isinstance(column, np.ndarray) else [column[row] for row in rows.tolist()]


def is_empty(cell: Any) -> bool:
    """Whether a cell holds no value: None, NaN, or a text for either."""
    if isinstance(cell, str):
        return cell.strip().lower() in EMPTY
    return cell is None or (isinstance(cell, float) and cell != cell)


def empty_rows(column: Column) -> np.ndarray:
    """Which rows of a column hold no value: bool, shape (rows,)."""
    if isinstance(column, np.ndarray):
        return np.isnat(column) if column.dtype.kind == "M" else np.isnan(column)
    return np.fromiter((is_empty(cell) for cell in column), bool, len(column))


def quoted(cell: Any) -> str:
    """A cell for an error message, shortened."""
    text = str(cell)
    return repr(text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + "…")
