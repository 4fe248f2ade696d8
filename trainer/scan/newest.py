"""The bytes of one file of candles → its newest candles with their hits, as JSON holds them. For the page."""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any

import numpy as np

from cryptoai_common.candles import PRICES
from cryptoai_common.errors import UserError
from trainer.scan.both import WindowModel
from trainer.scan.candles import Series, read_series
from trainer.scan.hits import rounded
from trainer.scan.work import MarketResult, Task, scan_series

LENGTHS, STRIDE = (30, 45, 60, 90, 120), 6  # as the command has them
# Candles that are looked at, of all series of a file together: 1,200 windows, some ten seconds on one core.
MOST_CANDLES = 1500
MOST_SERIES = 4
MOST_HITS = 60  # of one series
SHOWN = (  # of a hit
    *("pattern", "probability", "start", "end", "missing"),
    *("stage", "line", "to_line_percent", "to_line_atr"),
)


def scan_newest(model: WindowModel, content: bytes, name: str) -> list[dict[str, Any]]:
    """What ``model`` finds in a file; an object for each of its series.

    Each has ``market``, ``read_as``, ``notes`` (sentences), ``candles`` and ``windows`` (how many were looked at),
    ``found`` (how many hits), ``prices`` (lists ``time`` in seconds since 1970, ``open``, ``high``, ``low``, ``close``)
    and ``hits``, the surest: ``pattern``, ``probability``, ``start`` and ``end`` in ISO 8601, ``first`` and ``last``
    row, ``missing`` candles, and what ``Hit`` says of the pattern's line, which leads from row ``line_first``, where it
    lies at ``line_start``, to row ``last``; None where no line can be told.

    Raises UserError, which calls the file ``name``, for a file that can't be read.
    """
    name = PurePath(name.replace("\\", "/")).name or "candles.csv"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"candles{PurePath(name).suffix[:12]}"
        path.write_bytes(content)
        try:
            found = read_series(path, PurePath(name).stem, time.time())
        except UserError as error:
            raise UserError(str(error).replace(str(path), name)) from None
    task = Task(Path(), LENGTHS, STRIDE, time.time())  # the model is open already
    few = len(found) * min(LENGTHS) > MOST_CANDLES or len(found) > MOST_SERIES
    shown = found[:MOST_SERIES] if few else found
    results = [_scan(task, model, series, MOST_CANDLES // len(shown), name, path.name) for series in shown]
    if len(shown) < len(found):
        results[-1]["notes"].append(f"{name} has {len(found)} series; the first {len(shown)} are shown")
    return results


def _scan(task: Task, model: WindowModel, series: Series, most: int, name: str, temporary: str) -> dict[str, Any]:
    bars = len(series.micros)
    newest = replace(
        series, micros=series.micros[-most:], candles=series.candles[-most:], missing=series.missing[-most:]
    )
    result = scan_series(task, Path(name), newest, model)
    if result.problem is not None:
        raise UserError(result.problem)
    notes = [warning.replace(temporary, name) for warning in series.warnings]
    if bars > most:
        notes.append(f"the newest {most} of {bars} candles were looked at; make scan looks at all")
    if series.unfinished:
        notes.append("the newest candle was not finished, and is not used")
    if result.gaps:
        windows, missing = (sum(getattr(gap, field) for gap in result.gaps) for field in ("windows", "missing"))
        notes.append(f"{missing} candles are missing: {windows} windows across them were not looked at")
    prices = np.stack(newest.candles.series()[:4], axis=1)
    return {
        "market": series.name,
        "read_as": series.read_as.replace(temporary, name),
        "notes": notes,
        "candles": result.candles,
        "windows": result.windows,
        "found": len(result.hits),
        "hits": _hits(newest, result),
        "prices": {"time": (newest.micros // 1_000_000).tolist()}
        | {
            column: [rounded(price) for price in values]
            for column, values in zip(PRICES, prices.T.tolist(), strict=True)
        },
    }


def _hits(series: Series, result: MarketResult) -> list[dict[str, Any]]:
    seconds = series.micros // 1_000_000
    rows = []
    for hit, excerpt in result.hits[:MOST_HITS]:
        first, last = np.searchsorted(seconds, excerpt.times[[excerpt.first, excerpt.last]]).tolist()
        about = {name: getattr(hit, name) for name in SHOWN} | {"first": first, "last": last}
        line: dict[str, Any] = {"line_first": None, "line_start": None}
        if excerpt.line is not None:
            row, price, _ = excerpt.line
            line = {"line_first": int(np.searchsorted(seconds, excerpt.times[row])), "line_start": rounded(price)}
        rows.append(about | line)
    return rows
