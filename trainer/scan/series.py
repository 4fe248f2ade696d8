"""What ``python -m dataset_builder render`` writes: pictures of windows, and the candles that they are cut from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.csv

from cryptoai_common.errors import UserError

REMEDY = "make it with `python -m dataset_builder render`"


@dataclass(frozen=True)
class RenderedWindow:
    """The candles from row ``first`` to row ``last``, both included, and their chart. Times are ISO 8601, UTC.

    ``missing`` is how many candles an open market would have had between them.
    """

    file: Path
    start: str
    end: str
    first: int
    last: int
    missing: int = 0

    @property
    def candles(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True)
class Hole:
    """``missing`` candles between two times, and how many windows were not drawn for it."""

    after: str
    before: str
    missing: int
    windows: int


@dataclass(frozen=True)
class Series:
    """``times`` datetime64 and ``close`` float64, both [candles], and the windows in the order of their ends.

    ``skipped`` are the holes in the series across which no window was drawn.
    """

    source: str
    times: np.ndarray
    close: np.ndarray
    windows: list[RenderedWindow]
    skipped: tuple[Hole, ...] = ()


def read_series(directory: Path) -> Series:
    """Raises UserError for a directory that was not rendered, or whose files don't belong together."""
    if not (directory / "render.json").is_file():
        raise UserError(f"{directory} holds no rendered windows; {REMEDY}")
    try:
        about = json.loads((directory / "render.json").read_text(encoding="utf-8"))
        source = str(about["source"])
        skipped = tuple(_hole(hole) for hole in about.get("skipped", ()))
        table = pyarrow.csv.read_csv(directory / "prices.csv")
        times, close = table["time"].to_numpy(), table["close"].to_numpy().astype(float)
        with (directory / "metadata.jsonl").open(encoding="utf-8") as lines:
            windows = [_window(directory, json.loads(line)) for line in lines]
    except (OSError, ValueError, KeyError, TypeError, pyarrow.ArrowException) as error:
        raise UserError(f"{directory} is incomplete or damaged ({error!r}); {REMEDY} again") from None
    if not windows and not skipped:
        raise UserError(f"{directory / 'metadata.jsonl'} names no window; {REMEDY} again")
    for window in windows:
        if not 0 <= window.first <= window.last < len(close) or np.datetime64(window.end[:-1]) != times[window.last]:
            raise UserError(f"{window.file} is no window of {directory / 'prices.csv'}; {REMEDY} again")
    return Series(source, times, close, windows, skipped)


def _hole(row: dict[str, Any]) -> Hole:
    return Hole(str(row["after"]), str(row["before"]), int(row["missing"]), int(row["windows"]))


def _window(directory: Path, row: dict[str, Any]) -> RenderedWindow:
    return RenderedWindow(
        directory / row["file_name"],
        str(row["start"]),
        str(row["end"]),
        int(row["first"]),
        int(row["last"]),
        int(row.get("missing", 0)),
    )
