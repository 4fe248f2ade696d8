"""From files of candles, and from an exchange on localhost, to the table and the page."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scanning import BARS, START, rows_of, scan, stored, write

from dataset_builder import render_candles
from trainer.models.pattern_model import PatternModel
from trainer.scan.sources import find_jobs, results_name

ROOT = Path(__file__).parents[3]
OUTPUTS = ["hits.csv", "hits.json", "report.html"]


def test_hits_of_many_files_are_what_the_model_says_of_the_charts(eager, tmp_path, capsys):
    for seed in (1, 2):
        write(tmp_path / "prices" / f"m{seed}.csv", seed)
    scan(tmp_path / "prices", "--output", tmp_path / "out", model=eager)
    told = capsys.readouterr().out
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == OUTPUTS
    about, model = stored(tmp_path / "out"), PatternModel(eager)
    assert about["windows"] == sum(hit["windows"] for hit in about["hits"]) == 2 * (6 + 5)
    assert {hit["market"] for hit in about["hits"]} == {"m1", "m2"}
    chances = [hit["probability"] for hit in about["hits"]]
    assert chances == sorted(chances, reverse=True)
    for hit in about["hits"]:
        rows = rows_of(int(hit["market"][1]))
        end = int((np.datetime64(hit["end"][:-1]) - np.datetime64(START, "s")) / np.timedelta64(1, "h"))
        picture = np.asarray(render_candles(rows[end + 1 - hit["window"] : end + 1, 1:]))
        answer = dict(zip(model.classes, model(picture[np.newaxis])[0][0].tolist(), strict=True))
        assert answer[hit["pattern"]] == max(answer.values()) == pytest.approx(hit["probability"], abs=1e-6)
        assert f"{hit['market']:14} {hit['pattern']:22} {hit['start']} to {hit['end']}" in told
    assert "no financial advice" in told.lower().replace("this is ", "")


def test_the_table_is_the_same_from_one_process_from_two_and_from_a_cluster(eager, tmp_path):
    for seed in range(4):
        write(tmp_path / "prices" / f"m{seed}.csv", seed)
    texts = []
    for name, more in {"one": (), "two": ("--workers", "2"), "ray": ("--engine", "ray", "--workers", "2")}.items():
        command = [sys.executable, "-m", "trainer", "scan", tmp_path / "prices", "--model", eager]
        options = ["--window", "20", "40", "--stride", "40", "--output", tmp_path / name]
        default = () if "--workers" in more else ("--workers", "1")
        done = subprocess.run(
            [*command, *options, *default, *more], capture_output=True, text=True, env=environment(), cwd=tmp_path
        )
        assert done.returncode == 0, done.stderr
        texts.append((tmp_path / name / "hits.csv").read_text())
    assert len(texts[0].splitlines()) > 4 and texts[1:] == texts[:1] * 2


def test_the_latest_windows_end_at_the_newest_finished_candle(eager, tmp_path, capsys):
    file = write(tmp_path / "btc.csv", 3)
    newest = START + (BARS - 1) * 3600
    os.utime(file, (newest + 600, newest + 600))  # written ten minutes after the last candle opened
    scan(file, "--latest", "--output", tmp_path, model=eager)
    assert "the newest candle of 1 was not finished, and is not used" in capsys.readouterr().out
    about = stored(tmp_path)
    assert about["unfinished"] == 1 and about["windows"] == 2
    assert {hit["end"] for hit in about["hits"]} == {"2024-01-05T22:00:00Z"}
    os.utime(file, (newest + 3600, newest + 3600))
    scan(file, "--latest", "--output", tmp_path, model=eager)
    assert {hit["end"] for hit in stored(tmp_path)["hits"]} == {"2024-01-05T23:00:00Z"}
    assert "not finished" not in capsys.readouterr().out


def test_a_file_that_is_none_is_told_and_the_others_are_scanned(eager, tmp_path, capsys):
    write(tmp_path / "good.csv", 1)
    write(tmp_path / "short.csv", 1, bars=12)
    (tmp_path / "bad.csv").write_text("no candles")
    scan(tmp_path, "--output", tmp_path / "out", model=eager)
    said = capsys.readouterr()
    assert "not scanned" in said.err and "bad.csv" in said.err
    assert "short.csv has 12 finished candles of short, too few for --window 20" in said.err
    assert [each["market"] for each in stored(tmp_path / "out")["problems"]] == ["bad", "short"]


def test_no_window_is_looked_at_across_a_hole(eager, tmp_path, capsys):
    file = write(tmp_path / "btc.csv", 3, drop=slice(50, 60))
    scan(file, "--output", tmp_path, model=eager)
    (gap,) = stored(tmp_path)["skipped"]
    assert (gap["missing"], gap["after"], gap["before"]) == (10, "2024-01-03T01:00:00Z", "2024-01-03T12:00:00Z")
    assert gap["windows"] > 0 and f"{gap['windows']} more windows were not looked at" in capsys.readouterr().out
    for hit in stored(tmp_path)["hits"]:
        assert not hit["start"] <= gap["after"] < hit["end"]


def test_several_series_in_a_file_are_several_markets(eager, tmp_path):
    lines = ["symbol,time,open,high,low,close"]
    for symbol in ("AAA", "BBB"):
        lines += [f"{symbol},{int(r[0])},{r[1]},{r[2]},{r[3]},{r[4]}" for r in rows_of(len(lines)).tolist()]
    (tmp_path / "two.csv").write_text("\n".join(lines))
    scan(tmp_path / "two.csv", "--output", tmp_path, model=eager)
    assert [each["market"] for each in stored(tmp_path)["markets"]] == ["AAA", "BBB"]
    scan(tmp_path / "two.csv", "--symbols", "bbb", "--output", tmp_path, model=eager)
    assert [each["market"] for each in stored(tmp_path)["markets"]] == ["BBB"]


def test_a_backtest_is_in_the_table_the_page_and_on_the_terminal(eager, tmp_path, capsys):
    scan(write(tmp_path / "btc.csv", 3, bars=400), "--backtest", "--output", tmp_path, model=eager)
    assert "what followed" in capsys.readouterr().out
    assert (tmp_path / "backtest.csv").read_text().startswith("pattern,expected,hits,followed,from,to,random")
    assert "<h2>What followed</h2>" in (tmp_path / "report.html").read_text()


def test_words_that_name_files(tmp_path):
    for name in (
        "a.csv",
        "b.json",
        "in/c.parquet",
        "in/a.csv",
        ".hidden.csv",
        "notes.md",
        "in/__MACOSX/d.csv",
        "e.csv.gz",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()

    def names(*words):
        return [job.path.relative_to(tmp_path).as_posix() for job in find_jobs([tmp_path / word for word in words])]

    assert names("") == ["a.csv", "b.json", "e.csv.gz", "in/a.csv", "in/c.parquet"]
    assert names("*.csv", "a.csv") == ["a.csv"]
    assert names("notes.md", "in") == ["notes.md", "in/a.csv", "in/c.parquet"]
    jobs = find_jobs([tmp_path])
    assert [job.name for job in jobs] == [str(tmp_path / "a.csv"), "b", "e", str(tmp_path / "in/a.csv"), "c"]


def test_each_kind_of_scan_has_a_directory_of_its_own(eager, tmp_path, monkeypatch):
    """What --latest finds does not replace what a whole scan found, nor a backtest either of them."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "prices" / "btc.csv", 3, bars=200)
    write(tmp_path / "prices" / "eth.v1.csv", 4, bars=200)
    kinds = {"prices": (), "prices-latest": ("--latest",), "prices-backtest": ("--backtest",)}
    windows = {}
    for name, words in kinds.items():
        scan("prices", *words, model=eager)
        windows[name] = stored(Path("scans", name))["windows"]
    assert windows["prices"] == windows["prices-backtest"] > windows["prices-latest"] == 4
    assert {name: stored(Path("scans", name))["windows"] for name in kinds} == windows
    assert {path.name for path in Path("scans").iterdir()} == set(kinds)
    assert not Path("scans/prices/backtest.csv").exists()


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["btc.csv"], "btc"),
        (["in/btc.v1.csv.gz"], "btc.v1"),
        (["in/folder.v1/"], "folder.v1"),
        (["."], "here"),
        (["/"], "files"),
        (["*.csv"], "files"),
        (["[x].csv"], "[x]"),  # a file of this name is there
        (["btc.csv", "eth.csv"], "files"),
    ],
)
def test_results_are_called_by_the_one_file_or_folder_that_is_named(tmp_path, monkeypatch, words, name):
    (tmp_path / "here" / "in" / "folder.v1").mkdir(parents=True)
    (tmp_path / "here" / "[x].csv").touch()
    monkeypatch.chdir(tmp_path / "here")
    assert results_name([Path(word) for word in words]) == name


def test_mistakes(fails, tmp_path, eager):
    file = write(tmp_path / "btc.csv", 3)
    assert "name files or folders of candles, or an exchange" in fails("scan")
    assert "one of them" in fails("scan", file, "--exchange", "binance", "--symbols", "BTC/USDT")
    assert "--exchange needs --symbols" in fails("scan", "--exchange", "binance")
    assert "--follow is for markets of an --exchange" in fails("scan", file, "--follow")
    assert "--window must be between 20 and 120 candles" in fails("scan", file, "--window", "19")
    assert "leave out --latest" in fails("scan", file, "--backtest", "--latest")
    assert "no such file" in fails("scan", file, "--model", tmp_path / "none.onnx")
    assert "does not exist" in fails("scan", tmp_path / "none.csv", "--output", tmp_path, "--model", eager)
    assert "no file is called" in fails("scan", tmp_path / "*.xyz", "--output", tmp_path, "--model", eager)
    assert "cannot be written" in fails("scan", file, "--output", "/proc/hits", "--model", eager)


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT)}
