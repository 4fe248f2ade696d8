"""Read OHLCV files as exchanges export them: CSV or Parquet, any column case, times in ISO, seconds or milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from dataset_builder.errors import UserError
from dataset_builder.market.candles import Candles

TIME_NAMES = ("timestamp", "datetime", "date", "time", "open_time", "opentime", "unix")
PRICES = ("open", "high", "low", "close")
FIRST_LINE = 2  # of a CSV file's data, under its header


@dataclass(frozen=True)
class Market:
    """A series of candles with the time (UTC) at which each opens, shape (bars,), and how many bars are missing."""

    times: pd.DatetimeIndex
    candles: Candles
    gaps: int  # bars that the usual spacing leaves room for and that are not there


def read_ohlcv(path: Path) -> Market:
    """Read a file of candles, oldest first. Raises UserError that names the line of the first fault."""
    table = _read_table(path)
    table.columns = [str(name).strip().lower() for name in table.columns]
    missing = [name for name in PRICES if name not in table.columns]
    if missing:
        raise UserError(f"{path} has no column {', '.join(missing)}: it has {', '.join(table.columns)}")
    if len(table) == 0:
        raise UserError(f"{path} has no rows")
    times = _times(path, table)
    numbers = {name: _numbers(path, table[name]) for name in PRICES}
    numbers["volume"] = _numbers(path, table["volume"]) if "volume" in table.columns else np.ones(len(table))
    candles = Candles(*(numbers[name] for name in (*PRICES, "volume")))
    _check(path, times, candles)
    return Market(times, candles, _count_gaps(times))


def _read_table(path: Path) -> pd.DataFrame:
    try:
        if path.suffix.lower() in (".parquet", ".pq"):
            return pd.read_parquet(path)
        return pd.read_csv(path, skipinitialspace=True)
    except FileNotFoundError as error:
        raise UserError(f"{path} does not exist: name a CSV or Parquet file with OHLCV rows") from error
    except (OSError, ValueError) as error:  # pandas' parser errors and pyarrow's are ValueErrors
        raise UserError(f"cannot read {path} as a table: {' '.join(str(error).split())}") from error


def _times(path: Path, table: pd.DataFrame) -> pd.DatetimeIndex:
    name = next((name for name in TIME_NAMES if name in table.columns), None)
    if name is None:
        raise UserError(f"{path} has no time column: name one of its columns {', '.join(TIME_NAMES[:4])}")
    column = table[name]
    if pd.api.types.is_numeric_dtype(column):
        return pd.DatetimeIndex(pd.to_datetime(column, unit="ms" if column.abs().max() > 1e11 else "s", utc=True))
    times = pd.to_datetime(column, utc=True, errors="coerce", format="ISO8601" if column.dtype != "M8[ns]" else None)
    _refuse_first(path, times.isna().to_numpy(), f"is no time: {name}", column)
    return pd.DatetimeIndex(times)


def _numbers(path: Path, column: pd.Series) -> np.ndarray:
    values = pd.to_numeric(column, errors="coerce").to_numpy(float)
    _refuse_first(path, ~np.isfinite(values), f"is no number: {column.name}", column)
    return values


def _check(path: Path, times: pd.DatetimeIndex, candles: Candles) -> None:
    steps = np.diff(times.asi8, prepend=times.asi8[0] - 1)
    _refuse_first(path, steps == 0, "repeats the time of the line before", times)
    _refuse_first(path, steps < 0, "is older than the line before (sort the file, oldest first)", times)
    _refuse_first(path, candles.low <= 0, "has a price that is not above 0: low", candles.low)
    top, bottom = np.maximum(candles.open, candles.close), np.minimum(candles.open, candles.close)
    _refuse_first(path, candles.high < top, "has its high below its open or close: high", candles.high)
    _refuse_first(path, candles.low > bottom, "has its low above its open or close: low", candles.low)


def _refuse_first(path: Path, wrong: np.ndarray, what: str, values) -> None:
    if wrong.any():
        row = int(np.argmax(wrong))
        value = values.iloc[row] if isinstance(values, pd.Series) else values[row]
        place = f"row {row + 1}" if path.suffix.lower() in (".parquet", ".pq") else f"line {row + FIRST_LINE}"
        raise UserError(f"{path} {place} {what} {value}")


def _count_gaps(times: pd.DatetimeIndex) -> int:
    steps = np.diff(times.asi8)
    return int(np.sum(np.round(steps / np.median(steps)) - 1)) if len(steps) else 0
