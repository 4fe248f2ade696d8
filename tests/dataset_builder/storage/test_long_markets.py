"""Long markets without pictures: the same files whoever draws, and nothing lost or mixed up."""

from __future__ import annotations

import json
import os

import pytest

from cryptoai_common.errors import UserError
from cryptoai_common.long_markets import LIST, read_long_markets
from dataset_builder.charts.long_market import settle_long_market
from dataset_builder.config import MarketsConfig
from dataset_builder.patterns import CLASSES
from dataset_builder.storage import long_markets
from dataset_builder.storage.long_markets import make_markets


@pytest.fixture(autouse=True)
def small_files(monkeypatch):
    monkeypatch.setattr(long_markets, "EACH", 4)


def test_the_files_hold_the_markets_in_order(tmp_path):
    known, table = read_long_markets(make_markets(MarketsConfig(tmp_path / "markets", count=10, seed=3, workers=1)))
    assert known.classes == CLASSES and known.config == {"count": 10, "seed": 3} and len(known.files) == 3
    rows = table.to_pylist()
    assert len(rows) == 10
    for index, row in enumerate(rows):
        market = settle_long_market(3, index)
        for name in ("high", "low", "close"):
            assert row[name] == pytest.approx(getattr(market.candles, name).tolist(), rel=1e-6)
        assert row["line"] == market.line
        for name, places in (("patterns", market.places), ("overlapping", market.overlapping)):
            told = [(each["label"], each["first"], each["last"]) for each in row[name]]
            assert told == [(place.label, *place.match.span) for place in places]
    assert sum(len(row["patterns"]) for row in rows) > 5


def test_two_workers_write_the_same_bytes_as_one(tmp_path):
    one, two = (make_markets(MarketsConfig(tmp_path / str(n), count=6, workers=n)) for n in (1, 2))
    assert {path.name: path.read_bytes() for path in one.iterdir()} == {
        path.name: path.read_bytes() for path in two.iterdir()
    }


def test_a_run_that_was_stopped_goes_on_and_draws_no_market_twice(tmp_path, monkeypatch, capsys):
    config, drawn = MarketsConfig(tmp_path / "markets", count=10, workers=1), []
    settle = settle_long_market

    def stop_at(seed, index):
        if index == limit:
            raise KeyboardInterrupt
        drawn.append(index)
        return settle(seed, index)

    monkeypatch.setattr(long_markets, "settle_long_market", stop_at)
    limit = 6
    with pytest.raises(KeyboardInterrupt):
        make_markets(config)
    assert not config.output.exists()
    limit = None
    make_markets(config)
    assert "going on after 4 of 10 markets" in capsys.readouterr().out
    assert drawn == [0, 1, 2, 3, 4, 5, 4, 5, 6, 7, 8, 9]
    assert os.listdir(tmp_path) == ["markets"]


def test_what_is_left_of_another_seed_is_not_used(tmp_path, monkeypatch):
    draw = long_markets._draw
    monkeypatch.setattr(long_markets, "_draw", lambda *given: draw(*given) or (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        make_markets(MarketsConfig(tmp_path / "markets", count=4, seed=1, workers=1))
    monkeypatch.setattr(long_markets, "_draw", draw)
    _, table = read_long_markets(make_markets(MarketsConfig(tmp_path / "markets", count=4, seed=2, workers=1)))
    assert table["close"][0].as_py() == pytest.approx(settle_long_market(2, 0).candles.close.tolist(), rel=1e-6)


def test_a_finished_output_is_never_changed(tmp_path, capsys):
    config = MarketsConfig(tmp_path / "markets", count=4, workers=1)
    make_markets(config)
    before = (config.output / LIST).stat().st_mtime_ns
    make_markets(config)
    assert "nothing to do" in capsys.readouterr().out
    assert (config.output / LIST).stat().st_mtime_ns == before
    with pytest.raises(UserError, match=r"holds other markets .* choose another --output"):
        make_markets(MarketsConfig(tmp_path / "markets", count=5, workers=1))


def test_outputs_that_are_something_else_are_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(UserError, match="is a file: name a directory"):
        make_markets(MarketsConfig(tmp_path / "file", count=4))
    with pytest.raises(UserError, match="holds other files and no markets"):
        make_markets(MarketsConfig(tmp_path, count=4))


@pytest.mark.parametrize("wrong", [{"count": 0}, {"seed": -1}, {"workers": 0}])
def test_impossible_settings_are_refused(wrong, tmp_path):
    (name,) = wrong
    with pytest.raises(UserError, match=f"--{name} must be at least"):
        make_markets(MarketsConfig(tmp_path / "markets", **wrong))


def test_missing_altered_and_damaged_files_are_named(tmp_path):
    directory = make_markets(MarketsConfig(tmp_path / "markets", count=5, workers=1))
    fingerprint = read_long_markets(directory)[0].fingerprint
    first = directory / "markets-00000.parquet"
    content = first.read_bytes()
    first.write_bytes(content[:-1] + b"x")
    with pytest.raises(UserError, match=r"markets-00000\.parquet was altered"):
        read_long_markets(directory)
    first.unlink()
    with pytest.raises(UserError, match=r"markets-00000\.parquet is missing"):
        read_long_markets(directory)
    first.write_bytes(content)
    assert read_long_markets(directory)[0].fingerprint == fingerprint
    listing = directory / LIST
    text = json.loads(listing.read_text())
    for damaged, said in (
        ("{", "is damaged"),
        ("[]", "is damaged"),
        (json.dumps(text | {"format_version": 9}), "is of format 9"),
    ):
        listing.write_text(damaged)
        with pytest.raises(UserError, match=said):
            read_long_markets(directory)
    listing.unlink()
    with pytest.raises(UserError, match=r"has no markets.json.*dataset_builder markets"):
        read_long_markets(directory)
