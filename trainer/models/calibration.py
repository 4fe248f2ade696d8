"""Calibration: a temperature for the logits, and the probability below which a chart has no clear pattern.

Both are fitted when training ends. The classifier's weights are divided by the temperature, so that every runtime gives
calibrated probabilities; the threshold is stored in the model's ``config.json``. This module needs no torch.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from trainer.models.classifier import softmax

KEY = "calibration"  # in config.json
FALSE_ALARMS = 0.10  # share of the charts without a pattern that may be called one
# Share of the charts with a pattern that must be called one, even if that raises the false alarms. Two in five of the
# charts of version 0.13.0 lie small on a page: a threshold that keeps 75 % of them calls 75 % of random walks patterns
# and one that keeps half calls 37 %; seven of eight of the charts that it keeps are named right, not three of four.
MIN_KEPT = 0.5
TEMPERATURES = np.exp(np.linspace(np.log(0.3), np.log(5), 300))  # 300 from 0.3 to 5, in steps of about 1 %
TINY = 1e-12  # added to probabilities, since log(0) is infinite


def read_threshold(directory: Path) -> float:
    """The threshold in a model's ``config.json``; 0, so that every chart is clear, if it stores none."""
    stored = json.loads((directory / "config.json").read_text(encoding="utf-8"))
    return float(stored.get(KEY, {}).get("threshold", 0.0))


def fit_temperature(logits: np.ndarray, truth: np.ndarray) -> float:
    """The divisor of the logits with the least negative log-likelihood (Guo et al. 2017, arxiv.org/abs/1706.04599).

    ``logits`` are [n, classes], ``truth`` class ids [n].
    """
    rows = np.arange(len(truth))
    losses = [-np.log(softmax(logits / t)[rows, truth] + TINY).mean() for t in TEMPERATURES]
    return round(float(TEMPERATURES[int(np.argmin(losses))]), 3)


def fit_threshold(with_pattern: np.ndarray, without: np.ndarray) -> float:
    """The threshold that at most ``FALSE_ALARMS`` of the charts without a pattern reach.

    Both arguments are probabilities [n, classes]. The threshold is lowered if fewer than ``MIN_KEPT`` of the charts
    with a pattern would reach it.
    """
    strict = np.quantile(without.max(axis=1), 1 - FALSE_ALARMS)
    lenient = np.quantile(with_pattern.max(axis=1), 1 - MIN_KEPT)
    return round(float(min(strict, lenient)), 4)
