"""Read files of candles as exchanges and charting programs write them, and say how each was read."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from cryptoai_common.candles import Candles
from cryptoai_common.errors import UserError
from cryptoai_common.ohlcv.holes import missing_before, usual_step
from cryptoai_common.ohlcv.reading import Reading, SeveralSeries, read_table
from cryptoai_common.ohlcv.table import TableError
from dataset_builder.readers.formats.content import parse
from dataset_builder.readers.formats.parsed import Parsed
from dataset_builder.readers.formats.vendors import name_of

SECOND = 1_000_000  # microseconds
STEPS = {"second": SECOND, "minute": 60 * SECOND, "hour": 3600 * SECOND, "day": 86_400 * SECOND}
NAMED = {"1-second": "one-second", "1-minute": "one-minute", "1-hour": "hourly", "1-day": "daily", "7-day": "weekly"}
MONTHS = (28 * STEPS["day"], 31 * STEPS["day"])
# The first bitcoins were made in January 2009: an older series of a cryptocurrency has misread times.
FIRST_YEAR = 2009
# A step shorter than this share of the usual one is not of the same interval.
SHORT = 0.5


@dataclass(frozen=True)
class CandleSeries:
    """A series of candles with the time (UTC) at which each opens, shape (bars,), and the bars that are missing.

    ``missing`` has shape (bars,): how many bars of an open market are missing before each (see
    ``cryptoai_common.ohlcv.holes``). ``read_as`` says in one line how the file was read, ``warnings`` what may be
    wrong with it.
    """

    times: pd.DatetimeIndex
    candles: Candles
    missing: np.ndarray
    read_as: str = ""
    warnings: tuple[str, ...] = field(default=())

    @property
    def gaps(self) -> int:
        """How many bars are missing in all."""
        return int(self.missing.sum())

    def tell(self) -> None:
        """Print how the file was read, and the warnings on standard error."""
        print(self.read_as)
        for warning in self.warnings:
            print(f"warning: {warning}", file=sys.stderr)


def read_ohlcv(path: Path, symbol: str | None = None) -> CandleSeries:
    """Read a file of candles, oldest or newest first; columns of no use are ignored. Without a volume, it is 0.

    Of several series in one file, that of ``symbol`` is read. Raises UserError that names the file and, for a fault in
    a row, the line (the row where the file has no lines).
    """
    try:
        parsed = parse(path, symbol)
        reading = read_table(parsed.table, None if parsed.chosen else symbol)
    except SeveralSeries as error:
        raise UserError(f"{path} {error}, or name it with --symbol") from error
    except TableError as error:
        raise UserError(f"{path} {error}") from error
    times = pd.DatetimeIndex(reading.micros.astype("M8[us]"), tz="UTC")
    missing = missing_before(reading.micros)
    read_as = f"{path.name} read as: {_description(parsed, reading, missing)}"
    return CandleSeries(times, reading.candles, missing, read_as, tuple(_warnings(path, reading.micros)))


def _description(parsed: Parsed, reading: Reading, missing: np.ndarray) -> str:
    """Such as "Binance klines, 60 hourly candles, 2024-12-31 00:00 to 2025-01-02 11:00, UTC", and what was done."""
    micros, count = reading.micros, len(reading.micros)
    interval = _interval(usual_step(micros))
    candles = f"{count} {interval} candle{'s' * (count != 1)}".replace("  ", " ")
    span = " to ".join(_written([int(micros[0]), int(micros[-1])]))
    notes = [*parsed.notes, *reading.notes]
    how = reading.times.how
    if how and how not in ("ISO 8601", "dates", "dates and hours", "seconds since 1970", "milliseconds since 1970"):
        notes.append(f"times as {how}")
    if not reading.times.zoned and (micros % STEPS["day"]).any():
        notes.append("its times name no zone, and are taken as UTC")
    notes += _closings(micros, missing)
    head = f"{name_of(parsed, reading.layout)}, {candles}, {span}, UTC"
    return "; ".join([head, *notes])


def _closings(micros: np.ndarray, missing: np.ndarray) -> list[str]:
    """What was taken for hours at which the market is closed, and not for missing candles."""
    steps = np.diff(micros)
    closed = (steps >= 1.5 * usual_step(micros)) & (missing[1:] == 0)
    if not closed.any():
        return []
    longest = steps[closed].max() / STEPS["hour"]
    span = f"{longest / 24:.3g} days" if longest >= 24 else f"{longest:.3g} hours"
    count = int(closed.sum())
    return [f"{count} gap{'s' * (count > 1)} taken for a closed market, up to {span} long"]


def _interval(step: int) -> str:
    if MONTHS[0] <= step <= MONTHS[1]:
        return "monthly"
    for unit, size in reversed(STEPS.items()):
        if step >= size and step % size == 0:
            return NAMED.get(f"{step // size}-{unit}", f"{step // size}-{unit}")
    return ""


def _written(micros: list[int]) -> list[str]:
    """Times to the day if all are whole days, to the minute or to the second if they must."""
    unit = next(
        (unit for unit, size in (("D", "day"), ("m", "minute")) if not any(m % STEPS[size] for m in micros)), "s"
    )
    return [str(np.datetime64(m, "us").astype(f"M8[{unit}]")).replace("T", " ") for m in micros]


def _warnings(path: Path, micros: np.ndarray) -> list[str]:
    first, last = _written([int(micros[0]), int(micros[-1])])
    warnings = []
    if int(first[:4]) < FIRST_YEAR:
        warnings.append(f"{path} starts at {first}, before {FIRST_YEAR}, and ends at {last}: are its times right?")
    if micros[-1] > datetime.now(UTC).timestamp() * SECOND:
        warnings.append(f"{path} starts at {first}, and ends in the future, at {last}: are its times right?")
    steps, usual = np.diff(micros), usual_step(micros)
    early = int((steps < SHORT * usual).sum())
    if early:
        at = int((steps < SHORT * usual).argmax())
        when = _written([int(micros[at + 1])])[0]
        warnings.append(
            f"{path} has {early} candle{'s' * (early > 1)} that follow{'s' * (early == 1)} the one before in less than"
            f" half the usual time (the first at {when}): are these candles of two intervals?"
        )
    return warnings
