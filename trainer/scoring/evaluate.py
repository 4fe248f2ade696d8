"""Score a model on a split: one loop for torch, ONNX and INT8."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import numpy as np
from tqdm import tqdm

from trainer.data.charts import picture_of
from trainer.models.answer import is_clear
from trainer.models.classifier import CHECKPOINT, Classifier, OnnxClassifier
from trainer.models.session import at_once
from trainer.scoring.metrics import score, wilson_interval


def figures(probabilities: np.ndarray, truth: np.ndarray, classes: tuple[str, ...], threshold: float) -> dict[str, Any]:
    """All of ``metrics.score``; ``clear``, the share of the charts whose highest probability reaches ``threshold``;
    and ``surest_third``, the accuracy on the third of the charts with the highest probabilities.

    ``probabilities`` are [n, classes], ``truth`` class ids [n].
    """
    surest = np.argsort(-probabilities.max(axis=1), kind="stable")[: max(len(truth) // 3, 1)]
    return score(probabilities, truth, classes) | {
        "clear": float(is_clear(probabilities, threshold).mean()),
        "surest_third": float((probabilities[surest].argmax(axis=1) == truth[surest]).mean()),
    }


def false_alarms(probabilities: np.ndarray, threshold: float) -> dict[str, Any]:
    """The share of charts without a pattern that are called one, from their ``probabilities`` [n, classes]."""
    called = is_clear(probabilities, threshold)
    return {
        "charts": len(called),
        "false_alarms": float(called.mean()),
        "false_alarms_interval": wilson_interval(int(called.sum()), len(called)),
    }


def load_classifier(directory: Path, onnx: Path | None) -> Classifier:
    """The ONNX file, or else the checkpoint in ``directory``. Raises UserError if it cannot be loaded."""
    if onnx:
        return OnnxClassifier(directory, onnx, threads=1)  # ``run_each`` runs many pictures at a time
    from trainer.models.vit import TorchClassifier

    return TorchClassifier.load(directory)


def weights_name(directory: Path, onnx: Path | None) -> str:
    """The name of the weights in ``metrics.json``: their path relative to the run, if they are in it."""
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


def all_probabilities(name: Callable[[np.ndarray], np.ndarray], rows: datasets.Dataset, label: str = "") -> np.ndarray:
    """Probabilities [rows, classes] of a function from a picture, RGB uint8 [height, width, 3], to its own [classes].

    Raises UserError, naming the file, for a picture that cannot be read.
    """
    rows = rows.select_columns(["image"])
    answers = at_once(lambda row: name(np.asarray(picture_of(rows[row]))), range(len(rows)))
    bar = tqdm(answers, desc=label or "evaluate", total=len(rows), unit=" charts", leave=False, disable=None)
    return np.stack(list(bar))


def evaluation(dataset: str, split: str | None, weights: str, fingerprint: str | None) -> dict[str, Any]:
    """An entry of ``metrics.json`` without its scores; ``fingerprint`` is None for an unknown dataset,
    ``split`` for a folder that has none."""
    return {"dataset": dataset, "split": split, "weights": weights, "fingerprint": fingerprint}
