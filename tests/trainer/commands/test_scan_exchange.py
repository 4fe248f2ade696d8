"""``scan`` of the markets of an exchange, once and with each new candle."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from binance import UNITS, serving
from scanning import scan, stored

from cryptoai_common.files import locked
from trainer.__main__ import main

ROOT = Path(__file__).parents[3]


def exchange_words(market, tmp_path: Path, eager: Path, *more: str) -> list[str]:
    words = ["scan", "--exchange", "binance", "--exchange-url", market.url, "--markets", tmp_path / "markets"]
    words += ["--model", eager, "--output", tmp_path / "out", "--window", "20", "30", "--workers", "1"]
    return [*map(str, words), *more]


def test_markets_of_an_exchange(eager, tmp_path, capsys):
    pytest.importorskip("ccxt")
    with serving() as market:
        words = exchange_words(
            market, tmp_path, eager, "--symbols", "top:2", "DOGE/USDT", "--history", "200", "--latest"
        )
        assert main(words) == 0
        said = capsys.readouterr()
        assert "a candle that is still forming is not used" in said.out
        assert "binance has no active market DOGE/USDT" in said.err
        about = stored(tmp_path / "out")
        newest = int(time.time() * 1000) // UNITS["h"] * UNITS["h"] - UNITS["h"]
        ends = {np.datetime64(hit["end"][:-1]).astype("M8[ms]").astype(int).item() for hit in about["hits"]}
        assert ends <= {newest, newest - UNITS["h"]} and len(ends) == 1
        assert [each["market"] for each in about["markets"]] == ["ETH/USDT", "XRP/USDT"]
        assert (about["exchange"], about["timeframe"]) == ("binance", "1h")
        asked = market.asked("klines")
        scanned = sorted(path.name for path in (tmp_path / "markets" / "binance").iterdir())
        assert scanned == ["ETH-USDT_1h.parquet", "XRP-USDT_1h.parquet"]
    assert asked == 2
    scan(tmp_path / "markets", "--output", tmp_path / "again", model=eager)  # the files, without the exchange
    assert [each["market"] for each in stored(tmp_path / "again")["markets"]] == ["ETH/USDT", "XRP/USDT"]


@contextmanager
def following(command: list[str]) -> Iterator[subprocess.Popen]:
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        # A shell starts what runs in its background with the signal ignored, and this process would inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def lines_of(directory: Path) -> list[dict]:
    return [json.loads(line) for line in lines_of_whole(directory)]


def wait_for(condition, process, seconds=90) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, "it has ended"
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.1)


def test_following_goes_on_after_a_kill_and_a_lost_network_and_repeats_nothing(eager, tmp_path):
    """Candles of a second; a kill in the middle, then connections that break."""
    pytest.importorskip("ccxt")
    with serving() as market:
        words = ["--symbols", "BTC/USDT", "ETH/USDT", "--timeframe", "1s", "--history", "60", "--follow"]
        command = [sys.executable, "-u", "-m", "trainer", *exchange_words(market, tmp_path, eager, *words)]

        with following(command) as process:
            wait_for(lambda: len(lines_of_whole(tmp_path)) >= 3, process)
            process.kill()
        before = lines_of(tmp_path)
        with (tmp_path / "out" / "follow.jsonl").open("a") as file:
            file.write('{"market": "BTC/US')  # what a kill leaves of a line
        with following(command) as process:
            wait_for(lambda: len(lines_of_whole(tmp_path)) > len(before), process)
            count, asked = len(lines_of_whole(tmp_path)), len(market.requests)
            market.fault = lambda path, query: "cut" if len(market.requests) < asked + 4 else None
            wait_for(lambda: len(lines_of_whole(tmp_path)) > count + 1, process)
            process.send_signal(signal.SIGINT)
            told = process.communicate(timeout=60)[0].decode()
        assert process.returncode == 0 and "stopped: the same command goes on" in told
    after = lines_of(tmp_path)
    assert after[: len(before)] == before
    seen = [(line["market"], line["pattern"], line["end"]) for line in after]
    assert len(set(seen)) == len(seen)
    for number, line in enumerate(after):  # a pattern is told again only when its window is another one
        same = [e for e in after[:number] if (e["market"], e["pattern"]) == (line["market"], line["pattern"])]
        for earlier in same[-1:]:
            assert overlap(earlier, line) < 0.5 * min(earlier["window"], line["window"])
    assert {line["exchange"] for line in after} == {"binance"} and {line["timeframe"] for line in after} == {"1s"}


def test_two_do_not_follow_into_one_directory(eager, tmp_path, capsys):
    pytest.importorskip("ccxt")
    (tmp_path / "out").mkdir()
    with serving() as market, locked(tmp_path / "out", "never"):
        assert main(exchange_words(market, tmp_path, eager, "--symbols", "BTC/USDT", "--follow")) == 2
    assert f"another scan --follow works in {tmp_path / 'out'}: choose another --output" in capsys.readouterr().err
    assert not (tmp_path / "out" / "follow.json").exists()


def lines_of_whole(directory: Path) -> list[str]:
    file = directory / "out" / "follow.jsonl"
    text = file.read_text() if file.exists() else ""
    return text[: text.rfind("\n") + 1].splitlines()


def overlap(one: dict, other: dict) -> float:
    """Candles of a second that two windows share."""
    start, end = max(one["start"], other["start"]), min(one["end"], other["end"])
    return float((np.datetime64(end[:-1]) - np.datetime64(start[:-1])) / np.timedelta64(1, "s")) + 1
