"""A pattern is told once, also by the next process."""

import json

from trainer.scan.follow import Told
from trainer.scan.hits import Hit


def a_hit(first: int, last: int, market="BTC/USDT", pattern="double_top", probability=0.9) -> Hit:
    """A window of minutes of an hour."""
    start, end = (f"2024-01-01T00:{minute:02d}:00Z" for minute in (first, last))
    return Hit(market, pattern, start, end, probability, last - first + 1, 1, 0)


def told(directory, timeframe="1m") -> Told:
    return Told(directory, "binance", timeframe)


def test_a_pattern_is_told_again_only_when_half_of_its_window_is_new(tmp_path):
    watch = told(tmp_path)
    assert watch.add([a_hit(0, 19)], {}) == [a_hit(0, 19)]
    assert watch.add([a_hit(5, 24)], {}) == []
    assert watch.add([a_hit(10, 29)], {}) == []  # ten of twenty candles
    assert watch.add([a_hit(11, 30)], {}) == [a_hit(11, 30)]
    assert watch.add([a_hit(5, 24, pattern="flag"), a_hit(5, 24, "ETH/USDT")], {}) != []


def test_a_restart_repeats_nothing_and_a_half_line_is_cut_off(tmp_path):
    told(tmp_path).add([a_hit(0, 19), a_hit(0, 19, "ETH/USDT")], {"BTC/USDT": 7})
    lines = (tmp_path / "follow.jsonl").read_text()
    with (tmp_path / "follow.jsonl").open("a") as file:
        file.write('{"market": "XRP')
    again = told(tmp_path)
    assert (again.seen("BTC/USDT"), again.seen("ETH/USDT")) == (7, None)
    assert again.add([a_hit(2, 21), a_hit(3, 22, "ETH/USDT")], {}) == []
    assert (tmp_path / "follow.jsonl").read_text() == lines
    assert [json.loads(line)["exchange"] for line in lines.splitlines()] == ["binance", "binance"]


def test_another_interval_is_another_matter(tmp_path):
    told(tmp_path).add([a_hit(0, 19)], {"BTC/USDT": 7})
    other = told(tmp_path, "5m")
    assert other.seen("BTC/USDT") is None and other.add([a_hit(0, 19)], {}) == [a_hit(0, 19)]


def test_of_several_at_once_the_earliest_is_told_first(tmp_path):
    new = told(tmp_path).add([a_hit(30, 49), a_hit(9, 28, probability=0.99), a_hit(0, 19)], {})
    assert new == [a_hit(0, 19), a_hit(30, 49)]  # the second shares eleven of twenty candles with the first
