"""What a run holds when training ends: weights, processor, figures, pictures and model card."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import numpy as np
import torch
from transformers import ViTForImageClassification, ViTImageProcessor

from trainer import report
from trainer.calibration import fit_temperature, fit_threshold
from trainer.card import write_card
from trainer.classifier import softmax
from trainer.config import TrainConfig
from trainer.data import label_ids, load_splits, picture_of
from trainer.evaluate import CHECKPOINT, all_logits, evaluation, false_alarms, figures
from trainer.files import write_json
from trainer.manifest import Manifest
from trainer.model import TorchClassifier, preprocessor_of
from trainer.results import record_evaluation, write_results
from trainer.without_pattern import NONE, fitting_quarter, load_without_pattern, measuring_quarter

SAMPLES_PER_CLASS = 2


def fill_run(
    directory: Path,
    config: TrainConfig,
    manifest: Manifest,
    model: ViTForImageClassification,
    processor: ViTImageProcessor,
    log: list[dict[str, Any]],
    training: dict[str, Any],
) -> None:
    """Write everything but ``config_resolved.yaml``, which is there. Splits that training did not use are scored.

    ``log`` is the Trainer's history, ``training`` what goes into ``metrics.json`` about training.
    """
    splits = load_splits(config.dataset)
    classifier = TorchClassifier(model.eval(), manifest.classes, preprocessor_of(processor))
    calibration = _calibrate(classifier, config.dataset, splits, manifest)
    model.config.calibration = calibration
    model.save_pretrained(directory, safe_serialization=True)
    processor.save_pretrained(directory)
    write_json(directory / "training_log.json", log)
    report.training_curves(log, directory / "training_curves.png")
    write_results(directory, {"training": training, "evaluations": []})
    shown = "test" if "test" in manifest.splits else "validation"
    for split, rows in splits.items():
        if split != "train":
            entry, probabilities = _score(classifier, rows, manifest, split, calibration["threshold"])
            record_evaluation(directory, entry)
            if split == shown:
                _draw(directory, rows, entry, probabilities, manifest.classes)
    if NONE in manifest.splits:
        rows = measuring_quarter(load_without_pattern(config.dataset))
        probabilities = softmax(all_logits(classifier, rows, label=NONE))
        entry = evaluation(manifest.name, NONE, CHECKPOINT, manifest.fingerprint)
        record_evaluation(directory, entry | false_alarms(probabilities, calibration["threshold"]))
    write_card(directory)


def _calibrate(
    classifier: TorchClassifier, dataset: Path, splits: datasets.DatasetDict, manifest: Manifest
) -> dict[str, float]:
    """Fit temperature and threshold, and put the temperature into the model's weights.

    On validation, and on a quarter of the charts without a pattern.
    """
    logits = all_logits(classifier, splits["validation"], label="calibrating")
    temperature = fit_temperature(logits, np.array(label_ids(splits["validation"], manifest.classes)))
    with torch.no_grad():
        for parameter in classifier.model.classifier.parameters():
            parameter /= temperature
    threshold = 0.0
    if NONE in manifest.splits:
        without = all_logits(classifier, fitting_quarter(load_without_pattern(dataset)), label="calibrating")
        threshold = fit_threshold(softmax(logits / temperature), softmax(without))
    return {"temperature": temperature, "threshold": threshold}


def _score(
    classifier: TorchClassifier, rows: datasets.Dataset, manifest: Manifest, split: str, threshold: float
) -> tuple[dict[str, Any], np.ndarray]:
    probabilities = softmax(all_logits(classifier, rows, label=split))
    truth = np.array(label_ids(rows, manifest.classes))
    entry = evaluation(manifest.name, split, CHECKPOINT, manifest.fingerprint)
    return entry | figures(probabilities, truth, manifest.classes, threshold), probabilities


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
