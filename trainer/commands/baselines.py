"""Score a run and baselines on the same charts, and write ``baselines.json`` of the run."""

from __future__ import annotations

from typing import Any

import datasets
import numpy as np
from sklearn.metrics import recall_score

from cryptoai_common.errors import UserError
from cryptoai_common.percent import percent
from trainer.config import BaselinesConfig
from trainer.data.charts import ChartDataset, label_ids, load_split
from trainer.data.mixture import checked_manifest
from trainer.models.classifier import CHECKPOINT, QUANTIZED
from trainer.models.vit import TorchClassifier
from trainer.runs.baselines import table, write_baselines
from trainer.runs.card import write_card
from trainer.runs.results import read_results
from trainer.scoring.baselines.cnn import train_cnn
from trainer.scoring.baselines.rules import DETECTORS, SILENT, installed, rule_based
from trainer.scoring.evaluate import all_logits, load_classifier
from trainer.scoring.metrics import wilson_interval

CANDLES = "ohlcv"  # column of the dataset
RULE_CHARTS = 1000  # training charts from which is known how rare each detector is


def baselines(config: BaselinesConfig) -> None:
    """Score all baselines, write them into the run and its card, and print them.

    Raises UserError for a run or dataset that cannot be used.
    """
    if config.epochs < 1:
        raise UserError(f"--epochs {config.epochs} must be at least 1")
    read_results(config.run)  # raises UserError if it is not a run
    manifest, model = checked_manifest(config.dataset), TorchClassifier.load(config.run)
    learnt, rows = load_split(config.dataset, "train"), load_split(config.dataset, config.split)
    known, truth = label_ids(learnt, model.classes), np.array(label_ids(rows, model.classes))
    commonest = int(np.bincount(known).argmax())
    entries = [
        _entry(f"always {model.classes[commonest]}, the commonest class", np.full(len(truth), commonest), truth),
        *_rules(learnt, rows, truth, model.classes),
        _cnn(learnt, known, rows, truth, model, config.epochs),
        _entry(f"this model, `{CHECKPOINT}`", all_logits(model, rows, label="this model").argmax(axis=1), truth),
    ]
    if (config.run / QUANTIZED).is_file():
        int8 = all_logits(load_classifier(config.run, config.run / QUANTIZED), rows, label="INT8").argmax(axis=1)
        entries.append(_entry(f"this model, `{QUANTIZED.as_posix()}`", int8, truth))
    about = {"dataset": manifest.name, "split": config.split, "fingerprint": manifest.fingerprint, "charts": len(truth)}
    write_baselines(config.run, {**about, "entries": entries})
    write_card(config.run)
    print(table({**about, "entries": entries}))


def _entry(name: str, guesses: np.ndarray, truth: np.ndarray, note: str = "") -> dict[str, Any]:
    """The scores of the class ids ``guesses`` [n] against ``truth`` [n]."""
    right = int((guesses == truth).sum())
    return {
        "name": name,
        "accuracy": right / len(truth),
        "accuracy_interval": wilson_interval(right, len(truth)),
        "balanced_accuracy": float(recall_score(truth, guesses, labels=np.unique(truth), average="macro")),
        "note": note,
    }


def _rules(
    learnt: datasets.Dataset, rows: datasets.Dataset, truth: np.ndarray, classes: tuple[str, ...]
) -> list[dict[str, Any]]:
    """The entry of the rules, if ``ta_patterns`` is installed and the dataset stores candles."""
    if not installed():
        print("ta_patterns is not installed, so its rules are left out: pip install 'cryptoai-vision[baselines]'")
        return []
    if CANDLES not in rows.column_names:
        print("the dataset stores no candles, so the rules of ta_patterns are left out")
        return []
    sample = learnt.select(range(min(RULE_CHARTS, len(learnt))))
    guesses = rule_based(sample[CANDLES], rows[CANDLES], classes)
    answered = guesses != SILENT
    covered = [name for name in classes if name in DETECTORS]
    right = (guesses == truth)[answered].mean() if answered.any() else 0.0
    note = (
        f"given the candles, not the picture; it has detectors for {len(covered)} of the {len(classes)} classes,"
        f" one fires on {percent(answered.mean(), 0)} of the charts and is right on {percent(right, 0)} of those; a"
        " chart on which none fires counts as wrong"
    )
    return [_entry("rules of `ta_patterns`", guesses, truth, note)]


def _cnn(
    learnt: datasets.Dataset,
    labels: list[int],
    rows: datasets.Dataset,
    truth: np.ndarray,
    model: TorchClassifier,
    epochs: int,
) -> dict[str, Any]:
    """Train the network on all training charts, and score it."""
    cnn = train_cnn(ChartDataset(learnt, labels, model.preprocess), model.classes, epochs)
    note = f"{cnn.parameters / 1e6:.2f} million parameters, {epochs} epochs of {len(labels)} charts, the train split"
    return _entry("4-layer CNN", all_logits(cnn, rows, label="4-layer CNN").argmax(axis=1), truth, note)
