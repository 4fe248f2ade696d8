"""Score a model on a split: one loop for torch, ONNX and INT8."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import datasets
import numpy as np
from tqdm import tqdm

from trainer.calibration import is_clear, read_threshold
from trainer.card import write_card
from trainer.classifier import Classifier, OnnxClassifier, softmax
from trainer.config import EvaluateConfig
from trainer.data import label_ids, load_split, picture_of
from trainer.errors import UserError
from trainer.files import write_json
from trainer.manifest import read_manifest, verify
from trainer.metrics import score, wilson_interval
from trainer.mixture import differing_dataset
from trainer.results import is_run, record_evaluation
from trainer.summary import false_alarms_line, figures_line, table
from trainer.without_pattern import NONE, load_without_pattern, measuring_quarter

CHECKPOINT = "model.safetensors"


def evaluate(config: EvaluateConfig) -> None:
    """Print the figures; write them where ``--json`` says, and into ``metrics.json`` if the model is a run of ours."""
    if config.batch_size < 1:
        raise UserError(f"--batch-size {config.batch_size} must be at least 1")
    classifier, threshold = load_classifier(config.model, config.onnx), read_threshold(config.model)
    weights, fingerprint = weights_name(config.model, config.onnx), _verified(config.dataset)
    entry = evaluation(config.dataset.resolve().name, config.split, weights, fingerprint)
    another = differing_dataset(config.model, str(config.dataset), fingerprint)
    if another:
        print(f"warning: {another}", file=sys.stderr)
    if config.split == NONE:
        rows = measuring_quarter(load_without_pattern(config.dataset))
        probabilities = softmax(all_logits(classifier, rows, config.batch_size))
        entry |= false_alarms(probabilities, threshold)
        told = false_alarms_line(entry)
    else:
        rows = load_split(config.dataset, config.split)
        truth = np.array(label_ids(rows, classifier.classes))
        probabilities = softmax(all_logits(classifier, rows, config.batch_size))
        entry |= figures(probabilities, truth, classifier.classes, threshold)
        told = f"{figures_line(entry)}\n{table(entry)}"
    if config.json:
        write_json(config.json, entry)
    if is_run(config.model):
        record_evaluation(config.model, entry)
        write_card(config.model)
    print(told)  # last, so that a reader who leaves early, such as `head`, loses nothing


def _verified(dataset: Path) -> str | None:
    """The fingerprint of a dataset of ours, after a check that it is still true. None for any other ImageFolder."""
    if not (dataset / "manifest.json").exists():
        return None
    manifest = read_manifest(dataset)
    verify(dataset, manifest)
    return manifest.fingerprint


def figures(probabilities: np.ndarray, truth: np.ndarray, classes: tuple[str, ...], threshold: float) -> dict[str, Any]:
    """Everything in ``metrics.score``; ``clear``, the share of the charts called a pattern; and ``surest_third``, the
    accuracy on the third of the charts that the model is surest of."""
    surest = np.argsort(-probabilities.max(axis=1), kind="stable")[: max(len(truth) // 3, 1)]
    return score(probabilities, truth, classes) | {
        "clear": float(is_clear(probabilities, threshold).mean()),
        "surest_third": float((probabilities[surest].argmax(axis=1) == truth[surest]).mean()),
    }


def false_alarms(probabilities: np.ndarray, threshold: float) -> dict[str, Any]:
    """How many of the charts without a pattern are called one."""
    called = is_clear(probabilities, threshold)
    return {
        "charts": len(called),
        "false_alarms": float(called.mean()),
        "false_alarms_interval": wilson_interval(int(called.sum()), len(called)),
    }


def load_classifier(directory: Path, onnx: Path | None) -> Classifier:
    """The ONNX file, or else the checkpoint in ``directory``."""
    if onnx:
        return OnnxClassifier(directory, onnx, threads=1)  # whose pictures come many at a time
    from trainer.model import TorchClassifier

    return TorchClassifier.load(directory)


def weights_name(directory: Path, onnx: Path | None) -> str:
    """How ``metrics.json`` calls the weights: relative to the run, if they are in it."""
    if onnx is None:
        return CHECKPOINT
    onnx, directory = onnx.resolve(), directory.resolve()
    return onnx.relative_to(directory).as_posix() if onnx.is_relative_to(directory) else onnx.name


def all_logits(classifier: Classifier, rows: datasets.Dataset, batch_size: int = 32, label: str = "") -> np.ndarray:
    """Logits [rows, classes]. Raises UserError, naming the file, for a picture that cannot be read."""
    rows = rows.select_columns(["image"])
    batches = []
    with tqdm(total=len(rows), desc=label or "evaluate", unit=" charts", leave=False, disable=None) as bar:
        for batch in rows.iter(batch_size):
            pictures = [picture_of({"image": image}) for image in batch["image"]]
            batches.append(classifier.logits(np.stack([classifier.preprocess(picture) for picture in pictures])))
            bar.update(len(pictures))
    return np.concatenate(batches)


def evaluation(dataset: str, split: str, weights: str, fingerprint: str | None) -> dict[str, Any]:
    """What an entry of ``metrics.json`` is about; ``metrics.score`` adds the figures."""
    return {"dataset": dataset, "split": split, "weights": weights, "fingerprint": fingerprint}
