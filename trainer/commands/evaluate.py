"""Score a model on a split of a dataset, and record the scores in the model's run."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np

from cryptoai_common.dataset import MANIFEST, NONE
from cryptoai_common.errors import UserError
from cryptoai_common.files import write_json
from trainer.config import EvaluateConfig
from trainer.data.charts import label_ids, load_split, load_splits
from trainer.data.folder import check_pictures, find_pictures
from trainer.data.listed import check_listed
from trainer.data.manifest import read_manifest, verify
from trainer.data.without_pattern import load_without_pattern, measuring_quarter
from trainer.models.calibration import read_threshold
from trainer.models.classifier import softmax
from trainer.runs.card import write_card
from trainer.runs.results import is_run, record_evaluation
from trainer.runs.summary import false_alarms_line, figures_line, table
from trainer.runs.trained_on import differing_dataset
from trainer.scoring.evaluate import all_logits, evaluation, false_alarms, figures, load_classifier, weights_name

logger = logging.getLogger(__name__)


def evaluate(config: EvaluateConfig) -> None:
    """Print the scores; write them to ``--json``, and into ``metrics.json`` if the model is a run.

    Raises UserError for a model or dataset that cannot be used.
    """
    if config.batch_size < 1:
        raise UserError(f"--batch-size {config.batch_size} must be at least 1")
    classifier, threshold = load_classifier(config.run, config.onnx), read_threshold(config.run)
    weights, fingerprint = weights_name(config.run, config.onnx), _verified(config.dataset)
    entry = evaluation(config.dataset.resolve().name, config.split, weights, fingerprint)
    another = differing_dataset(config.run, str(config.dataset), fingerprint)
    if another:
        logger.warning(another)
    if config.split == NONE:
        rows = measuring_quarter(load_without_pattern(config.dataset))
        probabilities = softmax(all_logits(classifier, rows, config.batch_size))
        entry |= false_alarms(probabilities, threshold)
        text = false_alarms_line(entry)
    else:
        rows = load_split(config.dataset, config.split)
        truth = np.array(label_ids(rows, classifier.classes))
        probabilities = softmax(all_logits(classifier, rows, config.batch_size))
        entry |= figures(probabilities, truth, classifier.classes, threshold)
        text = f"{figures_line(entry)}\n{table(entry)}"
    if config.json:
        write_json(config.json, entry)
    if is_run(config.run):
        record_evaluation(config.run, entry)
        write_card(config.run)
    print(text)  # last: in a pipe that closes early, as with `head`, print fails, and all files are written by then


def _verified(dataset: Path) -> str | None:
    """The fingerprint of a dataset of ours, after a check that it is still true. None for any other ImageFolder.

    Of a user's own pictures, each must be readable and in one place.
    """
    if not (dataset / MANIFEST).exists():
        found = find_pictures(dataset)
        if found:
            check_pictures(found)
        else:
            check_listed(dataset, load_splits(dataset))
        return None
    manifest = read_manifest(dataset)
    verify(dataset)
    return manifest.fingerprint
