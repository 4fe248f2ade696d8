"""What two networks say of a window: the classifier of its picture, and the finder of spans in its prices.

They err in different places. On drawn markets whose patterns are known, the tenth of the windows that the classifier is
surest of are right in 69 %, those that both are surest of in 86 % (right: a pattern of that class overlaps with the
window by 0.35 or more). ``benchmarks/scan_quality.py`` measures hits.
The finder looks once at the candles up to each end of windows, and only windows in which it sees enough are drawn.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from cryptoai_common.arrays import Floats
from cryptoai_common.candles import Candles
from trainer.models.cut import WEIGHT, together
from trainer.models.pattern_model import UNCLEAR, PatternModel
from trainer.models.price_finder import PriceFinder, Spans
from trainer.scan.candles import Series, Window, draw
from trainer.scan.hits import Span
from trainer.scan.in_candles import look

# Of the weighted geometric mean of both, as in ``trainer.models.cut``, from which a pattern is clear: on drawn markets
# four of five such windows show it.
THRESHOLD = 0.55
LOOK = 180  # candles before a window's end that are looked at, or the whole window if that is longer
FILLED = 0.5  # share of a window that a span must fill
INSIDE = 0.8  # share of a span that must lie in the window


class Named(NamedTuple):
    """What is said of windows: ``probabilities`` [windows, classes], all 0 where a window was not drawn, ``labels``
    [windows], ``UNCLEAR`` for none, and the seconds that ``drawing`` them and the networks (``thinking``) took."""

    probabilities: Floats
    labels: np.ndarray
    drawing: float
    thinking: float


class WindowModel:
    """Names the patterns of windows: the classifier, and beside it the finder if there is one of the same classes.

    Without a finder the classifier's own probabilities and threshold hold.
    """

    def __init__(self, classifier: PatternModel, finder: PriceFinder | None = None) -> None:
        self.classifier, self.classes, self.version = classifier, classifier.classes, classifier.version
        self.finder = finder if finder and finder.classes == classifier.classes else None
        self.threshold = THRESHOLD if self.finder else classifier.threshold

    @classmethod
    def beside(cls, classifier: PatternModel, directory: Path) -> WindowModel:
        """With the finder of the directory, if it has one. Raises UserError if that cannot be used."""
        return cls(classifier, PriceFinder.beside(directory, threads=1))

    @classmethod
    def open(cls, classifier: Path) -> WindowModel:
        """The classifier's file and what lies beside it, one thread each. Raises UserError if one cannot be used."""
        return cls.beside(PatternModel(classifier, threads=1), classifier.parent)

    def name(self, series: Series, windows: Sequence[Window]) -> Named:
        """Draw the windows one by one, as no batch would be faster, and ask both networks."""
        began = time.perf_counter()
        seen = seen_in(self.finder, series.candles, windows) if self.finder else None
        drawing, thinking = 0.0, time.perf_counter() - began
        probabilities = np.zeros((len(windows), len(self.classes)))
        labels = np.full(len(windows), UNCLEAR, np.int64)
        worth = np.ones(len(windows), bool) if seen is None else worth_drawing(seen)
        for place in np.flatnonzero(worth).tolist():
            began = time.perf_counter()
            picture = draw(series, windows[place])
            drawn = time.perf_counter()
            named, label = self.classifier(picture[np.newaxis])
            if seen is None:
                probabilities[place], labels[place] = named[0], label[0]
            else:
                probabilities[place] = together(named[0], seen[place])
                best = int(probabilities[place].argmax())
                labels[place] = best if probabilities[place, best] >= THRESHOLD else UNCLEAR
            drawing, thinking = drawing + drawn - began, thinking + time.perf_counter() - drawn
        return Named(probabilities, labels, drawing, thinking)


def worth_drawing(seen: Floats) -> np.ndarray:
    """Whether a window with these scores [windows, classes] can be clear, whatever the classifier says of it."""
    worth: np.ndarray = seen.max(axis=1) ** WEIGHT >= THRESHOLD
    return worth


def seen_in(finder: PriceFinder, candles: Candles, windows: Sequence[Span]) -> Floats:
    """The finder's scores [windows, classes] of each window: the highest of the spans that fill it.

    It looks at the candles before a window's end, and never at a later one.
    """
    looks: dict[tuple[int, int], Spans] = {}
    scores = np.zeros((len(windows), len(finder.classes)), np.float64)
    for place, window in enumerate(windows):
        stop = window.last + 1
        start = min(max(stop - LOOK, 0), window.first)
        if (start, stop) not in looks:
            looks[start, stop] = look(finder, candles[start:stop])
        scores[place] = looks[start, stop].highest(window.first - start, stop - start, FILLED, INSIDE)
    return scores
