"""``train-finder`` and ``export-finder``: from screenshots to weights, and from weights to deployable files."""

import copy
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from PIL import Image

from cryptoai_common.long_markets import LIST, read_list
from dataset_builder.charts.long_market import settle_long_market
from dataset_builder.config import MarketsConfig
from dataset_builder.patterns import CLASSES
from dataset_builder.storage.long_markets import make_markets
from trainer.__main__ import main
from trainer.commands import export_finder
from trainer.export.finder import InPrices
from trainer.finder.charts import MarketCharts
from trainer.finder.finder import Finder, squeeze, strongest
from trainer.finder.span_net import last_of
from trainer.finder.weights import FILES, load_reader, load_spans
from trainer.models.finder import PatternFinder, PriceReader
from trainer.models.pattern_model import FINDER, FINDER_QUANTIZED, PRICE_FINDER, READER
from trainer.models.price_finder import PriceFinder
from trainer.shipped import SHIPPED, find_shipped

FEW = ["--per-device-train-batch-size", "2", "--bf16", "false", "--dataloader-num-workers", "0"]
FEW += ["--dataloader-persistent-workers", "false", "--save-strategy", "no"]
BASE = find_shipped(SHIPPED)


def train(part: str, dataset: Path, output: Path, *more: str, steps: int = 2) -> int:
    words = ["--recipe", f"finder-{part}", "--dataset", str(dataset), "--output", str(output), *FEW, *more]
    return main(["train-finder", *words, "--max-steps", str(steps)])


@pytest.mark.parametrize("part", ["reader", "spans"])
def test_training_changes_the_weights_that_it_goes_on_from(part, screenshots, tmp_path):
    assert train(part, screenshots, tmp_path / "one") == 0
    assert train(part, screenshots, tmp_path / "two", "--base", str(tmp_path / "one")) == 0
    load = load_reader if part == "reader" else lambda directory: load_spans(directory)[0]
    one, two = (dict(load(tmp_path / name).named_parameters()) for name in ("one", "two"))
    assert all(value.isfinite().all() for value in two.values())
    assert any(not torch.equal(one[name], two[name]) for name in one)
    assert all((two[name] - value).abs().max() < 0.1 for name, value in one.items())
    assert not (tmp_path / "two.partial").exists()


def test_the_spans_know_their_classes(screenshots, tmp_path):
    assert train("spans", screenshots, tmp_path / "spans") == 0
    manifest = json.loads((screenshots / "manifest.json").read_text())
    assert list(load_spans(tmp_path / "spans")[1]) == manifest["classes"]


@pytest.fixture(scope="module")
def markets(tmp_path_factory) -> Path:
    return make_markets(MarketsConfig(tmp_path_factory.mktemp("long") / "markets", count=6, workers=1))


def test_spans_are_learnt_from_markets_without_pictures_too(screenshots, markets, tmp_path, monkeypatch):
    seen = []
    chart = MarketCharts.chart
    monkeypatch.setattr(MarketCharts, "chart", lambda self, *which: seen.append(which[0]) or chart(self, *which))
    assert train("spans", screenshots, tmp_path / "spans", "--markets", str(markets), steps=20) == 0
    assert seen and set(seen) <= set(range(6))
    assert load_spans(tmp_path / "spans")[1] == CLASSES
    resolved = yaml.safe_load((tmp_path / "spans" / "config_resolved.yaml").read_text())
    assert resolved["markets"]["fingerprint"] == read_list(markets).fingerprint


def test_markets_that_cannot_be_learnt_from_are_refused(screenshots, markets, tmp_path, capsys):
    assert train("reader", screenshots, tmp_path / "reader", "--markets", str(markets)) == 2
    assert "--markets has no pictures" in capsys.readouterr().err
    assert train("spans", screenshots, tmp_path / "spans", "--markets", str(screenshots)) == 2
    assert "has no markets.json" in capsys.readouterr().err
    other = tmp_path / "other"
    shutil.copytree(markets, other)
    listing = json.loads((other / LIST).read_text())
    (other / LIST).write_text(json.dumps(listing | {"classes": listing["classes"][::-1]}))
    assert train("spans", screenshots, tmp_path / "spans", "--markets", str(other)) == 2
    assert "has other classes than" in capsys.readouterr().err


def test_a_dataset_without_screenshots_is_refused(charts, tmp_path, capsys):
    assert train("reader", charts, tmp_path / "reader") == 2
    assert "--screenshots" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def exported(screenshots, finished_run, tmp_path_factory) -> Path:
    run = tmp_path_factory.mktemp("models") / "run"
    shutil.copytree(finished_run, run)
    words = ["--reader", str(BASE), "--spans", str(BASE), "--dataset", str(screenshots)]
    assert main(["export-finder", str(run), *words]) == 0
    return run


@pytest.fixture(scope="module")
def screen(screenshots) -> np.ndarray:
    return np.asarray(Image.open(screenshots / "screenshots" / "screen" / "screen-000004.png").convert("RGB"))


def test_the_files_answer_as_the_networks_do(exported, screen):
    finder = Finder(load_reader(BASE), load_spans(BASE)[0])
    with torch.inference_mode():
        boxes, labels, _ = strongest(finder.look(finder.read(squeeze(torch.from_numpy(screen.copy())))))
    sides = np.array([960, 600, 960, 600])
    for name in (FINDER, FINDER_QUANTIZED):
        deployed = PatternFinder(exported / name)
        found = deployed.find(screen, 0.0)
        assert 5 < len(found) <= 20
        assert np.abs(np.array(found[0].box) - boxes[0].numpy() * sides).max() < 0.02 * 960
        assert found[0].label == deployed.classes[int(labels[0])]
        chances = [each.probability for each in found]
        assert chances == sorted(chances, reverse=True)


def test_the_threshold_of_the_file_is_its_default(exported, screen):
    deployed = PatternFinder(exported / FINDER_QUANTIZED)
    everything, shown = deployed.find(screen, 0.0), deployed.find(screen)
    assert shown == [each for each in everything if each.probability > deployed.threshold]
    assert deployed.find(screen, 1.0) == []


def test_the_reader_gives_pixels_of_the_picture(exported, screen):
    small = PriceReader(exported / READER).read(screen)
    large = PriceReader(exported / READER).read(np.asarray(Image.fromarray(screen).resize((1920, 1200))))
    assert (small.high <= small.low).all()
    assert (np.diff(small.x) > 0).all()
    assert np.median(large.high) == pytest.approx(2 * np.median(small.high), rel=0.02)
    assert large.x[-1] == pytest.approx(2 * small.x[-1], rel=0.02)


def test_the_finder_in_candles_answers_as_its_network_does(exported):
    market = settle_long_market(5, 2).candles
    deployed, net = PriceFinder(exported / PRICE_FINDER), last_of(load_spans(BASE)[0])
    assert deployed.classes == load_spans(BASE)[1]
    prices = np.full((512, 2), np.nan)
    seen = np.arange(len(market)) + 40
    prices[seen, 0], prices[seen, 1] = -market.high, -market.low
    found = deployed.look(prices)
    with torch.inference_mode():
        bounds, scores = InPrices(net)(torch.from_numpy(prices).float()[None])
    assert found.scores == pytest.approx(scores.numpy(), abs=0.1)
    sure = scores.numpy().max(axis=1) > 0.2
    assert sure.any() and found.bounds[sure] == pytest.approx(bounds.numpy()[sure], abs=8)
    assert found.scores[sure].argmax(axis=1).tolist() == scores.numpy()[sure].argmax(axis=1).tolist()


def test_a_finder_in_candles_that_differs_is_not_written(screenshots, own_run, monkeypatch, capsys):
    def of_other_weights(net):
        other = copy.deepcopy(net)
        torch.nn.init.normal_(other.stem.weight)
        return price_finder_graph(other)

    price_finder_graph = export_finder.price_finder_graph
    monkeypatch.setattr(export_finder, "price_finder_graph", of_other_weights)
    before = {path.name: path.read_bytes() for path in own_run.glob("*.onnx")}
    words = ["--reader", str(BASE), "--spans", str(BASE), "--dataset", str(screenshots)]
    assert main(["export-finder", str(own_run), *words]) == 1
    assert f"{PRICE_FINDER} was not written" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in own_run.glob("*.onnx")} == before


def test_a_blank_picture_shows_nothing(exported):
    blank = np.full((300, 500, 3), 255, np.uint8)
    assert PatternFinder(exported / FINDER_QUANTIZED).find(blank) == []
    assert len(PriceReader(exported / READER).read(blank).x) == 0


def test_the_weights_come_along_for_the_next_training(exported):
    for name in FILES.values():
        assert (exported / name).is_file()
    before, after = load_reader(BASE), load_reader(exported)
    pixels = torch.rand(1, 3, 320, 512) * 255
    with torch.inference_mode():
        assert torch.allclose(before(pixels)[1], after(pixels)[1], atol=0.2)


def test_a_graph_that_differs_is_not_written(screenshots, own_run, monkeypatch, capsys):
    def of_other_weights(finder, *numbers):
        other = copy.deepcopy(finder)
        for name, value in other.spans.named_parameters():
            if name.endswith("stem.weight"):
                torch.nn.init.normal_(value)
        return finder_graph(other, *numbers)

    finder_graph = export_finder.finder_graph
    monkeypatch.setattr(export_finder, "finder_graph", of_other_weights)
    before = {path.name: path.read_bytes() for path in own_run.glob("*.onnx")}
    words = ["--reader", str(BASE), "--spans", str(BASE), "--dataset", str(screenshots)]
    assert main(["export-finder", str(own_run), *words]) == 1
    assert "was not written" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in own_run.glob("*.onnx")} == before


def test_a_run_gets_the_shipped_finder(finished_run):
    for name in (FINDER_QUANTIZED, READER, PRICE_FINDER):
        assert (finished_run / name).read_bytes() == (BASE / name).read_bytes()
