"""From a finder's scores to probabilities, and the threshold above which a pattern is shown.

Fitted on screenshots that the finder was not trained on. This module needs numpy only.
"""

from __future__ import annotations

import math

import numpy as np

STEPS = 50  # of Newton's method; it needs about ten, and more where the right and the wrong can be told apart fully
SMALLEST_STEP = 1e-6  # share of a step of Newton's method, which is halved while it leads to a less likely fit
RIDGE = 1e-3  # keeps the fit finite where the right and the wrong can be told apart fully
ROUNDING = 1e-9  # share of a cost that sums in another order may differ by
FAR = 60.0  # logit from which the logistic function is 0 or 1
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
    as_it_is = np.array([1.0, 0.0])  # RIDGE keeps the fit near it

    def cost(fit: np.ndarray) -> float:
        odds = inputs @ fit
        return float((np.logaddexp(0, odds) - right * odds).sum() + RIDGE / 2 * ((fit - as_it_is) ** 2).sum())

    found = as_it_is
    for _ in range(STEPS):
        chances = _chances(inputs @ found)
        gradient = inputs.T @ (chances - right) + RIDGE * (found - as_it_is)
        curvature = (inputs * (chances * (1 - chances))[:, None]).T @ inputs + RIDGE * np.eye(2)
        step, share = np.linalg.solve(curvature, gradient), 1.0
        most = cost(found) * (1 + ROUNDING)
        while share > SMALLEST_STEP and cost(found - share * step) > most:
            share /= 2
        found = found - share * step
    slope, offset = map(float, found)
    return slope, offset, _chances(inputs @ found)


def fit_threshold(probabilities: np.ndarray, right: np.ndarray, marks: int) -> float:
    """The probability with the highest F1, the harmonic mean of precision and recall, among ``marks`` patterns.

    Rounded down to four digits.
    """
    order = np.argsort(-probabilities, kind="stable")
    ranked = probabilities[order]
    f1 = 2 * np.cumsum(right[order]) / (np.arange(1, len(order) + 1) + marks)
    last_of_equals = np.append(ranked[:-1] > ranked[1:], True)  # all that are as sure are shown together
    best = int(np.argmax(np.where(last_of_equals, f1, -1)))
    return math.floor(float(ranked[best]) * 1e4) / 1e4


def _chances(inputs: np.ndarray) -> np.ndarray:
    """The logistic function, without overflow."""
    found: np.ndarray = 1 / (1 + np.exp(-np.clip(inputs, -FAR, FAR)))
    return found
