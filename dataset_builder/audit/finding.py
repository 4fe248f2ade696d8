"""What one measure of the audit says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import binom


@dataclass(frozen=True)
class Finding:
    """A measured value beside the range that it must lie in (both ends allowed; None: any)."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    detail: str = ""

    @property
    def passed(self) -> bool:
        return bool((self.low is None or self.value >= self.low) and (self.high is None or self.value <= self.high))

    def row(self) -> str:
        """One line of the table."""
        verdict = "ok" if self.passed else "**fails**"
        return f"| {self.name} | {_number(self.value)} | {self._bounds()} | {verdict} | {self.detail} |"

    def _bounds(self) -> str:
        if self.low is None and self.high is None:
            return "–"
        if self.low is None:
            return f"≤ {_number(self.high)}"
        if self.high is None:
            return f"≥ {_number(self.low)}"
        return f"{_number(self.low)} – {_number(self.high)}"


def _number(value: float) -> str:
    return f"{value:.4g}"


def chance_interval(labels: np.ndarray) -> tuple[float, float]:
    """Accuracies that guessing reaches in 95 of 100 cases (binomial), always naming the commonest of the classes."""
    _, counts = np.unique(labels, return_counts=True)
    low, high = binom.interval(0.95, len(labels), counts.max() / len(labels))
    return low / len(labels), high / len(labels)
