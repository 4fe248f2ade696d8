"""From a finder's scores to probabilities, and the threshold above which a pattern is shown.

Fitted on screenshots that the finder was not trained on. This module needs numpy only.
"""

from __future__ import annotations

import numpy as np

STEPS = 50  # of Newton's method; it needs about ten
RIDGE = 1e-3  # keeps the fit finite where the right and the wrong can be told apart fully
TINY = 1e-6  # of a score: its logit is finite


def logits(scores: np.ndarray) -> np.ndarray:
    """The logits of scores from 0 to 1."""
    clipped = np.clip(scores, TINY, 1 - TINY)
    found: np.ndarray = np.log(clipped / (1 - clipped))
    return found


def fit_logistic(scores: np.ndarray, right: np.ndarray) -> tuple[float, float, np.ndarray]:
    """Slope and offset for which the logistic function of slope times a score's logit plus offset is the chance that
    the pattern is right (Platt 1999); and these chances [n]. ``right`` [n] is 0 or 1."""
    inputs = np.stack((logits(scores), np.ones(len(scores))), axis=1)
    found = np.array([1.0, 0.0])
    for _ in range(STEPS):
        chances = 1 / (1 + np.exp(-inputs @ found))
        gradient = inputs.T @ (chances - right) + RIDGE * (found - [1.0, 0.0])
        curvature = (inputs * (chances * (1 - chances))[:, None]).T @ inputs + RIDGE * np.eye(2)
        found = found - np.linalg.solve(curvature, gradient)
    slope, offset = map(float, found)
    return slope, offset, 1 / (1 + np.exp(-inputs @ found))


def fit_threshold(probabilities: np.ndarray, right: np.ndarray, marks: int) -> float:
    """The probability with the highest F1, the harmonic mean of precision and recall, among ``marks`` patterns."""
    order = np.argsort(-probabilities, kind="stable")
    hits = np.cumsum(right[order])
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + marks)
    return round(float(probabilities[order][int(np.argmax(f1))]), 4)
