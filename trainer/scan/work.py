"""One file of candles → its hits: what a worker process does. Pictures go to the model in memory."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cryptoai_common import engine
from cryptoai_common.errors import UserError
from trainer.scan.backtest import Outcome, ask
from trainer.scan.both import WindowModel
from trainer.scan.candles import PRELOAD, Series, Window, iso, read_series, stand, windows_of
from trainer.scan.hits import Found, Hit, find_hits, rounded

if TYPE_CHECKING:
    from trainer.scan.candles import Standing

BESIDE = 40  # candles before and after a window that the report shows too
MOST_CAUGHT_UP = 24  # candles that --follow looks at when it goes on after a pause: older news is none
DECIMALS = 4  # of the distance from the last close to a line


@dataclass(frozen=True)
class Task:
    """What is the same for all files. ``now``: seconds since 1970; ``latest``: windows at the newest candle only.

    ``model`` is the classifier's file; ``WindowModel.open`` looks for the finder beside it.
    """

    model: Path
    lengths: tuple[int, ...]
    stride: int
    now: float
    latest: bool = False
    backtest: bool = False
    symbols: tuple[str, ...] = ()


@dataclass(frozen=True)
class Job:
    """A file and what its market is called. ``after``: only windows that end later, in microseconds since 1970."""

    path: Path
    name: str
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The candles that the report shows of a hit: seconds since 1970 [n], prices [n, 4]; rows of the window in them.

    ``line``, if one can be told: the row at which the pattern's line begins and its price there, and its price at row
    ``last``.
    """

    times: np.ndarray
    prices: np.ndarray
    first: int
    last: int
    line: tuple[int, float, float] | None = None


@dataclass(frozen=True)
class Gap:
    """``missing`` candles between two times, and how many windows were not looked at for it."""

    market: str
    after: str
    before: str
    missing: int
    windows: int


@dataclass(frozen=True)
class MarketResult:
    """What was found in one market. ``newest`` is when its last finished candle opens, in microseconds since 1970.

    ``problem``: why nothing was looked at. ``seconds`` for reading, drawing and the model; the rest is not counted.
    """

    market: str
    source: str
    hits: list[tuple[Hit, Excerpt]] = field(default_factory=list)
    candles: int = 0
    windows: int = 0
    start: str = ""
    end: str = ""
    newest: int = 0
    unfinished: bool = False
    gaps: tuple[Gap, ...] = ()
    problem: str | None = None
    read_as: str = ""
    warnings: tuple[str, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    seconds: tuple[float, float, float] = (0.0, 0.0, 0.0)


def scan_all(task: Task, jobs: Iterator[Job], workers: int, kind: str = "processes") -> Iterator[list[MarketResult]]:
    """The results of every file, as they are done, from that many processes or a Ray cluster."""
    return engine.run(scan_file, task, jobs, workers, kind, ("trainer.scan.work", *PRELOAD))


def scan_file(task: Task, job: Job) -> list[MarketResult]:
    """A result for each series of a file; a file that can't be used is a result with a ``problem``."""
    began = time.perf_counter()
    try:
        found = read_series(job.path, job.name, task.now, task.symbols)
    except UserError as error:
        return [MarketResult(job.name, str(job.path), problem=str(error))]
    reading = (time.perf_counter() - began) / len(found)
    model = open_model(task.model)
    return [scan_series(task, job.path, series, model, job.after, reading) for series in found]


@lru_cache(maxsize=1)
def open_model(file: Path) -> WindowModel:
    """The model of this process, with one thread: there is a process a core."""
    return WindowModel.open(file)


def scan_series(
    task: Task, path: Path, series: Series, model: WindowModel, after: int | None = None, reading: float = 0.0
) -> MarketResult:
    """The result for one series of the file ``path``, which took ``reading`` seconds. ``after``: as in ``Job``."""
    bars, source = len(series.micros), str(path)
    if bars < min(task.lengths):
        few = f"{source} has {bars} finished candles of {series.name}, too few for --window {min(task.lengths)}"
        return MarketResult(series.name, source, problem=few)
    ends = None
    if after is not None:
        later = int(np.searchsorted(series.micros, after, side="right"))
        ends = range(max(later, bars - MOST_CAUGHT_UP), bars)
    elif task.latest:
        ends = range(bars - 1, bars)
    windows, holes = windows_of(series, task.lengths, task.stride, ends)
    probabilities, labels, drawing, thinking = model.name(series, windows)
    found = find_hits(windows, probabilities, labels, model.classes)
    return MarketResult(
        series.name,
        source,
        [_hit(series, windows[each.window], each) for each in found],
        bars,
        len(windows),
        iso(int(series.micros[0])),
        iso(int(series.micros[-1])),
        int(series.micros[-1]),
        series.unfinished,
        tuple(
            Gap(
                series.name,
                iso(int(series.micros[hole.before - 1])),
                iso(int(series.micros[hole.before])),
                hole.missing,
                hole.windows,
            )
            for hole in holes
        ),
        None,
        series.read_as,
        series.warnings,
        tuple(ask(series, windows, probabilities, labels, model.classes)) if task.backtest else (),
        (reading, drawing, thinking),
    )


def _hit(series: Series, window: Window, found: Found) -> tuple[Hit, Excerpt]:
    standing = stand(series, window, found.pattern)
    stage = () if standing is None else (standing.stage, *_rounded(standing))
    hit = Hit(
        series.name,
        found.pattern,
        iso(int(series.micros[window.first])),
        iso(int(series.micros[window.last])),
        found.probability,
        window.bars,
        found.windows,
        int(series.missing[window.first + 1 : window.last + 1].sum()),
        *stage,
    )
    return hit, _excerpt(series, window, standing)


def _rounded(standing: Standing) -> tuple[float, float, float]:
    """The line's price, and how far it is in percent and in mean true ranges, without digits that say nothing."""
    percent, true_ranges = (round(each, DECIMALS) for each in (standing.percent, standing.true_ranges))
    return rounded(standing.line), percent, true_ranges


def _excerpt(series: Series, window: Window, standing: Standing | None) -> Excerpt:
    first = max(window.first - BESIDE, 0)
    part = slice(first, window.last + 1 + BESIDE)
    prices = np.stack(series.candles.series()[:4], axis=1)[part]
    own = window.first - first
    line = None if standing is None else (own + standing.first, standing.first_price, standing.line)
    return Excerpt(series.micros[part] // 1_000_000, prices, own, window.last - first, line)
