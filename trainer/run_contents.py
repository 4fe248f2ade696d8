"""What a run holds when training ends: weights, processor, figures, pictures and model card."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import numpy as np
from transformers import ViTForImageClassification, ViTImageProcessor

from trainer import report
from trainer.classifier import softmax
from trainer.config import TrainConfig
from trainer.data import is_labelled, label_ids, load_splits, picture_of
from trainer.evaluate import CHECKPOINT, all_logits, evaluation
from trainer.files import write_json
from trainer.manifest import Manifest
from trainer.metrics import score
from trainer.model import TorchClassifier, preprocessor_of
from trainer.publish import write_card
from trainer.results import record_evaluation, write_results

SAMPLES_PER_CLASS = 2


def fill_run(
    directory: Path,
    config: TrainConfig,
    manifest: Manifest,
    model: ViTForImageClassification,
    processor: ViTImageProcessor,
    log: list[dict[str, Any]],
    figures: dict[str, Any],
) -> None:
    """Write everything but ``config_resolved.yaml``, which is there. Splits that training did not use are scored.

    ``log`` is the Trainer's history, ``figures`` what goes into ``metrics.json`` about training.
    """
    model.save_pretrained(directory, safe_serialization=True)
    processor.save_pretrained(directory)
    write_json(directory / "training_log.json", log)
    report.training_curves(log, directory / "training_curves.png")
    write_results(directory, {"training": figures, "evaluations": []})
    shown = "test" if "test" in manifest.splits else "validation"
    classifier = TorchClassifier(model.eval(), manifest.classes, preprocessor_of(processor))
    for split, rows in load_splits(config.dataset).items():
        if split != "train" and is_labelled(rows):
            entry, probabilities = _score(classifier, rows, manifest, split)
            record_evaluation(directory, entry)
            if split == shown:
                _draw(directory, rows, entry, probabilities, manifest.classes)
    write_card(directory)


def _score(
    classifier: TorchClassifier, rows: datasets.Dataset, manifest: Manifest, split: str
) -> tuple[dict[str, Any], np.ndarray]:
    probabilities = softmax(all_logits(classifier, rows, label=split))
    truth = np.array(label_ids(rows, manifest.classes))
    entry = evaluation(manifest.name, split, CHECKPOINT, manifest.fingerprint) | score(
        probabilities, truth, manifest.classes
    )
    return entry, probabilities


def _draw(
    directory: Path, rows: datasets.Dataset, entry: dict[str, Any], probabilities: np.ndarray, classes: tuple[str, ...]
) -> None:
    title = f"{entry['dataset']}, {entry['split']} split"
    report.confusion_matrix(np.array(entry["confusion_matrix"]), classes, title, directory / "confusion_matrix.png")
    truth = np.array(label_ids(rows, classes))
    chosen = sorted(i for c in range(len(classes)) for i in np.flatnonzero(truth == c)[:SAMPLES_PER_CLASS])
    report.predictions(
        [picture_of(rows[int(i)]) for i in chosen],
        truth[chosen],
        probabilities[chosen],
        classes,
        directory / "predictions_visualization.png",
    )
