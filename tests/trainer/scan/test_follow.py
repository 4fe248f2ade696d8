"""A pattern is told once, also by the next process."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

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


# What four candles bring: hits, and until when the markets have then been looked at. Of one pattern two windows that
# are no repetition of each other come at once.
CANDLES = (
    ([a_hit(0, 19), a_hit(11, 30), a_hit(12, 31, "ETH/USDT")], 31),
    ([], 32),
    ([a_hit(14, 33), a_hit(14, 33, pattern="flag"), a_hit(22, 41, probability=0.7)], 41),
    ([a_hit(24, 43), a_hit(24, 43, "ETH/USDT")], 43),
)


def follow(directory: Path) -> list[Hit]:
    """Look at the candles that have not been looked at, as ``scan --follow`` does; returns what the terminal shows."""
    watch = told(directory)
    shown = list(watch.late)
    for hits, minute in CANDLES:
        if (watch.seen("BTC/USDT") or 0) < minute:
            shown += watch.add(hits, {"BTC/USDT": minute, "ETH/USDT": minute})
    return shown


def killed_at(moment: int, directory: Path) -> bool:
    """Follow in another process that ends, as by a kill, before its ``moment``-th line; whether it came so far."""
    child = os.fork()
    if not child:
        left = moment

        def trace(frame, event, _):
            nonlocal left
            if Path(frame.f_code.co_filename).name not in ("follow.py", "files.py"):
                return None
            left -= event == "line"
            if left < 0:
                os._exit(9)  # no block is left in order, and no buffer is written
            return trace

        sys.settrace(trace)
        try:
            follow(directory)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def state(directory: Path) -> tuple[str, str]:
    return tuple((directory / name).read_text() for name in ("follow.jsonl", "follow.json"))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_kill_at_any_moment_loses_and_repeats_nothing(tmp_path):
    """In a process of its own, because one that has loaded torch takes ten times as long to fork."""
    path = os.pathsep.join(filter(None, sys.path))
    done = subprocess.run(
        [sys.executable, __file__, tmp_path], env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 100, "too few moments"


def kill_at_every_moment(place: Path) -> int:
    """Kill the process, and the one that goes on; returns how many moments there are."""
    os.fsync = lambda _: None  # a kill is no loss of power
    (place / "whole").mkdir()
    assert len(follow(place / "whole")) == 6
    kills = 0
    while True:
        directory = place / "killed"
        directory.mkdir()
        if not killed_at(kills, directory):
            return kills
        killed_at(7 * kills % 97, directory)
        follow(directory)
        assert state(directory) == state(place / "whole"), f"killed before line {kills}"
        shutil.rmtree(directory)
        kills += 1


@pytest.mark.parametrize("cut", [0.0, 0.01, 0.5, 0.99, 1.0])
@pytest.mark.parametrize("call", [1, 2, 3])
def test_lines_that_were_written_in_part_are_completed_and_shown(tmp_path, monkeypatch, call, cut):
    class Killed(BaseException):
        pass

    def write_in_part(watch, text, at):
        nonlocal calls
        calls += 1
        if calls < call:
            return whole(watch, text, at)
        with (tmp_path / "follow.jsonl").open("a") as file:
            file.write(text[: round(cut * len(text))])
        raise Killed

    calls, whole = 0, Told._write_lines
    (tmp_path / "whole").mkdir()
    shown = follow(tmp_path / "whole")
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(Told, "_write_lines", write_in_part)
        follow(tmp_path)
    after = follow(tmp_path)
    assert state(tmp_path) == state(tmp_path / "whole")
    assert after == shown[{1: 0, 2: 3, 3: 5}[call] :], "what the killed process did not come to show"
    assert follow(tmp_path) == []


def test_a_state_of_version_0_15_is_read(tmp_path):
    (tmp_path / "follow.json").write_text('{"binance 1m BTC/USDT": 7}')
    assert told(tmp_path).seen("BTC/USDT") == 7


def test_lines_that_were_moved_away_do_not_come_back(tmp_path):
    told(tmp_path).add([a_hit(0, 19)], {"BTC/USDT": 19})
    (tmp_path / "follow.jsonl").unlink()
    again = told(tmp_path)
    assert again.late == [] and again.seen("BTC/USDT") == 19 and not (tmp_path / "follow.jsonl").exists()


if __name__ == "__main__":
    print(kill_at_every_moment(Path(sys.argv[1])))
