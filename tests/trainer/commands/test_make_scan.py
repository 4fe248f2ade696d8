"""``make scan``: the words that the command is given, by a program in its place that prints them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from trainer.config_asking import ScanConfig

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="needs make")


@pytest.fixture
def make(tmp_path):
    """Run ``make scan`` with a virtual environment whose Python prints each of its words on a line."""
    python = tmp_path / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n")
    python.chmod(0o755)
    for name in ("installed", "installed-exchange"):
        (tmp_path / "venv" / name).touch()
    # The variables of a make that runs these tests are none of this one's.
    own = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "SCAN"))}

    def make(*words: str) -> subprocess.CompletedProcess[str]:
        command = ["make", "--no-print-directory", "scan", f"VENV={tmp_path / 'venv'}", *words]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=own)

    return make


def given(done: subprocess.CompletedProcess[str]) -> list[str]:
    assert done.returncode == 0, done.stderr
    words = done.stdout.splitlines()
    assert words[:3] == ["-m", "trainer", "scan"]
    return words[3:]


def after(option: str, words: list[str]) -> list[str]:
    """The values of an option, which must be given once."""
    assert words.count(option) == 1, words
    rest = words[words.index(option) + 1 :]
    return rest[: next((i for i, word in enumerate(rest) if word.startswith("--")), len(rest))]


def test_the_defaults_are_those_of_the_command_and_the_directory_is_left_to_it(make):
    words = given(make("PRICES=a.csv b.csv"))
    assert words[:2] == ["a.csv", "b.csv"] and "--output" not in words and "--exchange" not in words
    assert tuple(map(int, after("--window", words))) == ScanConfig().window
    assert after("--stride", words) == [str(ScanConfig().stride)]


def test_the_directory_is_named_by_a_variable_or_among_the_options(make):
    assert after("--output", given(make("SCAN=my results"))) == ["my results"]
    assert after("--output", given(make("SCAN_ARGS=--latest --output other"))) == ["other"]
    assert "--latest" in given(make("SCAN=x", "SCAN_ARGS=--latest"))


@pytest.mark.parametrize("equals", [" ", "="])
@pytest.mark.parametrize("option", ["--window", "--stride", "--model", "--timeframe", "--symbols"])
def test_what_scan_args_names_is_given_once(make, option, equals):
    words = given(make("EXCHANGE=binance", "SYMBOLS=top:5", f"SCAN_ARGS={option}{equals}20"))
    assert [word.split("=")[0] for word in words].count(option) == 1
    assert words[-1] == (f"{option}=20" if equals == "=" else "20")


def test_an_exchange_needs_the_variable_symbols(make):
    assert after("--symbols", given(make("EXCHANGE=binance", "SYMBOLS=BTC/USDT ETH/USDT"))) == ["BTC/USDT", "ETH/USDT"]
    done = make("EXCHANGE=binance")
    assert done.returncode == 2 and done.stdout == ""
    assert 'say which markets of binance: SYMBOLS="BTC/USDT ETH/USDT", or SYMBOLS=top:200' in done.stderr
