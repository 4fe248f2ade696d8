"""Read OHLCV files as exchanges export them: CSV or Parquet, any column case, times in ISO or since 1970."""

from __future__ import annotations

import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cryptoai_common.candles import PRICES, Candles
from cryptoai_common.errors import UserError

TIME_NAMES = ("timestamp", "datetime", "date", "time", "open_time", "opentime", "unix")
FIRST_LINE = 2  # of a CSV file's data, under its header
UNITS = ("s", "ms", "us", "ns")  # since 1970; a thousandfold value is in the next one from the year 5138 on


@dataclass(frozen=True)
class CandleSeries:
    """A series of candles with the time (UTC) at which each opens, shape (bars,), and the bars that are missing.

    ``missing`` has shape (bars,): how many bars the usual spacing (the median) leaves room for before each.
    """

    times: pd.DatetimeIndex
    candles: Candles
    missing: np.ndarray

    @property
    def gaps(self) -> int:
        """How many bars are missing in all."""
        return int(self.missing.sum())


def read_ohlcv(path: Path) -> CandleSeries:
    """Read a file of candles, oldest first; its other columns are ignored. Without a volume column, volume is 0.

    Raises UserError that names the line of a fault, or the row where the file is Parquet.
    """
    table = _read_table(path)
    table.columns = [str(name).strip().lower() for name in table.columns]
    missing = [name for name in PRICES if name not in table.columns]
    if missing:
        raise UserError(f"{path} has no column {', '.join(missing)}: it has {', '.join(table.columns)}")
    if len(table) == 0:
        raise UserError(f"{path} has no rows")
    times = _times(path, table)
    numbers = {name: _numbers(path, _column(path, table, name)) for name in PRICES}
    has_volume = "volume" in table.columns
    volume = _numbers(path, _column(path, table, "volume")) if has_volume else np.zeros(len(table))
    opening, high, low, close = numbers.values()
    candles = Candles(opening, high, low, close, volume)
    _check(path, table.index, times, candles)
    return CandleSeries(times, candles, _missing(times))


def _read_table(path: Path) -> pd.DataFrame:
    """The file's table. Its index counts its rows, those included that are blank and left out."""
    try:
        if _is_parquet(path):
            table = pd.read_parquet(path)
            is_time = isinstance(table.index, pd.DatetimeIndex)
            return table.reset_index(names=table.index.name or "time") if is_time else table.reset_index(drop=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", pd.errors.ParserWarning)  # lines may end in a comma
            table = pd.read_csv(path, skipinitialspace=True, skip_blank_lines=False, index_col=False)
        return table.dropna(how="all")
    except FileNotFoundError as error:
        raise UserError(f"{path} does not exist: name a CSV or Parquet file with OHLCV rows") from error
    except (OSError, ValueError, EOFError, zlib.error) as error:  # pandas' and pyarrow's own errors are ValueErrors
        raise UserError(f"cannot read {path} as a table: {' '.join(str(error).split())}") from error


def _is_parquet(path: Path) -> bool:
    return path.suffix.lower() in (".parquet", ".pq")


def _column(path: Path, table: pd.DataFrame, name: str) -> pd.Series:
    if list(table.columns).count(name) > 1:
        raise UserError(f"{path} has two columns {name}: leave one of them")
    return table[name]


def _times(path: Path, table: pd.DataFrame) -> pd.DatetimeIndex:
    name = next((name for name in TIME_NAMES if name in table.columns), None)
    if name is None:
        raise UserError(f"{path} has no time column: name one of its columns {', '.join(TIME_NAMES[:4])}")
    column = _column(path, table, name)
    times = _parsed(column)
    _refuse_first(path, times.isna().to_numpy(), f"is no time: {name}", column)
    return pd.DatetimeIndex(times)


def _parsed(column: pd.Series) -> pd.Series:
    """Times in UTC, NaT where there is none."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return pd.to_datetime(column, utc=True)
    numbers = pd.to_numeric(column, errors="coerce")
    largest = numbers.abs().max()
    if numbers.isna().mean() > 0.5 or ((numbers.dropna() % 1 == 0).all() and 19_000_101 <= largest <= 21_001_231):
        text = column.astype("string").str.removesuffix(".0")  # 20240131 is ISO 8601 too
        return pd.to_datetime(text, utc=True, errors="coerce", format="ISO8601")
    unit: Any = UNITS[int(np.searchsorted((1e11, 1e14, 1e17), largest))]  # the stubs take only literal units
    times: pd.Series = pd.to_datetime(numbers, unit=unit, utc=True, errors="coerce")
    return times


def _numbers(path: Path, column: pd.Series) -> np.ndarray:
    values = pd.to_numeric(column, errors="coerce").to_numpy(float, na_value=np.nan)
    _refuse_first(path, ~np.isfinite(values), f"is no number: {column.name}", column)
    return values


def _check(path: Path, rows: pd.Index, times: pd.DatetimeIndex, candles: Candles) -> None:
    steps = np.diff(times.asi8, prepend=times.asi8[0] - 1)
    at = pd.Series(times, index=rows)
    _refuse_first(path, steps == 0, "repeats the time of the line before", at)
    _refuse_first(path, steps < 0, "is older than the line before (sort the file, oldest first)", at)
    fault = candles.fault()
    if fault:
        bar, what = fault
        values = ", ".join(f"{name} {getattr(candles, name)[bar]:.12g}" for name in (*PRICES, "volume"))
        raise UserError(f"{path} {_place(path, rows[bar])} {what} ({values})")


def _refuse_first(path: Path, wrong: np.ndarray, what: str, values: pd.Series) -> None:
    if wrong.any():
        first = int(np.argmax(wrong))
        raise UserError(f"{path} {_place(path, values.index[first])} {what} {values.iloc[first]}")


def _place(path: Path, row: int) -> str:
    return f"row {row + 1}" if _is_parquet(path) else f"line {row + FIRST_LINE}"


def _missing(times: pd.DatetimeIndex) -> np.ndarray:
    steps = np.diff(times.asi8)
    if not len(steps):
        return np.zeros(len(times), int)
    return np.concatenate(([0], np.maximum(np.round(steps / np.median(steps)) - 1, 0).astype(int)))
