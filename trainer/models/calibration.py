"""How sure is sure: a temperature for the logits, and the probability under which a chart has no clear pattern.

Both are fitted when training ends. The temperature goes into the classifier's weights, so that whatever runs the model
gets calibrated probabilities; the threshold is stored in its ``config.json``. This module needs no torch.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from trainer.models.classifier import softmax

KEY = "calibration"  # in config.json
FALSE_ALARMS = 0.10  # share of charts without a pattern that may be called one: under the 15 % that we promise
# Share of the charts with a pattern that must still be called one, if the two can't both be had; we promise 75 %.
MIN_KEPT = 0.78
TEMPERATURES = np.exp(np.linspace(np.log(0.3), np.log(5), 300))


def read_threshold(directory: Path) -> float:
    """The threshold in a model's ``config.json``; 0 for a model from elsewhere, which is taken at its word."""
    stored = json.loads((directory / "config.json").read_text(encoding="utf-8"))
    return float(stored.get(KEY, {}).get("threshold", 0.0))


def is_clear(probabilities: np.ndarray, threshold: float) -> np.ndarray:
    """Probabilities [n, classes] → whether each chart has a clear pattern, [n]."""
    clear: np.ndarray = probabilities.max(axis=1) >= threshold
    return clear


def fit_temperature(logits: np.ndarray, truth: np.ndarray) -> float:
    """The divisor of the logits with the least negative log-likelihood (Guo et al. 2017, arxiv.org/abs/1706.04599)."""
    rows = np.arange(len(truth))
    losses = [-np.log(softmax(logits / t)[rows, truth] + 1e-12).mean() for t in TEMPERATURES]
    return round(float(TEMPERATURES[int(np.argmin(losses))]), 3)


def fit_threshold(with_pattern: np.ndarray, without: np.ndarray) -> float:
    """The threshold that lets ``FALSE_ALARMS`` of the charts without a pattern through, or less.

    Both arguments are probabilities [n, classes]. It is lowered where it would refuse too many of the charts that have
    a pattern (see ``MIN_KEPT``).
    """
    strict = np.quantile(without.max(axis=1), 1 - FALSE_ALARMS)
    lenient = np.quantile(with_pattern.max(axis=1), 1 - MIN_KEPT)
    return round(float(min(strict, lenient)), 4)
