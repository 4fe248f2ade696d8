"""The result of one measure of the audit, and the range that it must lie in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

CONFIDENCE = 0.95  # of the interval in which the accuracy of guessing lies


@dataclass(frozen=True)
class Finding:
    """A measured value and the range that it must lie in, both ends included; None: no limit at that end."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    detail: str = ""

    @property
    def passed(self) -> bool:
        """Whether the value lies in the range."""
        return bool((self.low is None or self.value >= self.low) and (self.high is None or self.value <= self.high))

    def row(self) -> str:
        """The finding as a row of the Markdown table."""
        verdict = "ok" if self.passed else "**fails**"
        return f"| {self.name} | {_number(self.value)} | {self._bounds()} | {verdict} | {self.detail} |"

    def _bounds(self) -> str:
        if self.low is None:
            return "–" if self.high is None else f"≤ {_number(self.high)}"
        if self.high is None:
            return f"≥ {_number(self.low)}"
        return f"{_number(self.low)} – {_number(self.high)}"


def _number(value: float) -> str:
    return f"{value:.4g}"


def chance_interval(labels: NDArray[np.str_]) -> tuple[float, float]:
    """Lowest and highest accuracy that guessing reaches in 95 of 100 cases, by the binomial distribution.

    Guessing always names the commonest class of the ``labels``, which have shape (charts,).
    """
    _, counts = np.unique(labels, return_counts=True)
    low, high = binom.interval(CONFIDENCE, len(labels), counts.max() / len(labels))
    return low / len(labels), high / len(labels)
