"""The answer for one picture, as the JSON object that every interface gives and as text for the terminal.

docs/deployment.md describes the fields. Of other packages this module needs numpy only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypedDict

import numpy as np

from cryptoai_common.percent import percent

GUESSES = 3  # classes listed in the text if a cut chart has no clear pattern
DECIMALS = 1  # of a box, in pixels
# A pattern that ends this near to the last price, in shares of the width of all prices, may still be forming: 2 % of
# 200 candles are four, and boxes are not exact to one candle.
NEAR_THE_EDGE = 0.02
Box = tuple[float, float, float, float]  # left, top, right, bottom in pixels of the picture


class Found(NamedTuple):
    """A pattern in a picture."""

    label: str
    probability: float
    box: Box


class Pattern(TypedDict):
    """A pattern in an ``Answer``."""

    label: str
    """Class name."""
    probability: float
    """From the model's threshold to 1."""
    box: list[float]
    """Left, top, right and bottom in pixels of the picture; of a cut chart, the whole picture."""
    at_right_edge: bool | None
    """Whether the box ends where the prices end, so that the pattern may still be forming; None if it is not known."""


class Answer(TypedDict):
    """The JSON object that ``predict --json``, the HTTP server and the Lambda handler give for a picture."""

    patterns: list[Pattern]
    """The surest first; none if none is clear, at most one in a cut chart."""
    label: str | None
    """Class of the surest pattern; None if no pattern is clear."""
    best_guess: str | None
    """The most probable class, clear or not; None if a whole screenshot shows nothing like a pattern."""
    score: float
    """The probability of ``best_guess``; 0 if there is none."""
    clear: bool
    """Whether the score reaches the model's threshold."""
    probabilities: dict[str, float]
    """By class name, in the model's order. Of a cut chart they add up to 1. Of a whole screenshot each is the highest
    among the places that were looked at, and 0 if the class was seen in none."""
    model_version: str | None
    """Version of the weights; None if the model file does not store one."""


def is_clear(probabilities: np.ndarray, threshold: float) -> np.ndarray:
    """Probabilities [n, classes] → whether each chart has a clear pattern, [n]."""
    clear: np.ndarray = probabilities.max(axis=1) >= threshold
    return clear


def answer_cut(
    classes: tuple[str, ...], probabilities: np.ndarray, clear: bool, version: str | None, size: tuple[int, int]
) -> Answer:
    """The answer for a cut chart from its probabilities [classes]; ``clear`` if they reach the model's threshold.

    ``size`` is the picture's width and height in pixels.
    """
    chances = dict(zip(classes, probabilities.tolist(), strict=True))
    best = max(chances, key=chances.__getitem__)
    whole = Pattern(label=best, probability=chances[best], box=[0.0, 0.0, *map(float, size)], at_right_edge=None)
    return {
        "patterns": [whole] if clear else [],
        "label": best if clear else None,
        "best_guess": best,
        "score": chances[best],
        "clear": clear,
        "probabilities": chances,
        "model_version": version,
    }


def answer_screen(
    classes: tuple[str, ...], places: Sequence[Found], threshold: float, version: str | None, read: np.ndarray | None
) -> Answer:
    """The answer for a whole screenshot from all ``places`` that were looked at, however unsure, the surest first.

    ``read`` holds the columns of pixels in which a price was read, in rising order; None if none were looked for.
    """
    clear = [place for place in places if np.float32(place.probability) >= np.float32(threshold)]
    chances = dict.fromkeys(classes, 0.0)
    for place in reversed(places):
        chances[place.label] = place.probability
    return {
        "patterns": [_pattern(place, read) for place in clear],
        "label": clear[0].label if clear else None,
        "best_guess": places[0].label if places else None,
        "score": places[0].probability if places else 0.0,
        "clear": bool(clear),
        "probabilities": chances,
        "model_version": version,
    }


def ends_at_edge(box: Sequence[float], read: np.ndarray | None) -> bool | None:
    """Whether a box ends at the last of the columns in which a price was ``read``; None if there are none."""
    if read is None or not len(read):
        return None
    width = float(read[-1] - read[0]) + 1
    return bool(box[2] >= float(read[-1]) - NEAR_THE_EDGE * width)


def _pattern(place: Found, read: np.ndarray | None) -> Pattern:
    return {
        "label": place.label,
        "probability": place.probability,
        "box": [round(edge, DECIMALS) for edge in place.box],
        "at_right_edge": ends_at_edge(place.box, read),
    }


def cut_text(file: str, answer: Answer) -> str:
    """The answer for the cut chart ``file``, for the terminal: several lines, the most probable class first."""
    named = f"{answer['best_guess']} ({percent(answer['score'])})"
    lines = [f"{file}: {named if answer['clear'] else 'no clear pattern; the best guesses:'}"]
    ranking = sorted(answer["probabilities"].items(), key=lambda item: -item[1])
    for name, chance in ranking if answer["clear"] else ranking[:GUESSES]:
        lines.append(f"  {percent(chance):>6}  {name}")
    return "\n".join(lines)


def screen_text(file: str, answer: Answer) -> str:
    """The answer for the whole screenshot ``file``, for the terminal: a line a pattern, the surest first."""
    patterns = answer["patterns"]
    if not patterns:
        guess = (
            f"; the best guess is {answer['best_guess']} ({percent(answer['score'])})" if answer["best_guess"] else ""
        )
        return f"{file}: no clear pattern{guess}"
    lines = [f"{file}: {len(patterns)} {'pattern' if len(patterns) == 1 else 'patterns'}"]
    wide = max(len(pattern["label"]) for pattern in patterns)
    for pattern in patterns:
        left, top, right, bottom = (round(edge) for edge in pattern["box"])
        place = f"x {left} to {right}, y {top} to {bottom}"
        edge = "  at the right edge" if pattern["at_right_edge"] else ""
        lines.append(f"  {percent(pattern['probability']):>6}  {pattern['label']:{wide}}  {place}{edge}")
    return "\n".join(lines)
