"""Fills the run directory when training ends: weights, processor, scores, pictures and model card."""

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
from trainer.models.vit import TorchClassifier, preprocessor_of, save_processor
from trainer.runs.card import write_card
from trainer.runs.results import record_evaluation, write_results
from trainer.scoring.evaluate import all_logits, evaluation, false_alarms, figures

SAMPLES_PER_CLASS = 2  # charts in the picture of predictions


def fill_run(
    directory: Path,
    mixture: Mixture,
    model: ViTForImageClassification,
    processor: ViTImageProcessor,
    log: list[dict[str, Any]],
    training: dict[str, Any],
) -> None:
    """Calibrate ``model``, score it on every split but train, and write the files of the run into ``directory``.

    Only ``config_resolved.yaml`` is there already. ``log`` is the Trainer's log history, ``training`` the entry of that
    name in ``metrics.json``.
    """
    classifier = TorchClassifier(model.eval(), mixture.classes, preprocessor_of(processor))
    calibration = _calibrate(classifier, mixture)
    model.config.calibration = calibration
    model.save_pretrained(directory, safe_serialization=True)
    save_processor(processor, directory)
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
    """Fit temperature and threshold, and divide the classifier's weights by the temperature.

    The temperature is fitted on validation, the threshold on validation and a quarter of the charts without a pattern;
    it is 0 if there are none.
    """
    rows, labels = mixture.charts("validation")
    logits = all_logits(classifier, rows, label="calibrating")
    temperature = fit_temperature(logits, np.array(labels))
    with torch.no_grad():
        for parameter in classifier.model.classifier.parameters():
            parameter.div_(temperature)
    threshold, outliers = 0.0, mixture.without_pattern(fitting_quarter)
    if outliers is not None:
        outlier_logits = all_logits(classifier, outliers, label="calibrating")  # of the divided weights
        threshold = fit_threshold(softmax(logits / temperature), softmax(outlier_logits))
    return {"temperature": temperature, "threshold": threshold}


def _score(
    classifier: TorchClassifier, rows: datasets.Dataset, manifest: Manifest, split: str, threshold: float
) -> tuple[dict[str, Any], np.ndarray]:
    """The entry of ``metrics.json`` for a split, and the probabilities [charts, classes] that it is computed from."""
    probabilities = softmax(all_logits(classifier, rows, label=split))
    truth = np.array(label_ids(rows, classifier.classes))
    entry = evaluation(manifest.name, split, CHECKPOINT, manifest.fingerprint)
    return entry | figures(probabilities, truth, classifier.classes, threshold), probabilities


def _draw(
    directory: Path, rows: datasets.Dataset, entry: dict[str, Any], probabilities: np.ndarray, classes: tuple[str, ...]
) -> None:
    """Draw the confusion matrix and some predictions of the split that ``entry`` is about."""
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
