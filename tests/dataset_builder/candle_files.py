"""Files of candles in the forms that exchanges and charting programs write, to be read back."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cryptoai_common.errors import UserError
from dataset_builder.readers.ohlcv import CandleSeries, read_ohlcv

Rows = Sequence[tuple[datetime, float, float, float, float, float]]  # time in UTC, open, high, low, close, volume


def random_rows(count: int, step: timedelta, start: datetime, seed: int = 0, scale: float = 100.0) -> Rows:
    """Candles of a random walk, each opening where the one before closed."""
    rng = np.random.default_rng(seed)
    close = scale * np.exp(np.cumsum(rng.normal(0, 0.01, count)))
    rows = []
    for bar in range(count):
        first = close[max(bar - 1, 0)]
        high, low = max(first, close[bar]) * 1.002, min(first, close[bar]) * 0.998
        prices = (float(f"{price:.8g}") for price in (first, high, low, close[bar]))
        rows.append((start + bar * step, *prices, float(rng.integers(1, 1000))))
    return rows


NEW_YEAR = datetime(2024, 12, 31, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HOURS = random_rows(60, HOUR, NEW_YEAR)
DAYS = random_rows(60, DAY, datetime(2024, 1, 1, tzinfo=UTC))
HEAD = "time,open,high,low,close,volume\n"


def read(tmp_path: Path, content: bytes | str, symbol: str | None = None, name: str = "prices") -> CandleSeries:
    """The candles of a file with this content; what it is, is told by that, since its name has no suffix."""
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_ohlcv(path, symbol)


def check(series: CandleSeries, rows: Rows, volume: bool = True) -> None:
    """That the candles and times that were read are these."""
    assert series.times.tolist() == [pd.Timestamp(row[0]) for row in rows]
    values = np.array([row[1:] for row in rows])
    np.testing.assert_array_equal(
        np.array(series.candles.series()).T[:, : 5 if volume else 4], values[:, : 5 if volume else 4]
    )


def refused(tmp_path: Path, content: bytes | str, words: str) -> None:
    """That a file with this content is refused with these words."""
    with pytest.raises(UserError, match=words):
        read(tmp_path, content)


def lines(rows: Rows, line: Callable[..., str], head: str = "", newest_first: bool = False) -> bytes:
    """``line`` of every row, which it is given as time, open, high, low, close and volume."""
    texts = [line(*row) for row in rows]
    return (head + "\n".join(texts[::-1] if newest_first else texts) + "\n").encode()


def seconds(time: datetime) -> int:
    return int(time.timestamp())


def _json(rows: Rows, row: Callable[..., object], newest_first: bool = False) -> list[object]:
    content = [row(*each) for each in rows]
    return content[::-1] if newest_first else content


def _frame(rows: Rows) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["date", "open", "high", "low", "close", "volume"])


def _buffer(write: Callable[[io.BytesIO], object]) -> bytes:
    buffer = io.BytesIO()
    write(buffer)
    return buffer.getvalue()


def _zip(content: bytes) -> bytes:
    def write(buffer: io.BytesIO) -> None:
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("BTCUSDT-1h-2024-12.csv", content)

    return _buffer(write)


def binance(rows: Rows) -> bytes:
    """Twelve columns without a header; microseconds from 2025-01-01 on, as in the dumps of the spot market."""

    def line(t: datetime, o: float, h: float, low: float, c: float, v: float) -> str:
        factor = 10**6 if t.year >= 2025 else 1000
        return f"{seconds(t) * factor},{o!r},{h!r},{low!r},{c!r},{v},{(seconds(t) + 60) * factor - 1},9.9,12,1.5,2.5,0"

    return lines(rows, line)


def comma(number: float) -> str:
    return repr(number).replace(".", ",")


# By the first words of the line that says how it was read.
FORMATS: dict[str, Callable[[Rows], bytes]] = {
    "Binance klines, ": binance,
    "Binance klines,": lambda rows: lines(
        rows,
        lambda t, o, h, low, c, v: f"{t:%Y-%m-%d %H:%M:%S},{o!r},{h!r},{low!r},{c!r},{v},{t:%Y-%m-%d %H:%M:59}",
        "Open time,Open,High,Low,Close,Volume,Close time\n",
    ),
    "Kraken OHLCVT": lambda rows: lines(
        rows, lambda t, o, h, low, c, v: f"{seconds(t)},{o!r},{h!r},{low!r},{c!r},{v},12"
    ),
    "CryptoDataDownload": lambda rows: lines(
        rows,
        lambda t, o, h, low, c, v: (
            f"{seconds(t)},{t:%Y-%m-%d %H:%M:%S},BTC/USD,{o!r},{h!r},{low!r},{c!r},{v},{v * 100}"
        ),
        "https://www.CryptoDataDownload.com\nunix,date,symbol,open,high,low,close,Volume BTC,Volume USD\n",
        newest_first=True,
    ),
    "TradingView export": lambda rows: lines(
        rows,
        lambda t, o, h, low, c, v: f"{t:%Y-%m-%dT%H:%M:%SZ},{o!r},{h!r},{low!r},{c!r},NaN,1.5,{v}",
        "time,open,high,low,close,EMA,Plot,Volume\n",
    ),
    "yfinance": lambda rows: lines(
        rows,
        lambda t, o, h, low, c, v: f"{t.isoformat(sep=' ')},{c!r},{h!r},{low!r},{o!r},{v}",
        "Price,Close,High,Low,Open,Volume\nTicker,BTC-USD,BTC-USD,BTC-USD,BTC-USD,BTC-USD\nDatetime,,,,,\n",
    ),
    "MetaTrader,": lambda rows: (
        lines(
            rows,
            lambda t, o, h, low, c, v: f"{t:%Y.%m.%d}\t{t:%H:%M:%S}\t{o!r}\t{h!r}\t{low!r}\t{c!r}\t{v}\t0\t5",
            "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>\n",
        )
        .decode()
        .encode("utf-16")
    ),
    "MetaTrader without a header": lambda rows: lines(
        rows, lambda t, o, h, low, c, v: f"{t:%Y.%m.%d,%H:%M},{o!r},{h!r},{low!r},{c!r},{v}"
    ),
    "HistData": lambda rows: lines(rows, lambda t, o, h, low, c, v: f"{t:%Y%m%d %H%M%S};{o!r};{h!r};{low!r};{c!r};{v}"),
    "Stooq or Finam": lambda rows: lines(
        rows,
        lambda t, o, h, low, c, v: f"BTC.V,60,{t:%Y%m%d,%H%M%S},{o!r},{h!r},{low!r},{c!r},{v},0",
        "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>\n",
    ),
    "Dukascopy": lambda rows: lines(
        rows,
        lambda t, o, h, low, c, v: f"{t:%d.%m.%Y %H:%M:%S}.000,{o!r},{h!r},{low!r},{c!r},{v}",
        "Gmt time,Open,High,Low,Close,Volume\n",
    ),
    "Coinbase candles, JSON": lambda rows: json.dumps(
        _json(rows, lambda t, o, h, low, c, v: [seconds(t), low, h, o, c, v], newest_first=True)
    ).encode(),
    "Coinbase candles,": lambda rows: lines(
        rows, lambda t, o, h, low, c, v: f"{seconds(t)},{low!r},{h!r},{o!r},{c!r},{v}", newest_first=True
    ),
    "KuCoin or Bitfinex candles, JSON": lambda rows: json.dumps(
        {
            "code": "200000",
            "data": _json(
                rows,
                lambda t, o, h, low, c, v: [str(seconds(t)), repr(o), repr(c), repr(h), repr(low), str(v), "9.5"],
                newest_first=True,
            ),
        }
    ).encode(),
    "ccxt or freqtrade JSON": lambda rows: json.dumps(
        _json(rows, lambda t, o, h, low, c, v: [seconds(t) * 1000, o, h, low, c, v])
    ).encode(),
    "freqtrade Feather": lambda rows: _buffer(_frame(rows).to_feather),
    "Parquet": lambda rows: _buffer(_frame(rows).set_index("date").to_parquet),
    "JSON,": lambda rows: json.dumps(
        _json(
            rows,
            lambda t, o, h, low, c, v: {
                "Date": t.isoformat(),
                "Open": o,
                "High": h,
                "Low": low,
                "Close": c,
                "Volume": v,
            },
        )
    ).encode(),
    "JSON": lambda rows: "\n".join(
        json.dumps({"t": seconds(t), "o": o, "h": h, "l": low, "c": c, "v": v}) for t, o, h, low, c, v in rows
    ).encode(),
    "CSV, ": lambda rows: (
        b"\xef\xbb\xbf"
        + lines(
            rows,
            lambda t, o, h, low, c, v: f"{t:%Y-%m-%d},{t:%H:%M},{o!r},{h!r},{low!r},{c!r},{v}",
            "Date,Time,Open,High,Low,Close,Volume\n",
        )
    ),
    "CSV": lambda rows: lines(
        rows,
        lambda t, o, h, low, c, v: f"{t:%Y-%m-%d %H:%M};{comma(o)};{comma(h)};{comma(low)};{comma(c)};{comma(v)}",
        "time;open;high;low;close;volume\n",
    ),
    "CSV,": lambda rows: gzip.compress(
        lines(
            rows,
            lambda t, o, h, low, c, v: (
                f'"{t:%b %d, %Y %H:%M:%S}","{o:,.14f}","{h:,.14f}","{low:,.14f}","{c:,.14f}",{v}'
            ),
            '"Datetime","Open","High","Low","Close","Volume"\n',
            newest_first=True,
        )
    ),
    "Binance klines": lambda rows: _zip(binance(rows)),
}
