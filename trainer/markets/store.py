"""One Parquet file a market: its finished candles, and the time from which on they were asked for.

Any reader of Parquet understands the files: ``time`` (UTC), ``open``, ``high``, ``low``, ``close``, ``volume``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import numpy as np
import pyarrow
import pyarrow.parquet

from cryptoai_common.candles import PRICES, Candles
from cryptoai_common.files import write_atomically

COLUMNS = (*PRICES, "volume")
ABOUT = b"cryptoai-vision"  # key of the file's metadata
NOTHING = np.zeros(0, np.int64)


@dataclass(frozen=True)
class Market:
    """A market of an exchange, as ccxt names both, and the interval of its candles, such as "1h"."""

    exchange: str
    symbol: str
    timeframe: str

    def file(self, directory: Path) -> Path:
        """Where its candles are kept: ``DIRECTORY/binance/BTC-USDT_1h.parquet``. No two markets share a file."""
        return directory / self.exchange / f"{file_name(self.symbol)}_{self.timeframe}.parquet"


def file_name(symbol: str) -> str:
    """A symbol as a file may be called: "/" becomes "-", any other sign is written in percent."""
    return "-".join(quote(part, safe="").replace("-", "%2D").replace("_", "%5F") for part in symbol.split("/"))


def symbol_of(name: str) -> str:
    """The symbol that ``file_name`` made a name of."""
    return "/".join(unquote(part) for part in name.split("-"))


@dataclass(frozen=True)
class Kept:
    """Finished candles, oldest first, each time once.

    ``times`` int64 [candles] is when each opens, in milliseconds since 1970 (UTC); ``values`` float64 [candles, 5] the
    open, high, low, close and volume. ``asked_from``, in milliseconds: there is none between it and the first.
    """

    times: np.ndarray = field(default_factory=lambda: NOTHING)
    values: np.ndarray = field(default_factory=lambda: np.zeros((0, 5)))
    asked_from: int = 0

    def __len__(self) -> int:
        return len(self.times)

    @property
    def candles(self) -> Candles:
        return Candles(*self.values.T)

    def joined(self, times: np.ndarray, values: np.ndarray) -> Kept:
        """With candles that follow; those that are not later than the last one here are left out."""
        new = times > self.times[-1] if len(self) else np.ones(len(times), bool)
        return Kept(
            np.concatenate([self.times, times[new]]), np.concatenate([self.values, values[new]]), self.asked_from
        )


def write_market(path: Path, market: Market, kept: Kept) -> None:
    """Write a market's file atomically; its directory must exist."""
    about = {"exchange": market.exchange, "symbol": market.symbol, "timeframe": market.timeframe}
    stored = json.dumps(about | {"asked_from": kept.asked_from}).encode()
    columns: list[Any] = [pyarrow.array(kept.times, pyarrow.timestamp("ms", tz="UTC"))]
    columns += [pyarrow.array(np.ascontiguousarray(column)) for column in kept.values.T]
    table = pyarrow.table(columns, names=["time", *COLUMNS]).replace_schema_metadata({ABOUT: stored})
    write_atomically(path, lambda temporary: pyarrow.parquet.write_table(table, temporary))


def read_market(path: Path) -> tuple[Market, Kept] | None:
    """What ``write_market`` wrote; None for any other file, and for one that is not there."""
    try:
        with path.open("rb") as file:
            content = file.read(4)
            if content != b"PAR1":
                return None
            content += file.read()  # at once: pyarrow would read a file of this size in a dozen pieces
        table = pyarrow.parquet.ParquetFile(pyarrow.BufferReader(content)).read(use_threads=False)
        about = json.loads((table.schema.metadata or {})[ABOUT])
        market = Market(about["exchange"], about["symbol"], about["timeframe"])
        times = table["time"].cast(pyarrow.int64()).to_numpy()
        return market, Kept(
            times, np.stack([table[name].to_numpy() for name in COLUMNS], axis=1), int(about["asked_from"])
        )
    except (OSError, KeyError, ValueError, TypeError, pyarrow.ArrowException):
        return None
