"""Building with candles of one's own: no two splits see the same time, and no window crosses a hole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from datasets import load_dataset

from cryptoai_common.dataset import read_manifest, read_rows
from cryptoai_common.errors import UserError
from cryptoai_common.files import file_hash
from dataset_builder.__main__ import main
from dataset_builder.config import BuildConfig, MergeConfig, VerifyConfig
from dataset_builder.limits import FEWEST_BARS
from dataset_builder.storage import build as build_module
from dataset_builder.storage.build import build
from dataset_builder.storage.markets import PARTS, keep_markets, read_markets
from dataset_builder.storage.merge import merge
from dataset_builder.storage.verify import verify

BARS = 6000
START = datetime(2024, 1, 1, tzinfo=UTC)
SMALL = {"size": 100, "negatives": 12, "image_size": 64, "screens": 0.0, "workers": 1}


def write_candles(path: Path, bars: int = BARS, hole: int | None = None) -> Path:
    """Hourly candles whose volume is the number of the bar, from 1; 48 hours are missing before the bar ``hole``."""
    rng = np.random.default_rng(0)
    swing = 8 * np.sin(np.arange(bars) / 6) + np.cumsum(rng.normal(0, 0.6, bars))
    close = np.round(400 + swing - swing.min(), 4)
    opening = np.concatenate((close[:1], close[:-1]))
    high, low = np.maximum(opening, close) + 0.5, np.minimum(opening, close) - 0.5
    lines = ["time,open,high,low,close,volume"]
    for bar in range(bars):
        time = START + timedelta(hours=bar + (48 if hole is not None and bar >= hole else 0))
        lines.append(f"{time:%Y-%m-%d %H:%M},{opening[bar]},{high[bar]},{low[bar]},{close[bar]},{bar + 1}")
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="module")
def candles(tmp_path_factory) -> Path:
    return write_candles(tmp_path_factory.mktemp("candles") / "btc.csv")


@pytest.fixture(scope="module")
def built(candles, tmp_path_factory) -> Path:
    return build(BuildConfig(tmp_path_factory.mktemp("built") / "charts", found=0.8, ohlcv=(candles,), **SMALL))


def real_rows(directory: Path) -> dict[str, list[dict]]:
    """The rows of each split whose candles are from the file."""
    manifest = read_manifest(directory)
    return {
        split: [row for row in read_rows(directory, manifest, split) if row["source"] == "btc.csv"]
        for split in manifest["splits"]
    }


def test_windows_of_the_splits_come_from_disjoint_times(built):
    """The volume of a candle is its number in the file."""
    bars = {}
    for split, rows in real_rows(built).items():
        assert rows, split
        numbers = [row["ohlcv"]["volume"] for row in rows]
        assert all(np.diff(volume).tolist() == [1.0] * (len(volume) - 1) for volume in numbers)
        bars[split] = {int(number) - 1 for volume in numbers for number in volume}
        start, stop = PARTS[split]
        assert round(start * BARS) <= min(bars[split]) and max(bars[split]) < round(stop * BARS)
    for split in ("train", "validation", "none"):
        for other in set(bars) - {split}:
            assert not bars[split] & bars[other], (split, other)


def test_parts_of_the_time_follow_each_other_and_the_charts_to_measure_with_are_the_latest():
    order = [PARTS[split] for split in ("train", "validation", "none", "test")]
    assert order[0][0] == 0 and order[-1][1] == 1
    assert all(first[1] == second[0] for first, second in pairwise(order))
    assert PARTS["test_unseen_styles"] == PARTS["test"]


def test_the_manifest_names_the_file_and_its_content(built, candles):
    assert read_manifest(built)["config"]["ohlcv"] == [f"btc.csv@sha256:{file_hash(candles)}"]
    verify(VerifyConfig(built))


def test_the_card_says_that_real_candles_are_in_it(built):
    text = (built / "README.md").read_text()
    assert "Candles of `btc.csv` are in it" in text and "license: other" in text and "No market data" not in text


def test_sources_and_stages_are_read_back(built, tmp_path):
    loaded = load_dataset(str(built), cache_dir=str(tmp_path))
    assert {"sketch", "btc.csv"} <= set(loaded["train"]["source"]) <= {"sketch", "btc.csv", "random_market"}
    assert len(loaded["train"]["pane"][0]) == 4


def test_shards_merge_into_the_same_dataset_without_the_file(built, candles, tmp_path):
    parts = tuple(
        build(BuildConfig(tmp_path / "charts", found=0.8, ohlcv=(candles,), shard=f"{part}/2", **SMALL))
        for part in (2, 1)
    )
    merge(MergeConfig(parts, tmp_path / "charts"))
    assert read_manifest(tmp_path / "charts")["fingerprint"] == read_manifest(built)["fingerprint"]
    assert read_manifest(tmp_path / "charts")["config"] == read_manifest(built)["config"]


def test_another_content_of_the_same_name_is_another_dataset(built, tmp_path):
    other = write_candles(tmp_path / "btc.csv", bars=BARS - 1)
    with pytest.raises(UserError, match="another configuration"):
        build(BuildConfig(built, found=0.8, ohlcv=(other,), **SMALL))


def test_no_series_crosses_a_hole(tmp_path, capsys):
    hole = 1500
    keep_markets((write_candles(tmp_path / "btc.csv", hole=hole),), tmp_path / "markets.npz")
    assert "btc.csv read as:" in capsys.readouterr().out
    seen = set()
    for split in PARTS:
        for series in read_markets(tmp_path / "markets.npz", split):
            bars = series.candles.volume.astype(int) - 1
            assert series.source == "btc.csv" and len(bars) >= FEWEST_BARS
            assert (np.diff(bars) == 1).all() and not (bars[0] < hole <= bars[-1])
            seen |= set(bars.tolist())
    assert seen == set(range(BARS))
    assert [len(series.candles) for series in read_markets(tmp_path / "markets.npz", "train")] == [1500, 3000]


def test_a_stretch_between_holes_that_no_chart_fits_in_is_left_out(tmp_path):
    keep_markets((write_candles(tmp_path / "btc.csv", hole=FEWEST_BARS - 1),), tmp_path / "markets.npz")
    (train,) = read_markets(tmp_path / "markets.npz", "train")
    assert train.candles.volume[0] == FEWEST_BARS


def test_files_without_volume_are_drawn_with_an_even_one(tmp_path):
    path = write_candles(tmp_path / "btc.csv")
    path.write_text("\n".join(line.rsplit(",", 1)[0] for line in path.read_text().splitlines()))
    keep_markets((path,), tmp_path / "markets.npz")
    assert set(read_markets(tmp_path / "markets.npz", "test")[0].candles.volume.tolist()) == {1.0}


def test_series_of_several_files_keep_their_order_and_names(tmp_path):
    files = tuple(
        write_candles(tmp_path / name, bars=400 + 10 * place) for place, name in enumerate(("b.csv", "a.csv"))
    )
    keep_markets(files, tmp_path / "markets.npz")
    assert [series.source for series in read_markets(tmp_path / "markets.npz", "none")] == ["b.csv", "a.csv"]
    assert read_markets(tmp_path / "nothing.npz", "train") == ()


def test_the_shortest_file_that_gives_every_split_something(tmp_path):
    path = write_candles(tmp_path / "btc.csv", bars=286)  # 7 % of it, validation's part, is a chart of 20 candles
    keep_markets((path,), tmp_path / "markets.npz")
    assert all(read_markets(tmp_path / "markets.npz", split) for split in PARTS)


def test_candles_that_a_killed_build_left_are_not_looked_at_by_one_without_any(candles, tmp_path, monkeypatch):
    def killed(*arguments):
        raise KeyboardInterrupt

    output = tmp_path / "charts"
    with monkeypatch.context() as patch:
        patch.setattr(build_module, "_draw", killed)
        with pytest.raises(KeyboardInterrupt):
            build(BuildConfig(output, found=0.8, ohlcv=(candles,), **SMALL))
    left = tmp_path / "charts.partial" / "markets.npz"
    assert read_markets(left, "train")
    monkeypatch.setattr(build_module, "_draw", lambda files, *others: seen.append(read_markets(files.markets, "train")))
    seen: list = []
    with pytest.raises(UserError):  # nothing was drawn that could be finished
        build(BuildConfig(output, found=0.8, **SMALL))
    assert seen == [()]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, "btc.csv cannot be read (No such file or directory): name a file of candles"),
        (lambda path: write_candles(path, bars=285), "btc.csv has 285 candles: too few to find patterns in"),
        (lambda path: path.write_text("hello\n"), "btc.csv"),
    ],
)
def test_a_file_that_will_not_do_is_refused_in_one_sentence(make, words, tmp_path, capsys):
    make(tmp_path / "btc.csv")
    arguments = ["build", "--output", str(tmp_path / "charts"), "--size", "100", "--ohlcv", str(tmp_path / "btc.csv")]
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert words in said and said.startswith("error: ") and said.count("\n") == 1
    assert not (tmp_path / "charts").exists()
