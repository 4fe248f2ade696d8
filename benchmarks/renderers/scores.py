"""What a model answers to pictures, held against their labels, and the tables of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.renderers.library import Box
from benchmarks.told import in_percent
from trainer.models.cut import CutModel
from trainer.models.finder import PatternFinder
from trainer.models.pattern_model import UNCLEAR
from trainer.models.session import at_once
from trainer.scoring.boxes import FIRST, FITS, span_overlap
from trainer.scoring.metrics import score, wilson_interval

Figures = dict[str, Any]  # what `figures` returns, and the names of the library, look and framing


def figures(model: CutModel, pictures: Sequence[Callable[[], Image.Image]], labels: Sequence[str]) -> Figures:
    """Figures of a model for pictures that are opened one by one, ready for JSON.

    Raises ValueError for a label that is no class of the model. The classes must be alike in number: then balanced
    accuracy is accuracy, and the interval is that of a share (Wilson, 95 %).
    """
    truth = np.array([model.classes.index(label) for label in labels])
    answers = list(at_once(lambda picture: model(np.asarray(picture())[np.newaxis]), pictures))
    probabilities, named = (np.concatenate(parts) for parts in zip(*answers, strict=True))
    found = score(probabilities, truth, model.classes)
    return {
        "charts": found["charts"],
        "balanced_accuracy": found["balanced_accuracy"],
        "interval": list(found["accuracy_interval"]),
        "top_probability": float(probabilities.max(axis=1).mean()),
        "called_pattern": float((named != UNCLEAR).mean()),
        "recall": {name: told["recall"] for name, told in found["per_class"].items()},
    }


def found(
    finder: PatternFinder, pictures: Sequence[Callable[[], tuple[Image.Image, Box]]], labels: Sequence[str]
) -> Figures:
    """In how many pictures one of the finder's first five places is the pattern, by its span of time; ready for JSON.

    Each picture comes with the box of the chart that shows the pattern.
    """

    def see(number: int) -> tuple[bool, bool]:
        image, box = pictures[number]()
        places = finder.find(np.asarray(image), 0.0)[: FIRST["first_5"]]
        fits = [place.label == labels[number] for place in places if span_overlap(place.box, box) >= FITS]
        return bool(fits), any(fits)

    seen = np.array(list(at_once(see, range(len(pictures)))))
    right = int(seen[:, 1].sum())
    return {
        "found": float(seen[:, 0].mean()),
        "found_and_named": right / len(seen),
        "found_and_named_interval": list(wilson_interval(right, len(seen))),
    }


def found_table(rows: list[Figures], framings: dict[str, str]) -> str:
    """Markdown: percent of the patterns found among the first five places, and found and named right."""
    return _table(
        [row for row in rows if "found" in row],
        framings,
        lambda row: f"{100 * row['found']:.0f}, {100 * row['found_and_named']:.0f}",
    )


def accuracy_table(rows: list[Figures], framings: dict[str, str]) -> str:
    """Markdown: balanced accuracy in percent with its interval, a row a look, a column a framing (name -> title)."""
    return _table(rows, framings, _accuracy)


def confidence_table(rows: list[Figures], framings: dict[str, str]) -> str:
    """Markdown: mean probability of the first answer, and percent of the pictures called a pattern."""
    return _table(rows, framings, lambda row: f"{row['top_probability']:.2f}, {100 * row['called_pattern']:.0f}")


def _accuracy(row: Figures) -> str:
    return in_percent(row["balanced_accuracy"], row["interval"])


def _table(rows: list[Figures], framings: dict[str, str], cell: Callable[[Figures], str]) -> str:
    looks = list(dict.fromkeys((row["library"], row["look"]) for row in rows))
    cells = {(row["library"], row["look"], row["framing"]): cell(row) for row in rows}
    lines = [f"| drawn by | {' | '.join(framings.values())} |", f"|---|{'---:|' * len(framings)}"]
    for library, look in looks:
        told = " | ".join(cells.get((library, look, framing), "") for framing in framings)
        lines.append(f"| {library}, {look} | {told} |")
    return "\n".join(lines)
