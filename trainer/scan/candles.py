"""Candles of files and markets → the series that are scanned, their windows, and the pictures of these.

The only module of the scanner with dataset_builder: it reads files of candles and draws given candles by its rules.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cryptoai_common.candles import Candles
from cryptoai_common.errors import UserError
from cryptoai_common.ohlcv.holes import missing_before, usual_step
from cryptoai_common.ohlcv.reading import SeveralSeries
from dataset_builder.limits import check_bars
from dataset_builder.series.windows import Hole, Window, slide, without_holes
from trainer.markets.store import read_market

if TYPE_CHECKING:
    from dataset_builder.charts.stages import Standing as Standing
    from dataset_builder.readers.ohlcv import CandleSeries

__all__ = ["PRELOAD", "Hole", "Series", "Window", "check_bars", "draw", "iso", "read_series", "stand", "windows_of"]
# What worker processes import before they are told what to draw.
PRELOAD = ("dataset_builder.charts.render", "dataset_builder.charts.stages")
MILLI, SECOND = 1000, 1_000_000  # microseconds


@dataclass(frozen=True)
class Series:
    """A market's finished candles, oldest first.

    ``micros`` int64 [candles] is when each opens, in microseconds since 1970 (UTC), ``missing`` int64 [candles] how
    many are missing before each. ``unfinished``: a last one that was still forming has been left out.
    ``read_as`` says how a file was read, ``warnings`` what may be wrong with it.
    """

    name: str
    micros: np.ndarray
    candles: Candles
    missing: np.ndarray
    unfinished: bool = False
    read_as: str = ""
    warnings: tuple[str, ...] = ()


def read_series(path: Path, name: str, now: float, symbols: tuple[str, ...] = ()) -> list[Series]:
    """Every series of a file; of several in one, those that ``symbols`` names, or all. ``now``: seconds since 1970.

    Raises UserError for a file that can't be read.
    """
    own = read_market(path)
    if own is not None:
        market, kept = own
        if not len(kept):
            raise UserError(f"{path} holds no candles yet")
        micros = kept.times * MILLI
        return [Series(market.symbol, micros, kept.candles, missing_before(micros))]
    from dataset_builder.readers.ohlcv import read_ohlcv  # pandas: a second that markets need not take

    try:
        return [_finished(read_ohlcv(path), path, name, now)]
    except UserError as error:
        if not isinstance(error.__cause__, SeveralSeries):
            raise
        names = error.__cause__.names
    chosen = [each for each in names if not symbols or each.lower() in {word.lower() for word in symbols}]
    if not chosen:
        raise UserError(f"{path} has no series {' or '.join(symbols)}: it has {', '.join(names[:12])}")
    return [_finished(read_ohlcv(path, each), path, each, now) for each in chosen]


def _finished(series: CandleSeries, path: Path, name: str, now: float) -> Series:
    """Without a last candle that was still forming when the file was written, or is now."""
    micros = series.times.tz_localize(None).to_numpy("M8[us]").astype(np.int64)
    last, end = int(micros[-1]) / SECOND, (int(micros[-1]) + usual_step(micros)) / SECOND
    written = path.stat().st_mtime
    forming = len(micros) > 1 and (last <= now < end or last <= written < end)
    stop = len(micros) - forming
    return Series(
        name,
        micros[:stop],
        series.candles[:stop],
        series.missing[:stop],
        forming,
        series.read_as,
        tuple(series.warnings),
    )


def windows_of(
    series: Series, lengths: Iterable[int], stride: int, ends: range | None = None
) -> tuple[list[Window], list[Hole]]:
    """The windows to look at, in the order of their ends, and the holes for which others are left out.

    ``ends``: only those that end at these rows, whatever the stride. Lengths beyond the series are left out.
    """
    bars = len(series.micros)
    if ends is None:
        return without_holes(slide(bars, lengths, stride), series.missing)
    found = [Window(end - length + 1, end) for end in ends for length in sorted(set(lengths)) if length <= end + 1]
    return without_holes(found, series.missing)


def draw(series: Series, window: Window) -> np.ndarray:
    """The chart of a window, RGB uint8 [224, 224, 3], as the model was trained on."""
    from dataset_builder.charts.render import candle_pixels

    return candle_pixels(series.candles[window.first : window.last + 1])


def stand(series: Series, window: Window, pattern: str) -> Standing | None:
    """Where the pattern stands at the window's last candle; None if the rules of the dataset don't see it there."""
    from dataset_builder.charts.stages import standing

    return standing(pattern, series.candles[window.first : window.last + 1])


def iso(micros: int) -> str:
    """A time as ISO 8601 in UTC, to the second, or to the microsecond if it must."""
    time = np.datetime64(micros, "us")
    return f"{time if micros % SECOND else time.astype('M8[s]')}Z"
