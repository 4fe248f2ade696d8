"""What a run holds when training ends: weights, processor, figures, pictures and model card."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import numpy as np
import torch
from transformers import ViTForImageClassification, ViTImageProcessor

from cryptoai_common.dataset import NONE
from cryptoai_common.files import write_json
from trainer.data.charts import label_ids, load_splits, picture_of
from trainer.data.manifest import Manifest
from trainer.data.mixture import Mixture
from trainer.data.without_pattern import fitting_quarter, load_without_pattern, measuring_quarter
from trainer.figures import report
from trainer.models.calibration import fit_temperature, fit_threshold
from trainer.models.classifier import CHECKPOINT, softmax
from trainer.models.vit import TorchClassifier, preprocessor_of
from trainer.runs.card import write_card
from trainer.runs.results import record_evaluation, write_results
from trainer.scoring.evaluate import all_logits, evaluation, false_alarms, figures

SAMPLES_PER_CLASS = 2


def fill_run(
    directory: Path,
    mixture: Mixture,
    model: ViTForImageClassification,
    processor: ViTImageProcessor,
    log: list[dict[str, Any]],
    training: dict[str, Any],
) -> None:
    """Write everything but ``config_resolved.yaml``, which is there. Splits that training did not use are scored.

    ``log`` is the Trainer's history, ``training`` what goes into ``metrics.json`` about training.
    """
    classifier = TorchClassifier(model.eval(), mixture.classes, preprocessor_of(processor))
    calibration = _calibrate(classifier, mixture)
    model.config.calibration = calibration
    model.save_pretrained(directory, safe_serialization=True)
    processor.save_pretrained(directory)
    write_json(directory / "training_log.json", log)
    report.training_curves(log, directory / "training_curves.png")
    write_results(directory, {"training": training, "evaluations": []})
    for dataset, manifest in zip(mixture.directories, mixture.manifests, strict=True):
        _evaluate(directory, classifier, dataset, manifest, calibration["threshold"], mixture)
    write_card(directory)


def _evaluate(
    directory: Path,
    classifier: TorchClassifier,
    dataset: Path,
    manifest: Manifest,
    threshold: float,
    mixture: Mixture,
) -> None:
    """Score every split of one dataset but the training split."""
    shown = "test" if mixture.having("test") else "validation"
    for split, rows in load_splits(dataset).items():
        if split != "train":
            entry, probabilities = _score(classifier, rows, manifest, split, threshold)
            record_evaluation(directory, entry)
            if split == shown and dataset == mixture.having(shown)[0]:
                _draw(directory, rows, entry, probabilities, mixture.classes)
    if NONE in manifest.splits:
        probabilities = softmax(all_logits(classifier, measuring_quarter(load_without_pattern(dataset)), label=NONE))
        entry = evaluation(manifest.name, NONE, CHECKPOINT, manifest.fingerprint)
        record_evaluation(directory, entry | false_alarms(probabilities, threshold))


def _calibrate(classifier: TorchClassifier, mixture: Mixture) -> dict[str, float]:
    """Fit temperature and threshold, and put the temperature into the model's weights.

    On validation, and on a quarter of the charts without a pattern.
    """
    rows, labels = mixture.charts("validation")
    logits = all_logits(classifier, rows, label="calibrating")
    temperature = fit_temperature(logits, np.array(labels))
    with torch.no_grad():
        for parameter in classifier.model.classifier.parameters():
            parameter.div_(temperature)
    threshold, without = 0.0, mixture.without_pattern(fitting_quarter)
    if without is not None:
        doubtful = all_logits(classifier, without, label="calibrating")
        threshold = fit_threshold(softmax(logits / temperature), softmax(doubtful))
    return {"temperature": temperature, "threshold": threshold}


def _score(
    classifier: TorchClassifier, rows: datasets.Dataset, manifest: Manifest, split: str, threshold: float
) -> tuple[dict[str, Any], np.ndarray]:
    probabilities = softmax(all_logits(classifier, rows, label=split))
    truth = np.array(label_ids(rows, classifier.classes))
    entry = evaluation(manifest.name, split, CHECKPOINT, manifest.fingerprint)
    return entry | figures(probabilities, truth, classifier.classes, threshold), probabilities


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
