"""The names of what was read: which exchange or program writes such files. A new one is a line in ``SIGNS``."""

from __future__ import annotations

import re

from cryptoai_common.ohlcv.columns import plain_name
from dataset_builder.readers.formats.parsed import Parsed

# Columns that only one vendor's files have, by their plain names; the first line that fits gives the name.
SIGNS = (
    ("CoinMarketCap", ("timeopen", "timeclose", "marketcap")),
    ("CoinAPI", ("timeperiodstart", "priceopen", "priceclose")),
    ("CryptoDataDownload", ("unix", "date", "symbol")),
    ("Dukascopy", ("gmttime", "open")),
    ("Investing.com", ("date", "price", "change")),
    ("Nasdaq", ("date", "closelast")),
    ("OANDA", ("complete", "time", "o", "volume")),
    ("HTX", ("id", "amount", "count", "open", "vol")),
    ("OKX", ("instrumentname", "opentime", "confirm")),
    ("Polygon", ("vw", "n", "t", "o")),
    ("Polygon", ("ticker", "windowstart")),
    ("Upbit", ("candledatetimeutc", "tradeprice")),
    ("Yahoo Finance", ("date", "close", "adjclose")),
    ("Binance klines", ("opentime", "open", "high", "low", "close")),
)
TRADINGVIEW = ["time", "open", "high", "low", "close"]  # and columns of indicators, with capital letters


def name_of(parsed: Parsed, layout: str) -> str:
    """The vendor's name, or the kind of file."""
    names = parsed.table.names
    if any("cryptodatadownload" in line.lower() for line in parsed.before):
        return "CryptoDataDownload"
    if names is None:
        return _without_header(parsed, layout)
    plain = [plain_name(name) for name in names]
    if any(re.fullmatch(r"<\w+>", name) for name in names):
        return "MetaTrader" if "<ticker>" not in (name.lower() for name in names) else "Stooq or Finam"
    if parsed.vendor:
        return parsed.vendor
    for vendor, sign in SIGNS:
        if parsed.kind in ("CSV", "JSON") and set(sign) <= set(plain):
            return vendor
    if (
        parsed.kind == "CSV"
        and names[: len(TRADINGVIEW)] == TRADINGVIEW
        and any(name != name.lower() for name in names[len(TRADINGVIEW) :])
    ):
        return "TradingView export"
    if parsed.kind == "Feather" and plain == ["date", "open", "high", "low", "close", "volume"]:
        return "freqtrade Feather"
    return parsed.kind


def _without_header(parsed: Parsed, layout: str) -> str:
    first = str(parsed.table.columns[0][0])
    if re.fullmatch(r"\d{4}\.\d{2}\.\d{2}", first):
        return "MetaTrader without a header"
    if re.fullmatch(r"\d{8} \d{6}", first):
        return "HistData"
    if parsed.kind == "JSON" and layout.startswith("candles in") and len(parsed.table.columns) == 6:
        return "ccxt or freqtrade JSON"
    return layout if parsed.kind == "CSV" else f"{layout}, {parsed.kind}"
