"""Candles from an exchange on localhost, over the real ccxt: nothing lost, nothing twice."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from binance import UNITS, candle, first_then_well, serving

from cryptoai_common.errors import UserError
from dataset_builder.readers.ohlcv import read_ohlcv
from trainer.markets import exchange as exchange_module
from trainer.markets import fetch as fetch_module
from trainer.markets.exchange import Exchange, Unreachable
from trainer.markets.fetch import Fetched, fetch_all
from trainer.markets.store import Market, read_market

ccxt = pytest.importorskip("ccxt")
HOUR = UNITS["h"]
NOW = 1_760_000_000_000 // HOUR * HOUR + 25 * UNITS["m"]  # in the middle of an hour


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(exchange_module, "FIRST_WAIT", 0.01)
    monkeypatch.setattr(exchange_module, "TRIES", 3)


@pytest.fixture
def market():
    """A frozen exchange: its clock stands at NOW, and so it is years off this machine's."""
    with serving() as served:
        served.now = lambda: NOW + served.ahead
        yield served


def fetched(market, directory, *symbols, history=100, timeframe="1h") -> list[Fetched]:
    async def run():
        exchange = await Exchange.open("binance", timeframe, market.url)
        exchange.client.rateLimit = 1
        try:
            frozen = market.now
            exchange.now = lambda: frozen()
            chosen, absent = await exchange.choose(symbols)
            assert absent == []
            return await fetch_all(exchange, chosen, timeframe, history, directory)
        finally:
            await exchange.close()

    return asyncio.run(run())


def kept(directory, symbol="BTC/USDT", timeframe="1h"):
    return read_market(Market("binance", symbol, timeframe).file(directory))[1]


def check(found, symbol, times) -> None:
    assert found.times.tolist() == list(times)
    expected = np.array([candle(symbol, t) for t in found.times.tolist()], float)
    assert np.array_equal(found.values, expected)


def hours(first: int, stop: int) -> range:
    """Opens of finished hours, counted back from NOW's hour."""
    now = NOW // HOUR
    return range((now + first) * HOUR, (now + stop) * HOUR, HOUR)


def test_many_pages_are_joined_and_the_forming_candle_is_left_out(market, tmp_path):
    market.listed = (NOW // HOUR - 2500) * HOUR
    (one,) = fetched(market, tmp_path, "BTC/USDT", history=0)
    check(kept(tmp_path), "BTCUSDT", hours(-2500, 0))
    assert one.added == 2500
    assert {int(q["limit"]) for path, q in market.requests if path.endswith("klines")} == {1000}


def test_time_that_passes_during_an_answer_makes_no_candle_finished_and_no_hole(market, tmp_path):
    true = market.klines

    def klines(query):
        rows = list(true(query))
        market.ahead = 3 * HOUR
        return rows

    market.klines = klines
    fetched(market, tmp_path, "BTC/USDT", history=20)
    check(kept(tmp_path), "BTCUSDT", hours(-19, 0))
    fetched(market, tmp_path, "BTC/USDT", history=20)
    check(kept(tmp_path), "BTCUSDT", hours(-19, 3))


def test_a_second_time_only_what_is_new_is_asked_for(market, tmp_path):
    fetched(market, tmp_path, "BTC/USDT")
    asked = market.asked("klines")
    (again,) = fetched(market, tmp_path, "BTC/USDT")
    assert (again.added, market.asked("klines")) == (0, asked)
    market.ahead = 3 * HOUR
    (later,) = fetched(market, tmp_path, "BTC/USDT")
    assert (later.added, market.asked("klines")) == (3, asked + 1)
    first = kept(tmp_path).times[0]
    check(kept(tmp_path), "BTCUSDT", [t for t in hours(-110, 3) if t >= first])


def test_a_longer_history_is_fetched_before_what_is_there(market, tmp_path):
    fetched(market, tmp_path, "BTC/USDT", history=50)
    (longer,) = fetched(market, tmp_path, "BTC/USDT", history=1500)
    assert longer.added == 1450
    check(kept(tmp_path), "BTCUSDT", hours(-1499, 0))
    assert [path.name for path in (tmp_path / "binance").iterdir()] == ["BTC-USDT_1h.parquet"]


def test_a_hole_stays_a_hole(market, tmp_path):
    now = NOW // HOUR * HOUR
    market.holes = [(now - 1300 * HOUR, now - 20 * HOUR)]
    market.listed = now - 1310 * HOUR
    fetched(market, tmp_path, "BTC/USDT", history=1320)
    check(kept(tmp_path), "BTCUSDT", [*hours(-1310, -1300), *hours(-20, 0)])


@pytest.mark.parametrize("fault", [429, 418, 500, 503, "cut"])
def test_what_fails_is_asked_for_again(market, tmp_path, fault):
    market.listed = (NOW // HOUR - 1200) * HOUR
    market.fault = first_then_well(2, fault, "klines")
    fetched(market, tmp_path, "BTC/USDT", "ETH/USDT", history=0)
    check(kept(tmp_path), "BTCUSDT", hours(-1200, 0))
    check(kept(tmp_path, "ETH/USDT"), "ETHUSDT", hours(-1200, 0))


def test_when_the_exchange_goes_silent_what_was_fetched_is_kept_and_gone_on_from(market, tmp_path):
    market.listed = (NOW // HOUR - 3500) * HOUR
    market.fault = lambda path, query: "cut" if path.endswith("klines") and market.asked("klines") > 2 else None
    with pytest.raises(Unreachable, match="run the same command again later") as error:
        fetched(market, tmp_path, "BTC/USDT", history=0)
    assert error.value.exit_code == 1
    check(kept(tmp_path), "BTCUSDT", hours(-3500, -1500))
    market.fault = lambda path, query: None
    fetched(market, tmp_path, "BTC/USDT", history=0)
    check(kept(tmp_path), "BTCUSDT", hours(-3500, 0))


def test_a_kill_while_an_earlier_history_is_fetched_makes_no_hole(market, tmp_path, monkeypatch):
    monkeypatch.setattr(fetch_module, "PAGES_A_WRITE", 1)
    fetched(market, tmp_path, "BTC/USDT", history=50)
    asked = market.asked("klines")
    market.fault = lambda path, query: 503 if path.endswith("klines") and market.asked("klines") > asked + 1 else None
    with pytest.raises(Unreachable):
        fetched(market, tmp_path, "BTC/USDT", history=2500)
    check(kept(tmp_path), "BTCUSDT", hours(-49, 0))
    market.fault = lambda path, query: None
    fetched(market, tmp_path, "BTC/USDT", history=2500)
    check(kept(tmp_path), "BTCUSDT", hours(-2499, 0))


def test_a_symbol_that_vanished_is_told_and_the_others_are_fetched(market, tmp_path):
    market.gone = {"ETHUSDT"}
    one, gone = fetched(market, tmp_path, "BTC/USDT", "ETH/USDT")
    assert one.problem is None and len(kept(tmp_path)) > 90
    assert "binance has no market ETH/USDT (any more)" in gone.problem


def test_rows_that_are_no_candles_are_left_out_and_counted(market, tmp_path):
    bad = (NOW // HOUR - 5) * HOUR
    true = market.klines
    market.klines = lambda query: ([row[0], row[1], "1", *row[3:]] if row[0] == bad else row for row in true(query))
    (one,) = fetched(market, tmp_path, "BTC/USDT", history=20)
    assert one.refused == 1
    check(kept(tmp_path), "BTCUSDT", [t for t in hours(-19, 0) if t != bad])


def test_the_files_are_read_as_any_file_of_candles(market, tmp_path):
    fetched(market, tmp_path, "BTC/USDT")
    series = read_ohlcv(Market("binance", "BTC/USDT", "1h").file(tmp_path))
    found = kept(tmp_path)
    assert (series.times.as_unit("ms").asi8 == found.times).all() and series.warnings == ()
    assert np.array_equal(np.array(series.candles.series()).T, found.values)


def open_and_close(market, *arguments, **options):
    async def run():
        exchange = await Exchange.open(*arguments, **options)
        try:
            return exchange.ahead, exchange.clock_note, await exchange.choose(["top:2", "BTC/USDT", "DOGE/USDT"])
        finally:
            await exchange.close()

    return asyncio.run(run())


def test_the_largest_markets_by_volume_and_those_that_are_not_there(market):
    market.halted = {"XRPUSDT"}
    _, _, (chosen, absent) = open_and_close(market, "binance", "1h", market.url)
    assert (chosen, absent) == (["ETH/USDT", "BTC/USDT"], ["DOGE/USDT"])
    assert {path for path, _ in market.requests} <= {
        "/api/v3/exchangeInfo",
        "/api/v3/time",
        "/api/v3/ticker/24hr",
    }


def test_a_clock_that_is_off_is_told_and_the_exchanges_counts():
    with serving() as served:
        served.ahead = 95_000
        ahead, note, _ = open_and_close(served, "binance", "1h", served.url)
    assert abs(ahead - 95_000) < 2000
    assert note == "this machine's clock is 95 s behind binance's, which says what is finished"


def test_mistakes_are_told(market):
    for arguments, said in {
        ("binanse", "1h", market.url): "did you mean 'binance'",
        ("binance", "7h", market.url): "unknown --timeframe of binance '7h'",
        ("binance", "1h", "localhost"): "--exchange-url must be an address",
    }.items():
        with pytest.raises(UserError, match=said):
            open_and_close(market, *arguments)


def test_time_lost_to_tries_that_failed_lets_no_candle_count_as_finished_early():
    with serving() as served:
        failed = []
        served.fault = lambda path, query: (
            "cut" if path.endswith("/time") and len(failed) < 2 and not failed.append(path) else None
        )
        ahead, _, _ = open_and_close(served, "binance", "1h", served.url)
    assert len(failed) == 2
    assert -1000 < ahead <= 0, "the exchange's clock is this machine's"
