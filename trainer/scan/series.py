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
    """The candles from row ``first`` to row ``last``, both included, and their chart. Times are ISO 8601, UTC."""

    file: Path
    start: str
    end: str
    first: int
    last: int

    @property
    def candles(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True)
class Series:
    """``times`` datetime64 and ``close`` float64, both [candles], and the windows in the order of their ends."""

    source: str
    times: np.ndarray
    close: np.ndarray
    windows: list[RenderedWindow]


def read_series(directory: Path) -> Series:
    """Raises UserError for a directory that was not rendered, or whose files don't belong together."""
    if not (directory / "render.json").is_file():
        raise UserError(f"{directory} holds no rendered windows; {REMEDY}")
    try:
        source = str(json.loads((directory / "render.json").read_text(encoding="utf-8"))["source"])
        table = pyarrow.csv.read_csv(directory / "prices.csv")
        times, close = table["time"].to_numpy(), table["close"].to_numpy().astype(float)
        with (directory / "metadata.jsonl").open(encoding="utf-8") as lines:
            windows = [_window(directory, json.loads(line)) for line in lines]
    except (OSError, ValueError, KeyError, TypeError, pyarrow.ArrowException) as error:
        raise UserError(f"{directory} is incomplete or damaged ({error!r}); {REMEDY} again") from None
    if not windows:
        raise UserError(f"{directory / 'metadata.jsonl'} names no window; {REMEDY} again")
    for window in windows:
        if not 0 <= window.first <= window.last < len(close) or np.datetime64(window.end[:-1]) != times[window.last]:
            raise UserError(f"{window.file} is no window of {directory / 'prices.csv'}; {REMEDY} again")
    return Series(source, times, close, windows)


def _window(directory: Path, row: dict[str, Any]) -> RenderedWindow:
    return RenderedWindow(
        directory / row["file_name"], str(row["start"]), str(row["end"]), int(row["first"]), int(row["last"])
    )
