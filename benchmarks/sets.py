"""One model on every set of charts at once: those of other people beside our own, charts without a pattern beside both.

    python -m benchmarks.sets MODEL --dataset data/charts [--crops DIR] [--windows FILE] [--ohlcv FILE …] [--json FILE]

Nothing is chosen on one set: a change of the charts or of the training stays only if the worst of them gains, and every
state that was looked at is written down (docs/experiments.md). MODEL is a run or model directory, whose files answer as
for `predict --cut`; with ``--alone`` its classifier answers without the finder, and of a run without files the
checkpoint. DIR is an ImageFolder of labelled crops; FILE of windows has a line of JSON for each: ``label`` and
``candles``, rows of open, high, low and close; they are drawn by ``render_candles`` in two styles.
"Called a pattern" counts charts whose top probability reaches the one that three quarters of the test charts of the
dataset reach; and in a second column, the one that three quarters of those reach that are drawn along a sketch and cut,
as all test charts were up to version 0.12, so that figures can be compared. No set is trained on.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from PIL import Image
from tqdm import tqdm

from benchmarks.told import in_percent, tell
from cryptoai_common.arrays import Floats
from cryptoai_common.candles import Candles
from cryptoai_common.errors import UserError
from dataset_builder.charts.render import render_candles
from dataset_builder.charts.sample import SKETCH
from dataset_builder.drawing.not_a_chart import KINDS
from dataset_builder.drawing.random_look import draw_look
from dataset_builder.patterns import CLASSES
from dataset_builder.readers.ohlcv import read_ohlcv
from dataset_builder.styles import STYLES
from trainer.data.charts import label_ids, load_split, picture_of
from trainer.models.classifier import CHECKPOINT, Classifier, softmax
from trainer.models.cut import CutModel
from trainer.models.deployed import classifier_file
from trainer.models.pattern_model import CLASSIFIER_QUANTIZED, PatternModel
from trainer.models.session import at_once
from trainer.scoring.metrics import wilson_interval

BATCH = 32
DRAWN_IN = ("tradingview_light", "binance_dark")  # styles of windows and walks
THIRD = 3  # the surest third of a set
KEPT = 0.75  # of the true patterns, at the threshold
SIMPLE = "drawn, cut"  # test charts that are drawn along a sketch and cut to the chart
WALKS, WALK_BARS, WALK_STEPS = 600, (20, 121), 16  # charts of random walks; their candles; gaussian steps in a candle
NO_CHARTS = 40  # pictures of each kind that is no chart
SEED = 11


class Model(Protocol):
    """Names cut charts; ``classes`` names the columns of its probabilities, ``version`` identifies the weights."""

    classes: tuple[str, ...]
    version: str

    def name(self, picture: np.ndarray) -> Floats:
        """RGB uint8 [height, width, 3] → probabilities [classes]."""


class Checkpoint:
    """The classifier of a run that was not exported."""

    def __init__(self, classifier: Classifier) -> None:
        self.classifier, self.classes, self.version = classifier, classifier.classes, CHECKPOINT

    def name(self, picture: np.ndarray) -> Floats:
        """RGB uint8 [height, width, 3] → probabilities [classes]."""
        pixels = self.classifier.preprocess(Image.fromarray(picture))
        return softmax(self.classifier.logits(pixels[np.newaxis]))[0]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a Markdown table, and store its figures; returns the exit code."""
    parser = argparse.ArgumentParser(prog="benchmarks.sets", description=__doc__.split("\n")[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--dataset", type=Path, required=True, help="one of ours, for its test charts")
    parser.add_argument("--crops", type=Path, help="an ImageFolder with a split called test")
    parser.add_argument("--windows", type=Path, help="a file of labelled candles, JSON lines")
    parser.add_argument(
        "--ohlcv", type=Path, nargs="*", default=[], help="files of candles, in which nothing is marked"
    )
    parser.add_argument("--alone", action="store_true", help="ask the classifier without the finder")
    parser.add_argument("--most", type=int, default=2000, help="test charts of the dataset that are looked at")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    return tell(lambda: measure(options), table, options.json)


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """``model_version``, and ``rows``, one a set: ``set``, ``charts``, and what was found there, as shares with their
    interval."""
    model = _open(options.model, options.alone)
    own, truth, sources = _own(options.dataset, options.most)
    answers = ask(model, own)
    simple = np.array([source == SIMPLE for source in sources])
    thresholds = [float(np.quantile(some.max(axis=1), 1 - KEPT)) for some in (answers, answers[simple]) if len(some)]
    rows = [_named("own test charts", answers, truth)]
    for name in dict.fromkeys(sources):
        part = np.array([source == name for source in sources])
        rows.append(_named(f"own, {name}", answers[part], truth[part]))
    if options.crops:
        split = load_split(options.crops, "test")
        labels = np.array(label_ids(split, model.classes))
        rows.append(_named("crops", ask(model, (picture_of(row) for row in split)), labels))
    if options.windows:
        lines = [json.loads(line) for line in options.windows.read_text(encoding="utf-8").splitlines()]
        labels = np.array([model.classes.index(line["label"]) for line in lines])
        for style in DRAWN_IN:
            drawn = (render_candles(np.array(line["candles"], float), style) for line in lines)
            rows.append(_named(f"windows, {style}", ask(model, drawn), labels))
    rows.append(_called("random walks", ask(model, _drawn(random_walks())), thresholds))
    if options.ohlcv:
        rows.append(_called("windows of real markets", ask(model, _drawn(real_windows(options.ohlcv))), thresholds))
    rows.append(_called("no charts", ask(model, no_charts()), thresholds))
    return {"model_version": model.version, "rows": rows}


def ask(model: Model, pictures: Iterable[Image.Image]) -> Floats:
    """Probabilities [pictures, classes]."""
    found: list[Floats] = []
    coming = iter(tqdm(pictures, desc="asking", unit="chart", leave=False))
    while some := list(islice(coming, BATCH)):
        found += at_once(lambda picture: model.name(np.asarray(picture)), some)
    return np.array(found)


def random_walks() -> list[Candles]:
    """Candles of gaussian random walks, 20 to 120 each: what nobody meant as a pattern."""
    rng = np.random.default_rng(SEED)
    walks = []
    for _ in range(WALKS):
        bars = int(rng.integers(*WALK_BARS))
        path = np.concatenate(([0.0], np.cumsum(rng.standard_normal(bars * WALK_STEPS))))
        path += 1 - path.min()
        inside = np.lib.stride_tricks.sliding_window_view(path, WALK_STEPS + 1)[::WALK_STEPS]
        walks.append(Candles(inside[:, 0], inside.max(axis=1), inside.min(axis=1), inside[:, -1], np.ones(bars)))
    return walks


def real_windows(files: Sequence[Path]) -> list[Candles]:
    """Windows of 20 to 120 candles at random places of the files."""
    rng = np.random.default_rng(SEED)
    series = [read_ohlcv(file).candles for file in files]
    windows: list[Candles] = []
    while len(windows) < WALKS:
        candles, bars = series[rng.integers(len(series))], int(rng.integers(*WALK_BARS))
        start = int(rng.integers(max(len(candles) - bars, 1)))
        window = candles[start : start + bars]
        if len(window) == bars and window.high.max() > window.low.min():
            windows.append(window)
    return windows


def no_charts() -> Iterable[Image.Image]:
    """Pictures of every kind of drawing/not_a_chart.py, from a stream that no dataset is drawn from."""
    for place, name in enumerate(sorted(KINDS)):
        for number in range(NO_CHARTS):
            rng = np.random.default_rng([SEED, place, number])
            yield Image.fromarray(KINDS[name](rng, draw_look(STYLES, rng), 224))


def table(found: dict[str, Any]) -> str:
    """The rows as Markdown, shares in percent with their 95 % interval."""
    lines = [
        f"| set | charts | balanced | right | surest third | called a pattern | at the threshold of those {SIMPLE} |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    columns = ("balanced", "right", "surest_third", "called", "called_simple")
    for row in found["rows"]:
        cells = " | ".join(_cell(row.get(column)) for column in columns)
        lines.append(f"| {row['set']} | {row['charts']} | {cells} |")
    return "\n".join(lines)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{100 * value:.1f}"
    share, *interval = value
    return in_percent(share, interval, digits=1, of_interval=1)


def _named(name: str, answers: Floats, truth: np.ndarray) -> dict[str, Any]:
    right = answers.argmax(axis=1) == truth
    surest = np.argsort(-answers.max(axis=1))[: max(len(right) // THIRD, 1)]
    return {
        "set": name,
        "charts": len(right),
        "balanced": float(np.mean([right[truth == label].mean() for label in np.unique(truth)])),
        "right": _share(right),
        "surest_third": _share(right[surest]),
        "recall": {CLASSES[label]: float(right[truth == label].mean()) for label in np.unique(truth)},
    }


def _called(name: str, answers: Floats, thresholds: Sequence[float]) -> dict[str, Any]:
    """``thresholds``: that of all test charts, and that of the SIMPLE ones, if the dataset has any."""
    found = [_share(answers.max(axis=1) >= threshold) for threshold in thresholds]
    return {"set": name, "charts": len(answers)} | dict(zip(("called", "called_simple"), found, strict=False))


def _share(hits: np.ndarray) -> list[float]:
    return [float(hits.mean()), *wilson_interval(int(hits.sum()), len(hits))]


def _drawn(windows: Iterable[Candles]) -> Iterable[Image.Image]:
    return (render_candles(window, DRAWN_IN[place % 2]) for place, window in enumerate(windows))


def _own(directory: Path, most: int) -> tuple[Iterable[Image.Image], np.ndarray, list[str]]:
    """The first test charts of a dataset, their labels, and from where their candles and on what they are drawn."""
    split = load_split(directory, "test")
    split = split.select(range(min(most, len(split))))
    kinds = [
        f"{'drawn' if row['source'] == SKETCH else 'found'}, {'cut' if row['look']['page'] == 'none' else 'page'}"
        for row in split.select_columns(["source", "look"])
    ]
    return (picture_of(row) for row in split), np.array(label_ids(split, CLASSES)), kinds


def _open(directory: Path, alone: bool) -> Model:
    file = classifier_file(directory)
    if file:
        return CutModel(PatternModel(file, threads=1)) if alone else CutModel.open(file, threads=1)
    if not (directory / CHECKPOINT).is_file():
        raise UserError(f"{directory} is no run: it has neither {CLASSIFIER_QUANTIZED} nor {CHECKPOINT}")
    from trainer.models.vit import TorchClassifier

    return Checkpoint(TorchClassifier.load(directory))


if __name__ == "__main__":
    sys.exit(main())
