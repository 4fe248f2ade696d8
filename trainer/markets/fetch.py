"""Bring the files of markets up to date: from where each ends to the newest finished candle."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from cryptoai_common.candles import Candles
from trainer.markets.exchange import Exchange, NoMarket
from trainer.markets.store import Kept, Market, read_market, write_market
from trainer.markets.timeframes import end_of, length

AT_ONCE = 8  # markets whose answers are waited for; ccxt spaces the requests by the exchange's limit
PAGES_A_WRITE = 10  # a kill loses that many pages at most
CERTAIN = 1000  # milliseconds, or an eighth of a candle, that it must be over for: clocks are compared roughly
EARLIEST = 1_230_768_000_000  # 2009-01-01, the month of the first bitcoins: where everything begins


@dataclass(frozen=True)
class Fetched:
    """What became of one market: its file, candles that are new in it, rows that were no candles, or the problem."""

    symbol: str
    file: Path
    added: int = 0
    refused: int = 0
    problem: str | None = None


async def fetch_all(
    exchange: Exchange, symbols: Sequence[str], timeframe: str, history: int, directory: Path
) -> list[Fetched]:
    """Bring every market's file up to date, in the order of the symbols.

    ``history``: how many candles back from now a file reaches at least, as far as the exchange has them; 0: all.
    Raises Unreachable if the exchange stops answering; what was fetched until then is kept.
    """
    gate = asyncio.Semaphore(AT_ONCE)
    with tqdm(
        total=len(symbols), desc=f"fetching from {exchange.name}", unit=" markets", leave=False, disable=None
    ) as bar:

        async def one(symbol: str) -> Fetched:
            async with gate:
                market = Market(exchange.name, symbol, timeframe)
                try:
                    return await fetch(exchange, market, history, directory)
                except NoMarket as error:
                    return Fetched(symbol, market.file(directory), problem=str(error))
                finally:
                    bar.update()

        tasks = [asyncio.create_task(one(symbol)) for symbol in symbols]
        try:
            return list(await asyncio.gather(*tasks))
        except BaseException:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            raise


async def fetch(exchange: Exchange, market: Market, history: int, directory: Path) -> Fetched:
    """Bring one market's file up to date. Raises NoMarket and Unreachable; what was fetched until then is kept."""
    file = market.file(directory)
    file.parent.mkdir(parents=True, exist_ok=True)
    found = read_market(file)
    start = max(exchange.now() - history * length(market.timeframe), EARLIEST) if history else EARLIEST
    kept = found[1] if found else Kept(asked_from=start)
    before, refused = len(kept), 0
    if kept.asked_from > start:  # earlier candles are wanted than ever before: they are fetched aside, then joined
        aside = file.with_name(f".{file.name}.earlier")
        older = read_market(aside)
        earlier = older[1] if older and older[1].asked_from <= start else Kept(asked_from=start)
        until = int(kept.times[0]) if len(kept) else None
        earlier, refused = await _forward(exchange, market, earlier, aside, until)
        kept = earlier.joined(kept.times, kept.values)
        write_market(file, market, kept)
        aside.unlink(missing_ok=True)
    kept, more = await _forward(exchange, market, kept, file, None)
    return Fetched(market.symbol, file, len(kept) - before, refused + more)


async def _forward(exchange: Exchange, market: Market, kept: Kept, file: Path, until: int | None) -> tuple[Kept, int]:
    """Fetch from the end of what is kept to the newest finished candle, or to ``until``; counts rows that are none."""
    frame, refused, pages, written = market.timeframe, 0, 0, len(kept)
    since = int(kept.times[-1]) + 1 if len(kept) else kept.asked_from
    opens = end_of(int(kept.times[-1]), frame) if len(kept) else since  # the next candle, at the earliest
    span, margin = exchange.page_span(market.symbol, frame), min(CERTAIN, length(frame) // 8)
    try:
        while end_of(opens, frame) <= exchange.now() and (until is None or opens < until):
            now = exchange.now() - margin  # before the request: what was forming when it was answered is not finished
            rows = await exchange.page(market.symbol, frame, since)
            new = [row for row in rows if row and row[0] is not None and row[0] >= since]
            done = [row for row in new if end_of(int(row[0]), frame) <= now and (until is None or row[0] < until)]
            times, values, bad = _clean(done)
            refused += bad
            kept = kept.joined(times, values)
            if len(done) < len(new):  # the next one is not finished, or is there already
                break
            newest = max((int(row[0]) for row in new), default=None)
            since = since + span if newest is None else newest + 1  # some exchanges answer with nothing in a hole
            opens = since if newest is None else end_of(newest, frame)
            pages += 1
            if pages % PAGES_A_WRITE == 0 and len(kept) > written:
                write_market(file, market, kept)
                written = len(kept)
    finally:
        if len(kept) > written or not file.exists():
            write_market(file, market, kept)
    return kept, refused


def _clean(rows: list[list[Any]]) -> tuple[np.ndarray, np.ndarray, int]:
    """Times and values of rows that are candles, oldest first, each time once; and how many were none."""
    unique = {int(row[0]): row for row in rows}
    times = np.array(sorted(unique), np.int64)
    values = np.array([[_number(cell) for cell in unique[t][1:6]] for t in times.tolist()], float).reshape(-1, 5)
    values[np.isnan(values[:, 4]), 4] = 0.0  # some exchanges tell no volume
    good = np.array([Candles(*row[:, None]).fault() is None for row in values], bool)
    return times[good], values[good], int((~good).sum())


def _number(cell: Any) -> float:
    try:
        return float(cell)
    except (TypeError, ValueError):
        return float("nan")
