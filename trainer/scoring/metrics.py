"""The scores, as one metric of the ``evaluate`` library; ``evaluate.load`` would need the network."""

from __future__ import annotations

import tempfile
from typing import Any

import datasets
import evaluate
import numpy as np
from scipy.stats import binomtest
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

CALIBRATION_BINS = 15  # as in Guo et al. 2017, https://arxiv.org/abs/1706.04599


class ChartPatternMetric(evaluate.Metric):  # type: ignore[misc]  # evaluate has no types
    """Probabilities [n, classes] against class ids [n]. See ``score`` for the result."""

    def _info(self) -> evaluate.MetricInfo:
        return evaluate.MetricInfo(
            description=__doc__,
            citation="",
            inputs_description="predictions: a list of probabilities for each chart; references: its class id",
            features=datasets.Features(
                {"predictions": datasets.Sequence(datasets.Value("float32")), "references": datasets.Value("int64")}
            ),
        )

    def _compute(
        self, predictions: list[list[float]], references: list[int], classes: tuple[str, ...]
    ) -> dict[str, Any]:
        probabilities, truth = np.asarray(predictions), np.asarray(references)
        guesses = probabilities.argmax(axis=1)
        present = np.unique(truth)
        precision, recall, f1, support = precision_recall_fscore_support(
            truth, guesses, labels=range(len(classes)), zero_division=0
        )
        right = guesses == truth
        return {
            "charts": len(truth),
            "accuracy": float(right.mean()),
            "accuracy_interval": wilson_interval(int(right.sum()), len(truth)),
            "balanced_accuracy": float(recall[present].mean()),
            "macro_f1": float(f1[present].mean()),
            "calibration_error": calibration_error(probabilities.max(axis=1), right),
            "per_class": {
                classes[i]: {"precision": float(precision[i]), "recall": float(recall[i]), "charts": int(support[i])}
                for i in present
            },
            "confusion_matrix": confusion_matrix(truth, guesses, labels=range(len(classes))).tolist(),
        }


def score(probabilities: np.ndarray, truth: np.ndarray, classes: tuple[str, ...]) -> dict[str, Any]:
    """Every figure for one set of charts, ready for JSON.

    ``probabilities`` [n, classes], ``truth`` [n] class ids. Balanced accuracy and macro-F1 are means over the classes
    that are present. Rows of the confusion matrix are the truth, columns the prediction.
    """
    with tempfile.TemporaryDirectory(prefix="metric-") as scratch:  # its directory in HOME is made even if unused
        metric = ChartPatternMetric(keep_in_memory=True, cache_dir=scratch)
        scores: dict[str, Any] = metric.compute(predictions=probabilities, references=truth, classes=classes)
    return scores


def wilson_interval(right: int, charts: int) -> tuple[float, float]:
    """95 % score interval of the share ``right / charts`` (Wilson 1927, https://doi.org/10.1080/01621459.1927.10502953).

    Raises ValueError if ``charts`` is 0.
    """
    interval = binomtest(right, charts).proportion_ci(confidence_level=0.95, method="wilson")
    return float(interval.low), float(interval.high)


def calibration_error(confidence: np.ndarray, right: np.ndarray) -> float:
    """Expected calibration error: the mean over bins of |mean confidence - accuracy|, weighted by charts.

    ``confidence`` [n] is the highest probability of each chart, ``right`` [n] whether its class is the true one.
    """
    bins = np.minimum((confidence * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    gaps = [abs(np.sum(confidence[bins == b]) - np.sum(right[bins == b])) for b in range(CALIBRATION_BINS)]
    return float(sum(gaps) / len(confidence))
