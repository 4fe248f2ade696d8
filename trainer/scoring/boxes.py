"""How well boxes fit marks: recall of the first few boxes, and average precision, by spans of time and by boxes.

A span is the left and right side of a box: a pattern is a stretch of time first. Pictures are independent, and in each
a mark is matched to at most one box and the other way round: the surest box takes the free mark that it fits best.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from trainer.data.boxes import Mark
from trainer.models.answer import Found
from trainer.scoring.metrics import wilson_interval

FITS = 0.5  # intersection over union from which a box fits a mark, as in PASCAL VOC
# Places of a screen among which recall is measured, the surest first; and among those that reach the threshold.
FIRST = {"first_5": 5, "first_20": 20}
SHOWN = "shown"
WIDTHS = {"under 1/10": 0.1, "1/10 to 1/4": 0.25, "above 1/4": float("inf")}  # of the picture, each up to this
SPANS, BOXES = "spans", "boxes"
Side = Callable[[Sequence[float], Sequence[float]], float]  # two boxes → how well they fit, 0 to 1


@dataclass(frozen=True)
class Seen:
    """A screen: its marks, the places that were found in it (the surest first), and its width in pixels.

    ``at_edge`` [marks] says which marks end at the right edge; None where that is not known.
    """

    marks: tuple[Mark, ...]
    places: tuple[Found, ...]
    width: int
    at_edge: tuple[bool | None, ...]


def box_overlap(one: Sequence[float], other: Sequence[float]) -> float:
    """Intersection over union of two boxes (left, top, right, bottom)."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    if across <= 0 or down <= 0:
        return 0.0
    both = (one[2] - one[0]) * (one[3] - one[1]) + (other[2] - other[0]) * (other[3] - other[1])
    return across * down / (both - across * down)


def span_overlap(one: Sequence[float], other: Sequence[float]) -> float:
    """Intersection over union of the time spans of two boxes: from left to right."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    return 0.0 if across <= 0 else across / (one[2] - one[0] + other[2] - other[0] - across)


SIDES: dict[str, Side] = {SPANS: span_overlap, BOXES: box_overlap}


def match(marks: Sequence[Mark], places: Sequence[Found], overlap: Side, named: bool) -> list[int | None]:
    """The mark that each place takes, or None; with ``named`` only one of its own name."""
    free, taken = list(range(len(marks))), list[int | None]()
    for place in places:
        fits = {i: overlap(marks[i].box, place.box) for i in free if not named or marks[i].label == place.label}
        best = max(fits, key=fits.__getitem__, default=None)
        if best is not None and fits[best] >= FITS:
            free.remove(best)
            taken.append(best)
        else:
            taken.append(None)
    return taken


def score_boxes(screens: Sequence[Seen], classes: tuple[str, ...], threshold: float) -> dict[str, Any]:
    """All figures, ready for JSON; docs/training.md describes them.

    A mark whose label is not in ``classes`` can be found, but no name is right for it: it counts in ``any_name`` only.
    Average precision is that of the classes with marks. ``threshold`` is the finder's: what is above it is shown.
    """
    clear = [len(_shown(screen.places, threshold)) for screen in screens]
    empty = [count for count, screen in zip(clear, screens, strict=True) if not screen.marks]
    return {
        "screens": len(screens),
        "marks": sum(len(screen.marks) for screen in screens),
        "threshold": threshold,
        "shown_a_screen": float(np.mean(clear)),
        "screens_without_marks": len(empty),
        "shown_a_screen_without_marks": float(np.mean(empty)) if empty else None,
        "recall": _recall(screens, classes, threshold),
        "average_precision": {name: _precisions(screens, classes, overlap) for name, overlap in SIDES.items()},
    }


def average_precision(right: Sequence[bool], marks: int) -> float:
    """The area under the curve of precision over recall, for places in falling order of probability.

    ``right`` says which of them match a mark, ``marks`` how many there are. Precision at a recall is the highest at
    that recall or a higher one (all points, as in PASCAL VOC since 2010).
    """
    hits = np.cumsum(np.asarray(right, bool))
    precision = hits / np.arange(1, len(hits) + 1)
    ceiling = np.maximum.accumulate(precision[::-1])[::-1]
    return float(ceiling[np.asarray(right, bool)].sum() / marks)


def _precisions(screens: Sequence[Seen], classes: tuple[str, ...], overlap: Side) -> dict[str, Any]:
    """``mean`` over the classes with marks (None without any), and each of them in ``classes``."""
    ranked: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for screen in screens:
        taken = match(screen.marks, screen.places, overlap, named=True)
        for place, mark in zip(screen.places, taken, strict=True):
            ranked[place.label].append((place.probability, mark is not None))
    each = {}
    for name in classes:
        marks = sum(mark.label == name for screen in screens for mark in screen.marks)
        if marks:
            order = sorted(ranked[name], key=lambda item: -item[0])
            each[name] = average_precision([right for _, right in order], marks)
    return {"mean": float(np.mean(list(each.values()))) if each else None, "classes": each}


@dataclass(frozen=True)
class _Outcome:
    """Of one mark: by (side, among which places, whether named right) whether it was found."""

    mark: Mark
    width: float  # share of the picture
    at_edge: bool | None
    known: bool  # whether the model has its class
    found: dict[tuple[str, str, bool], bool]


def _shown(places: Sequence[Found], threshold: float) -> Sequence[Found]:
    return [place for place in places if place.probability >= np.float32(threshold)]


def _recall(screens: Sequence[Seen], classes: tuple[str, ...], threshold: float) -> dict[str, Any]:
    marks = [outcome for screen in screens for outcome in _outcomes(screen, classes, threshold)]

    def rows(group: Callable[[_Outcome], str | None], names: Iterable[str]) -> dict[str, Any]:
        chosen = {name: [each for each in marks if group(each) == name] for name in names}
        return {name: _row(some) for name, some in chosen.items() if some}

    stages = dict.fromkeys(each.mark.stage for each in marks if each.mark.stage)
    return {
        "all": _row(marks),
        "named": _row([each for each in marks if each.known]),
        "right_edge": _row([each for each in marks if each.at_edge]) if _edge_known(marks) else None,
        "classes": rows(lambda each: each.mark.label, classes),
        "widths": rows(lambda each: next(name for name, most in WIDTHS.items() if each.width <= most), WIDTHS),
        "stages": rows(lambda each: each.mark.stage, sorted(stage for stage in stages if stage)),
    }


def _edge_known(marks: Sequence[_Outcome]) -> bool:
    return any(each.at_edge is not None for each in marks)


def _outcomes(screen: Seen, classes: tuple[str, ...], threshold: float) -> list[_Outcome]:
    among: dict[str, Sequence[Found]] = {name: screen.places[:first] for name, first in FIRST.items()}
    among[SHOWN] = _shown(screen.places, threshold)
    found = {
        (side, name, named): set(match(screen.marks, places, overlap, named))
        for side, overlap in SIDES.items()
        for name, places in among.items()
        for named in (False, True)
    }
    return [
        _Outcome(
            mark,
            (mark.box[2] - mark.box[0]) / screen.width,
            at_edge,
            mark.label in classes,
            {key: i in taken for key, taken in found.items()},
        )
        for i, (mark, at_edge) in enumerate(zip(screen.marks, screen.at_edge, strict=True))
    ]


def _row(marks: Sequence[_Outcome]) -> dict[str, Any]:
    """Recall of some marks: of all of them with any name, of those with a known class with the right name."""
    known = [each for each in marks if each.known]
    row: dict[str, Any] = {"marks": len(marks), "named_marks": len(known)}
    for side in SIDES:
        row[side] = {
            name: _share("any_name", [each.found[side, name, False] for each in marks])
            | _share("right_name", [each.found[side, name, True] for each in known])
            for name in (*FIRST, SHOWN)
        }
    return row


def _share(name: str, found: Sequence[bool]) -> dict[str, Any]:
    if not found:
        return {name: None, f"{name}_interval": None}
    return {name: sum(found) / len(found), f"{name}_interval": wilson_interval(sum(found), len(found))}
