"""Answers of exchanges in JSON, to be read back."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

from candle_files import HOURS, Rows, seconds


def answer(rows: Rows, row: Callable[..., object]) -> bytes:
    """JSON as exchanges answer, newest first."""
    return json.dumps({"code": 0, "data": [row(*each) for each in rows][::-1]}).encode()


# By the name of the exchange: the candles, and what writes them.
ANSWERS: dict[str, tuple[Rows, Callable[[Rows], bytes]]] = {
    "Bybit": (
        HOURS,
        lambda rows: answer(
            rows, lambda t, o, h, low, c, v: [str(seconds(t) * 1000), *map(repr, (o, h, low, c, v)), str(v * 0.37)]
        ),
    ),
    "MEXC": (
        HOURS,
        lambda rows: answer(
            rows,
            lambda t, *values: [seconds(t) * 1000, *map(repr, values), seconds(t) * 1000 + 3_600_000, "5.5"],
        ),
    ),
    "Bitget": (
        HOURS,
        lambda rows: answer(rows, lambda t, *values: [str(seconds(t) * 1000), *map(repr, values), "9999.5", "9999.5"]),
    ),
    "Hyperliquid": (
        HOURS,
        lambda rows: answer(
            rows,
            lambda t, o, h, low, c, v: {
                "T": seconds(t) * 1000 + 3_599_999,
                "c": repr(c),
                "h": repr(h),
                "i": "1h",
                "l": repr(low),
                "n": 5,
                "o": repr(o),
                "s": "BTC",
                "t": seconds(t) * 1000,
                "v": repr(v),
            },
        ),
    ),
    "Binance stream": (
        HOURS,
        lambda rows: answer(
            rows,
            lambda t, o, h, low, c, v: {
                "t": seconds(t) * 1000,
                "T": seconds(t) * 1000 + 3_599_999,
                "L": 2,
                "V": "1",
                "Q": "2",
                "o": repr(o),
                "c": repr(c),
                "h": repr(h),
                "l": repr(low),
                "v": repr(v),
                "q": "3",
            },
        ),
    ),
    "dYdX": (
        HOURS,
        lambda rows: answer(
            rows,
            lambda t, o, h, low, c, v: {
                "startedAt": t.isoformat(),
                "ticker": "BTC-USD",
                "low": repr(low),
                "high": repr(h),
                "open": repr(o),
                "close": repr(c),
                "baseTokenVolume": repr(v),
                "usdVolume": "9",
            },
        ),
    ),
    "Upbit": (
        HOURS,
        lambda rows: answer(
            rows,
            lambda t, o, h, low, c, v: {
                "candle_date_time_utc": f"{t:%Y-%m-%dT%H:%M:%S}",
                "candle_date_time_kst": f"{t + timedelta(hours=9):%Y-%m-%dT%H:%M:%S}",
                "opening_price": o,
                "high_price": h,
                "low_price": low,
                "trade_price": c,
                "timestamp": seconds(t) * 1000 + 3_590_123,
                "candle_acc_trade_volume": v,
            },
        ),
    ),
    "Deribit": (
        HOURS,
        lambda rows: json.dumps(
            {
                "volume": [row[5] for row in rows],
                "ticks": [seconds(row[0]) * 1000 for row in rows],
                **{
                    name: [row[place] for row in rows] for place, name in enumerate(("open", "high", "low", "close"), 1)
                },
            }
        ).encode(),
    ),
    "HTX": (
        HOURS,
        lambda rows: answer(
            rows,
            lambda t, o, h, low, c, v: {
                "id": seconds(t),
                "amount": v,
                "count": 5,
                "open": o,
                "close": c,
                "low": low,
                "high": h,
                "vol": v * (o + c) / 2,
            },
        ),
    ),
    "OANDA": (
        HOURS,
        lambda rows: json.dumps(
            {
                "instrument": "EUR_USD",
                "granularity": "H1",
                "candles": [
                    {
                        "complete": True,
                        "volume": v,
                        "time": f"{t:%Y-%m-%dT%H:%M:%S}.000000000Z",
                        "bid": dict.fromkeys("ohlc", "1"),
                        "mid": dict(zip("ohlc", map(repr, (o, h, low, c)), strict=True)),
                        "ask": dict.fromkeys("ohlc", "2"),
                    }
                    for t, o, h, low, c, v in rows
                ],
            }
        ).encode(),
    ),
    "AscendEX": (
        HOURS,
        lambda rows: answer(
            rows,
            lambda t, o, h, low, c, v: {
                "m": "bar",
                "s": "BTC/USDT",
                "data": {"i": "60", "ts": seconds(t) * 1000, "o": o, "h": h, "l": low, "c": c, "v": v},
            },
        ),
    ),
    "Poloniex": (
        HOURS,
        lambda rows: json.dumps(
            [
                [
                    *map(repr, (low, h, o, c, v * (o + c) / 2, v)),
                    "1.5",
                    "2.5",
                    12,
                    seconds(t) * 1000 + 3_599_000,
                    repr((o + c) / 2),
                    "HOUR_1",
                    seconds(t) * 1000,
                    seconds(t) * 1000 + 3_599_999,
                ]
                for t, o, h, low, c, v in rows
            ]
        ).encode(),
    ),
    "Phemex": (
        HOURS,
        lambda rows: json.dumps(
            {
                "code": 0,
                "data": {
                    "total": -1,
                    "rows": [
                        [seconds(t), 3600, repr(before[4]), *map(repr, (o, h, low, c, v)), repr(v * c), "BTCUSDT"]
                        for before, (t, o, h, low, c, v) in zip([rows[0], *rows], rows, strict=False)
                    ][::-1],
                },
            }
        ).encode(),
    ),
}
