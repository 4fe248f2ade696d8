"""The two or three header lines that yfinance writes: names of prices, tickers, and the name of the time."""

from __future__ import annotations

from cryptoai_common.ohlcv.reading import SeveralSeries

PRICE, TICKER = ("price", "attributes"), ("ticker", "tickers", "symbols")
TIMES = ("date", "datetime")


def is_ticker_line(line: str) -> bool:
    """Whether a line above the names of prices tells their tickers."""
    return line.split(",")[0].strip().lower() in TICKER


def names_in_lines(
    names: list[str], before: list[str], after: list[list[str]], symbol: str | None
) -> tuple[list[str], int, list[int] | None]:
    """Names of the columns, how many lines after the first belong to the header, and the columns to keep (None: all).

    Of several tickers, the columns of ``symbol`` are kept. Raises SeveralSeries if it is None, or none of them.
    """
    first = names[0].lower()
    if first not in (*PRICE, *TICKER, "", *TIMES):
        return names, 0, None
    used, tickers = 0, None
    if after and after[0] and after[0][0].lower() in TICKER:
        tickers, used = after[0], 1
    elif before and is_ticker_line(before[-1]):
        tickers = [cell.strip() for cell in before[-1].split(",")]
    lines = after[used:]
    if tickers is not None or first in PRICE:
        if lines and lines[0] and lines[0][0].lower() in TIMES and not any(lines[0][1:]):
            names, used = [lines[0][0], *names[1:]], used + 1
        elif first in PRICE:
            names = ["Date", *names[1:]]
    if tickers is None:
        return names, used, None
    known = list(dict.fromkeys(ticker for ticker in tickers[1:] if ticker))
    chosen = [name for name in known if symbol is None or name.lower() == symbol.strip().lower()]
    if len(chosen) != 1:
        raise SeveralSeries("Ticker", known)
    return names, used, [0, *(place for place in range(1, len(names)) if tickers[place : place + 1] == chosen)]
