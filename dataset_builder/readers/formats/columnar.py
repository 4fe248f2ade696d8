"""Parquet and Feather files, which have columns with types."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd

from cryptoai_common.ohlcv.columns import is_header
from cryptoai_common.ohlcv.reading import SeveralSeries
from cryptoai_common.ohlcv.table import Column, Table, TableError
from dataset_builder.readers.formats.parsed import Parsed

STARTS = (b"PAR1", b"ARROW1", b"FEA1")  # Parquet, and Feather of version 2 and 1


def parse(content: bytes, symbol: str | None) -> Parsed:
    """The file's table, its index included if that has a name or holds times."""
    is_parquet = content.startswith(b"PAR1")
    frame = (pd.read_parquet if is_parquet else pd.read_feather)(io.BytesIO(content))
    levels = frame.columns.nlevels
    frame = _one_level(frame, symbol)
    if isinstance(frame.index, pd.DatetimeIndex) and frame.index.name is None:
        frame.index.name = "time"
    if any(name is not None for name in frame.index.names) or frame.index.dtype.kind not in "iu":
        frame = frame.reset_index(allow_duplicates=True)
    notes = []
    columns = []
    for place in range(frame.shape[1]):
        series = frame.iloc[:, place]
        if isinstance(series.dtype, np.dtype) and series.dtype.kind == "M" and (series.dt.normalize() != series).any():
            notes = ["its times name no zone, and are taken as UTC"]
        columns.append(_column(series))
    table = Table([str(name) for name in frame.columns], columns, lambda row: f"row {row + 1}")
    return Parsed(table, "Parquet" if is_parquet else "Feather", notes=tuple(notes), chosen=levels > 1)


def _one_level(frame: pd.DataFrame, symbol: str | None) -> pd.DataFrame:
    """yfinance names columns by price and ticker: the columns of one ticker, by price."""
    if frame.columns.nlevels == 1:
        return frame
    levels = [level for level in range(frame.columns.nlevels) if is_header(list(frame.columns.get_level_values(level)))]
    if frame.columns.nlevels != 2 or len(levels) != 1:
        raise TableError(f"has {frame.columns.nlevels} names for each column: keep one")
    tickers = frame.columns.get_level_values(1 - levels[0])
    names = list(dict.fromkeys(map(str, tickers)))
    chosen = [name for name in names if symbol is None or name.lower() == symbol.lower()]
    if len(chosen) != 1:
        raise SeveralSeries(str(frame.columns.names[1 - levels[0]] or "names"), names)
    frame = frame.loc[:, [str(ticker) == chosen[0] for ticker in tickers]]
    frame.columns = frame.columns.get_level_values(levels[0])
    return frame


def _column(series: pd.Series) -> Column:
    if pd.api.types.is_datetime64_any_dtype(series):
        return pd.to_datetime(series, utc=True).dt.tz_localize(None).to_numpy("M8[us]")
    if pd.api.types.is_float_dtype(series):
        return series.to_numpy(float, na_value=np.nan)
    values = series.astype(object)
    return values.where(values.notna(), None).tolist()
