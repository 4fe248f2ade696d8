"""Files and answers of more exchanges, data vendors and programs, to be read back."""

from __future__ import annotations

from collections.abc import Callable

from candle_files import DAYS, HOURS, Rows, lines, seconds
from exchange_answers import ANSWERS

# By the name of the vendor: the candles, and what writes them.
VENDORS: dict[str, tuple[Rows, Callable[[Rows], bytes]]] = ANSWERS | {
    "Gate.io download": (
        HOURS,
        lambda rows: lines(rows, lambda t, o, h, low, c, v: f"{seconds(t)},{v!r},{c!r},{h!r},{low!r},{o!r}"),
    ),
    "OKX download": (
        HOURS,
        lambda rows: lines(
            rows,
            lambda t, o, h, low, c, v: f"BTC-USDT,{o!r},{h!r},{low!r},{c!r},{v},1,2,{seconds(t) * 1000},1",
            "instrument_name,open,high,low,close,vol,vol_ccy,vol_quote,open_time,confirm\n",
        ),
    ),
    "Polygon": (
        HOURS,
        lambda rows: lines(
            rows,
            lambda t, o, h, low, c, v: f"X:BTC-USD,{v},{o!r},{c!r},{h!r},{low!r},{seconds(t) * 10**9},55",
            "ticker,volume,open,close,high,low,window_start,transactions\n",
        ),
    ),
    "MetaStock": (
        HOURS,
        lambda rows: lines(
            rows,
            lambda t, o, h, low, c, v: f"BTC,60,{t:%Y%m%d},{t:%H%M%S},{o!r},{h!r},{low!r},{c!r},{v}",
            "<TICKER>,<PER>,<DTYYYYMMDD>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>\n",
        ),
    ),
    "two volumes": (
        HOURS,
        lambda rows: lines(
            rows,
            lambda t, o, h, low, c, v: f"{seconds(t)},{o!r},{h!r},{low!r},{c!r},{v},9,8",
            "Timestamp,Open,High,Low,Close,Volume_(BTC),Volume_(Currency),Weighted_Price\n",
        ),
    ),
    "Bloomberg": (
        DAYS,
        lambda rows: lines(
            rows,
            lambda t, o, h, low, c, v: f"{t:%m/%d/%Y},{o!r},{h!r},{low!r},{c!r},{v}",
            "Date,PX_OPEN,PX_HIGH,PX_LOW,PX_LAST,PX_VOLUME\n",
        ),
    ),
    "Stooq in Polish": (
        DAYS,
        lambda rows: lines(
            rows,
            lambda t, o, h, low, c, v: f"{t:%Y-%m-%d},{o!r},{h!r},{low!r},{c!r},{v}",
            "Data,Otwarcie,Najwyzszy,Najnizszy,Zamkniecie,Wolumen\n",
        ),
    ),
    "the hour as a number": (
        HOURS,
        lambda rows: lines(
            rows,
            lambda t, o, h, low, c, v: f"{t:%Y-%m-%d},{t.hour},{o!r},{h!r},{low!r},{c!r},{v}",
            "Date,Hour,Open,High,Low,Close,Volume\n",
        ),
    ),
}
