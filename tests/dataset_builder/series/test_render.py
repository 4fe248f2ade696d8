"""Rendered series: every window is a chart of its own candles, and whatever is there can be loaded."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from datasets import load_dataset
from drawings import random_candles
from PIL import Image

from dataset_builder import render_candles
from dataset_builder.__main__ import main

BARS = 70
ROWS = np.array(random_candles(BARS).series()).T
DAY = 86400
GAP = 30  # the bar before which two days are missing


def times() -> list[int]:
    return [1704067200 + DAY * (bar + 2 * (bar >= GAP)) for bar in range(BARS)]


@pytest.fixture
def prices(tmp_path):
    path = tmp_path / "prices.csv"
    lines = (",".join(map(repr, [time, *map(float, row)])) for time, row in zip(times(), ROWS, strict=True))
    path.write_text("\n".join(["Unix,Open,High,Low,Close,Volume", *lines]) + "\n")
    return path


@pytest.fixture
def rendered(prices, tmp_path):
    output = tmp_path / "charts"
    assert main(["render", str(prices), "--output", str(output), "--window", "30", "20", "--stride", "15"]) == 0
    return output


def rows_of(directory) -> list[dict]:
    return [json.loads(line) for line in (directory / "metadata.jsonl").read_text().splitlines()]


def test_each_picture_shows_the_candles_of_its_row(rendered):
    rows = rows_of(rendered)
    assert [(row["first"], row["last"]) for row in rows] == [
        *((5, 24), (20, 39), (10, 39), (35, 54), (25, 54), (50, 69), (40, 69)),
    ]
    for row in rows:
        picture = np.asarray(Image.open(rendered / row["file_name"]))
        np.testing.assert_array_equal(picture, render_candles(ROWS[row["first"] : row["last"] + 1]))
        assert row["window"] == row["last"] - row["first"] + 1
        assert row["missing"] == (2 if row["first"] < GAP <= row["last"] else 0)
    assert rows[-1]["end"] == "2024-03-12T00:00:00Z" and rows[-2]["start"] == "2024-02-22T00:00:00Z"


def test_the_candles_are_kept_and_gaps_are_reported(rendered):
    with open(rendered / "prices.csv", newline="") as file:
        table = list(csv.DictReader(file))
    assert list(table[0]) == ["time", "open", "high", "low", "close", "volume"]
    np.testing.assert_array_equal([[float(x) for x in list(row.values())[1:]] for row in table], ROWS)
    summary = json.loads((rendered / "render.json").read_text())
    assert summary["gaps"] == [{"after": "2024-01-30T00:00:00Z", "before": "2024-02-02T00:00:00Z", "missing": 2}]
    assert summary["source"] == "prices.csv" and summary["window"] == [20, 30] and summary["windows"] == 7


def test_it_loads_as_an_image_folder(rendered):
    rows = load_dataset("imagefolder", data_dir=str(rendered))["train"]
    assert rows.num_rows == 7 and rows[0]["image"].size == (224, 224) and rows[0]["last"] == 24


def test_an_older_rendering_is_replaced_and_other_things_are_left_alone(prices, rendered, tmp_path, capsys):
    arguments = ["render", str(prices), "--output", str(rendered), "--style", "binance_dark", "--volume"]
    assert main(arguments) == 0
    assert {row["window"] for row in rows_of(rendered)} == {60}
    assert len(list(rendered.glob("windows/*"))) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["charts", "prices.csv"]
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "notes.txt").write_text("mine")
    assert main(["render", str(prices), "--output", str(mine)]) == 2
    assert "mine holds something else" in capsys.readouterr().err
    assert (mine / "notes.txt").read_text() == "mine"


def test_what_a_killed_run_left_is_cleared_and_an_unfinished_dataset_of_that_name_is_kept(prices, rendered, tmp_path):
    partial = tmp_path / "charts.partial"
    for left in ("charts/windows", "old", "rows"):
        (partial / left).mkdir(parents=True)
        (partial / left / "left").write_text("")
    assert main(["render", str(prices), "--output", str(rendered), "--stride", "90"]) == 0
    assert len(list(rendered.glob("windows/*"))) == 1
    assert [path.name for path in partial.iterdir()] == ["rows"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--style", "tradingview-dark"], "unknown style 'tradingview-dark'; did you mean 'tradingview_dark'?"),
        (["--window", "30", "90"], "has 70 candles, too few for --window 90"),
        (["--window", "19"], "--window must be between 20 and 120 candles, not 19"),
        (["--window", "121"], "--window must be between 20 and 120 candles, not 121"),
        (["--stride", "0"], "--stride must be at least 1, not 0"),
        (["--image-size", "8"], "--image-size must be between 32 and 1024 pixels, not 8"),
        (["--window", "20", "--window", "30"], "--window is given more than once: give it once, with all its values"),
    ],
)
def test_mistakes(prices, tmp_path, options, words, capsys):
    assert main(["render", str(prices), "--output", str(tmp_path / "charts"), *options]) == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "charts").exists()


def test_settings_from_yaml(prices, tmp_path):
    settings = tmp_path / "render.yaml"
    settings.write_text(f"window: [20, 30]\nstride: 40\noutput: {tmp_path / 'charts'}\n")
    assert main(["render", str(prices), "--recipe", str(settings)]) == 0
    assert [row["window"] for row in rows_of(tmp_path / "charts")] == [20, 30, 20, 30]


def with_hole(path, hours: int):
    """Sixty hourly candles, with a hole of so many after the thirtieth."""
    at = [1735603200 + 3600 * (bar + hours * (bar >= 30)) for bar in range(60)]
    lines = (",".join(map(repr, [time, *map(float, row)])) for time, row in zip(at, ROWS[:60], strict=True))
    path.write_text("\n".join(["Unix,Open,High,Low,Close,Volume", *lines]) + "\n")
    return path


def test_no_window_is_drawn_across_a_hole_and_what_was_left_out_is_said(tmp_path, capsys):
    prices = with_hole(tmp_path / "prices.csv", 960)
    output = tmp_path / "charts"
    options = ["--window", "20", "60", "--stride", "10", "--output", str(output)]
    assert main(["render", str(prices), *options]) == 0
    assert [(row["first"], row["last"]) for row in rows_of(output)] == [(0, 19), (10, 29), (30, 49), (40, 59)]
    hole = {"after": "2025-01-01T05:00:00Z", "before": "2025-02-10T06:00:00Z", "missing": 960, "windows": 2}
    assert json.loads((output / "render.json").read_text())["skipped"] == [hole]
    told = capsys.readouterr()
    assert "prices.csv read as: CSV, 60 hourly candles, 2024-12-31 00:00 to 2025-02-11 11:00, UTC" in told.out
    assert "warning: 2 windows are not drawn, since more than 3 candles in a row are missing in them" in told.err
    assert "2 across 2025-01-01T05:00:00Z to 2025-02-10T06:00:00Z, 960 candles missing" in told.err


def test_a_series_of_which_no_window_can_be_drawn_says_what_to_do(tmp_path, capsys):
    prices = with_hole(tmp_path / "prices.csv", 4)
    assert main(["render", str(prices), "--output", str(tmp_path / "charts")]) == 0
    assert rows_of(tmp_path / "charts") == []
    assert "give shorter windows, or a longer file" in capsys.readouterr().err


def test_the_symbol_is_chosen(prices, tmp_path, capsys):
    lines = prices.read_text().splitlines()
    both = [f"Symbol,{lines[0]}", *(f"{name},{line}" for name in ("BTC", "ETH") for line in lines[1:])]
    prices.write_text("\n".join(both))
    command = ["render", str(prices), "--output", str(tmp_path / "charts")]
    assert main(command) == 2
    assert "holds 2 series, told apart by its column Symbol (BTC, ETH)" in capsys.readouterr().err
    assert main([*command, "--symbol", "ETH"]) == 0
    assert json.loads((tmp_path / "charts" / "render.json").read_text())["source"] == "prices.csv ETH"
