"""Which windows show a pattern, each pattern told once; and the files that say so."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from cryptoai_common.files import write_json, write_text
from trainer.models.pattern_model import UNCLEAR, PatternModel
from trainer.scan.series import RenderedWindow, Series

OVERLAP = 0.5  # of the shorter of two windows: from here on they are taken to show one and the same pattern
COLUMNS = ("pattern", "start", "end", "probability", "window", "windows", "missing")
SKIPPED = "(not looked at)"  # in the place of a pattern, in the rows of hits.csv that tell of a hole
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run a cell that starts so


@dataclass(frozen=True)
class Hit:
    """A pattern, the window that shows it best, and how many windows that overlap with it show it too."""

    pattern: str
    probability: float
    shown: RenderedWindow
    windows: int

    def row(self) -> dict[str, str | float | int]:
        """What the files say of it; ``window`` is the number of candles in it, ``missing`` of those it lacks."""
        values = {**asdict(self), "start": self.shown.start, "end": self.shown.end, "window": self.shown.candles}
        values["missing"] = self.shown.missing
        return {name: values[name] for name in COLUMNS}


def find_hits(
    windows: Sequence[RenderedWindow], probabilities: np.ndarray, labels: np.ndarray, classes: Sequence[str]
) -> list[Hit]:
    """The hits among classified windows, the surest first (of equally sure ones, the latest).

    ``probabilities`` [windows, classes] and ``labels`` [windows] are what ``PatternModel`` returns. Overlapping
    windows of one pattern, of whatever lengths, are merged into the surest of them (non-maximum suppression).
    """
    hits = []
    bounds = np.array([(window.first, window.last + 1) for window in windows]).reshape(-1, 2)
    for label in sorted(set(labels.tolist()) - {UNCLEAR}):
        own = np.flatnonzero(labels == label)
        for best, merged in _suppress(bounds[own], probabilities[own, label]):
            place = own[best]
            hits.append(Hit(classes[label], float(probabilities[place, label]), windows[place], merged))
    return sorted(hits, key=lambda hit: (hit.probability, hit.shown.last), reverse=True)


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


def write_hits(hits: Sequence[Hit], series: Series, model: PatternModel, directory: Path) -> None:
    """``hits.csv`` and ``hits.json``; the second also says what was scanned, and with what.

    Both name the holes in the series across which no window was looked at: in rows below the hits, without a
    probability, and under ``skipped``.
    """
    rows = [hit.row() for hit in hits]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(value) for value in row.values()] for row in rows)
    writer.writerows([SKIPPED, hole.after, hole.before, "", "", hole.windows, hole.missing] for hole in series.skipped)
    write_text(directory / "hits.csv", text.getvalue())
    about = {"source": series.source, "candles": len(series.close), "windows": len(series.windows)}
    about |= {"model_version": model.version, "threshold": model.threshold}
    write_json(directory / "hits.json", about | {"hits": rows, "skipped": [asdict(hole) for hole in series.skipped]})


def _cell(value: str | float) -> str | float:
    """Names come from a model file, which may be anyone's.

    A carriage return becomes a line feed: ``csv`` leaves it unquoted, and readers would begin a new row there.
    """
    if isinstance(value, float):
        return round(value, 4)
    if not isinstance(value, str):
        return value
    return ("'" if value.startswith(FORMULA) else "") + value.replace("\r", "\n")
