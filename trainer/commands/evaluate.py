"""Score a model on a dataset, or on screenshots with boxes, and record the scores in the model's run."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import datasets
import numpy as np

from cryptoai_common.dataset import MANIFEST, NONE, SCREENSHOTS
from cryptoai_common.errors import UserError
from cryptoai_common.files import write_json
from trainer.config import EvaluateConfig
from trainer.data.boxes import read_screens
from trainer.data.charts import label_ids, load_split, load_splits
from trainer.data.folder import check_pictures, find_pictures
from trainer.data.listed import check_listed
from trainer.data.manifest import read_manifest, verify
from trainer.data.without_pattern import load_without_pattern, measuring_quarter
from trainer.models.calibration import read_threshold
from trainer.models.classifier import softmax
from trainer.models.cut import CutModel
from trainer.models.deployed import classifier_file
from trainer.models.load import open_finder
from trainer.models.pattern_model import CLASSIFIER_QUANTIZED, PRICE_FINDER, REMEDY
from trainer.runs.card import write_card
from trainer.runs.finder_figures import headline, shown
from trainer.runs.finder_figures import table as finder_table
from trainer.runs.results import FINDER, is_run, record_evaluation
from trainer.runs.summary import false_alarms_line, figures_line, table
from trainer.runs.trained_on import differing_dataset
from trainer.scoring.boxes import score_boxes
from trainer.scoring.evaluate import (
    all_logits,
    all_probabilities,
    evaluation,
    false_alarms,
    figures,
    load_classifier,
    weights_name,
)
from trainer.scoring.screens import see_all

TEST = "test"  # the usual split
logger = logging.getLogger(__name__)


def evaluate(config: EvaluateConfig) -> None:
    """Print the scores; write them to ``--json``, and into ``metrics.json`` if the model is a run.

    Raises UserError for a model or dataset that cannot be used.
    """
    if (config.dataset is None) == (config.boxes is None):
        raise UserError("name either --dataset, for charts to name, or --boxes, for screenshots to find patterns in")
    if config.cut and (config.onnx or config.boxes):
        raise UserError("--cut scores the deployable classifier on charts; leave out --onnx and --boxes")
    if config.batch_size < 1:
        raise UserError(f"--batch-size {config.batch_size} must be at least 1")
    if config.dataset is not None:
        entry, text = _score_names(config, config.dataset, config.split or TEST)
    else:
        assert config.boxes is not None
        entry, text = _score_boxes(config, config.boxes)
    if config.json:
        write_json(config.json, entry)
    if is_run(config.run):
        record_evaluation(config.run, entry, FINDER if config.boxes else "evaluations")
        write_card(config.run)
    print(text)  # last: in a pipe that closes early, as with `head`, print fails, and all files are written by then


class _Asked(NamedTuple):
    """A model that names charts: its ``name`` in ``metrics.json``, and how it answers for the rows of a split."""

    name: str
    classes: tuple[str, ...]
    threshold: float
    probabilities: Callable[[datasets.Dataset], np.ndarray]


def _asked(config: EvaluateConfig) -> _Asked:
    if config.cut:
        file = config.run if config.run.is_file() else classifier_file(config.run)
        if file is None:
            raise UserError(f"{config.run} has no {CLASSIFIER_QUANTIZED}, which answers for cut charts; {REMEDY}")
        model = CutModel.open(file, threads=1)  # pictures are looked at side by side
        name = f"{file.name} with {PRICE_FINDER}" if model.finder else file.name
        return _Asked(name, model.classes, model.threshold, partial(all_probabilities, model.name))
    classifier = load_classifier(config.run, config.onnx)
    return _Asked(
        weights_name(config.run, config.onnx),
        classifier.classes,
        read_threshold(config.run),
        lambda rows: softmax(all_logits(classifier, rows, config.batch_size)),
    )


def _score_names(config: EvaluateConfig, dataset: Path, split: str) -> tuple[dict[str, Any], str]:
    """The entry for ``metrics.json`` of charts that are named, and the text to print."""
    model, fingerprint = _asked(config), _verified(dataset)
    entry = evaluation(dataset.resolve().name, split, model.name, fingerprint)
    another = differing_dataset(config.run, str(dataset), fingerprint)
    if another:
        logger.warning(another)
    if split == NONE:
        rows = measuring_quarter(load_without_pattern(dataset))
        entry |= false_alarms(model.probabilities(rows), model.threshold)
        return entry, false_alarms_line(entry)
    rows = load_split(dataset, split)
    truth = np.array(label_ids(rows, model.classes))
    entry |= figures(model.probabilities(rows), truth, model.classes, model.threshold)
    return entry, f"{figures_line(entry)}\n{table(entry)}"


def _score_boxes(config: EvaluateConfig, place: Path) -> tuple[dict[str, Any], str]:
    """The entry for ``metrics.json`` of screenshots in which patterns are found, and the text to print."""
    finder = open_finder(config.onnx or config.run, threads=1)  # pictures are looked at side by side
    ours = (place / MANIFEST).is_file()
    fingerprint = _verified(place) if ours else None
    screens = read_screens(place, config.split)
    weights = finder.file.name if config.run.is_file() else weights_name(config.run, finder.file)
    entry = evaluation(place.resolve().name, (config.split or SCREENSHOTS) if ours else None, weights, fingerprint)
    entry |= score_boxes(see_all(finder, screens), finder.classes, finder.threshold)
    labels = Counter(mark.label for screen in screens for mark in screen.marks if mark.label is not None)
    names = [f"{name} ({count})" for name, count in sorted(labels.items()) if name not in finder.classes]
    lines = [headline(entry), finder_table(entry), shown(entry)]
    if names:
        lines.append(f"marks of classes that the model does not know, for which no name is right: {', '.join(names)}")
    return entry, "\n".join(lines)


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
