"""The answer for one picture, as the JSON object that every interface gives and as text for the terminal.

docs/deployment.md describes the fields. This module needs numpy, nothing else.
"""

from __future__ import annotations

from typing import TypedDict

import numpy as np

GUESSES = 3  # classes listed in the text if no pattern is clear


class Answer(TypedDict):
    """The JSON object that ``predict --json``, the HTTP server and the Lambda handler give for a picture."""

    label: str | None
    """Class name; None if no pattern is clear."""
    best_guess: str
    """The most probable class, clear or not."""
    score: float
    """The probability of ``best_guess``."""
    clear: bool
    """Whether the score reaches the model's threshold."""
    probabilities: dict[str, float]
    """By class name, in the model's order; they add up to 1."""
    model_version: str | None
    """Version of the weights; None if the model file does not store one."""


def make_answer(classes: tuple[str, ...], probabilities: np.ndarray, clear: bool, version: str | None) -> Answer:
    """The answer from the probabilities [classes] of one picture; ``clear`` if they reach the model's threshold."""
    chances = dict(zip(classes, probabilities.tolist(), strict=True))
    best = max(chances, key=chances.__getitem__)
    return {
        "label": best if clear else None,
        "best_guess": best,
        "score": chances[best],
        "clear": clear,
        "probabilities": chances,
        "model_version": version,
    }


def as_text(file: str, answer: Answer) -> str:
    """The answer for the picture ``file``, for the terminal: several lines, the most probable class first."""
    named = f"{answer['best_guess']} ({answer['score']:.1%})"
    lines = [f"{file}: {named if answer['clear'] else 'no clear pattern; the best guesses:'}"]
    ranking = sorted(answer["probabilities"].items(), key=lambda item: -item[1])
    for name, chance in ranking if answer["clear"] else ranking[:GUESSES]:
        lines.append(f"  {chance:6.1%}  {name}")
    return "\n".join(lines)
