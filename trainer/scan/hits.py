"""Which windows show a pattern, and each pattern told once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from trainer.models.pattern_model import UNCLEAR

OVERLAP = 0.5  # of the shorter of two windows: from here on they are taken to show one and the same pattern
DIGITS = 7  # of a price
NO_LINE = "–"  # in the place of a stage, where none can be told


def rounded(price: float) -> float:
    """A price without digits that say nothing."""
    return float(f"{price:.{DIGITS}g}")


class Span(Protocol):
    """A window: the candles from row ``first`` to row ``last``, both included."""

    @property
    def first(self) -> int: ...
    @property
    def last(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Found:
    """A pattern in one series: the window that shows it (its place in the list), and how many windows show it."""

    pattern: str
    probability: float
    window: int
    windows: int = 1


@dataclass(frozen=True, slots=True)
class Hit:
    """A pattern in a market, by the window that shows it best: its first and last candle, in ISO 8601, UTC.

    ``window`` is the number of candles in it, ``windows`` how many overlapping windows show the pattern too, and
    ``missing`` how many candles an open market would have had in it besides.

    ``stage`` is "complete", "broken" or "failed" at the window's last candle, and ``line`` the price at which the
    pattern's line lies there. It lies ``to_line_percent`` of the last close above it (negative: below it), or
    ``to_line_atr`` mean true ranges of the window. All four are None where the rules of the dataset don't see the
    pattern that the model names: no line can be told then.
    """

    market: str
    pattern: str
    start: str
    end: str
    probability: float
    window: int
    windows: int
    missing: int
    stage: str | None = None
    line: float | None = None
    to_line_percent: float | None = None
    to_line_atr: float | None = None

    def rank(self) -> tuple[float, list[int], str, str, int]:
        """The order of the table: the surest first, of equally sure ones the latest; never a matter of chance."""
        return -self.probability, [-ord(c) for c in self.end], self.market, self.pattern, self.window

    def standing(self) -> str:
        """The stage and the way to the line in words; empty where no line can be told."""
        if self.stage is None:
            return ""
        assert self.to_line_percent is not None and self.to_line_atr is not None
        side = "above" if self.to_line_percent >= 0 else "below"
        far = f"{abs(self.to_line_percent):.2f}% ({abs(self.to_line_atr):.1f} ATR) {side} the last close"
        return f"{self.stage}, line at {self.line:.{DIGITS}g}, {far}"


def find_hits(
    windows: Sequence[Span], probabilities: np.ndarray, labels: np.ndarray, classes: Sequence[str]
) -> list[Found]:
    """The patterns among classified windows, the surest first (of equally sure ones, the latest).

    ``probabilities`` [windows, classes] and ``labels`` [windows] are what ``PatternModel`` returns. Overlapping
    windows of one pattern, of whatever lengths, are merged into the surest of them (non-maximum suppression).
    """
    hits = []
    bounds = np.array([(window.first, window.last + 1) for window in windows]).reshape(-1, 2)
    for label in sorted(set(labels.tolist()) - {UNCLEAR}):
        own = np.flatnonzero(labels == label)
        for best, merged in _suppress(bounds[own], probabilities[own, label]):
            place = int(own[best])
            hits.append(Found(classes[label], float(probabilities[place, label]), place, merged))
    return sorted(hits, key=lambda hit: (hit.probability, windows[hit.window].last), reverse=True)


def _suppress(bounds: np.ndarray, scores: np.ndarray) -> Iterable[tuple[int, int]]:
    """The surest interval of ``bounds`` [n, 2] and how many it stands for; then the same among the rest."""
    first, stop = bounds.T
    left = np.ones(len(bounds), bool)
    for best in np.lexsort((-stop, -scores)):
        if left[best]:
            shared = np.minimum(stop, stop[best]) - np.maximum(first, first[best])
            same = left & (shared >= OVERLAP * np.minimum(stop - first, stop[best] - first[best]))
            left &= ~same
            yield int(best), int(same.sum())


def same_pattern(start: float, end: float, other_start: float, other_end: float) -> bool:
    """Whether two windows, as intervals of time or of rows (the end excluded), are taken to show one pattern."""
    shared = min(end, other_end) - max(start, other_start)
    return shared >= OVERLAP * min(end - start, other_end - other_start)


def first_seen(
    windows: Sequence[Span], probabilities: np.ndarray, labels: np.ndarray, classes: Sequence[str]
) -> list[Found]:
    """The patterns as one who watches is told of them: at the first candle whose windows show it, and not again.

    Windows must be in the order of their ends. Unlike ``find_hits`` this looks at nothing later than each window's end.
    A window that overlaps by half with the one that was told last of this pattern is not told again; of the windows
    that end at one candle the surest is.
    """
    told: dict[int, tuple[int, int]] = {}
    hits: list[Found] = []
    order = sorted(
        np.flatnonzero(labels != UNCLEAR).tolist(),
        key=lambda i: (windows[i].last, -float(probabilities[i, labels[i]]), windows[i].first),
    )
    for place in order:
        label, window = int(labels[place]), windows[place]
        bounds = (window.first, window.last + 1)
        if label in told and same_pattern(*bounds, *told[label]):
            continue
        told[label] = bounds
        hits.append(Found(classes[label], float(probabilities[place, label]), place))
    return hits
