"""What a model says of one picture: the one place where the answer is made, and its text for the terminal.

docs/deployment.md describes the fields. This module needs numpy, nothing else.
"""

from __future__ import annotations

from typing import TypedDict

import numpy as np

GUESSES = 3  # named in the text where there is no clear pattern


class Answer(TypedDict):
    """The JSON object that ``predict --json``, the HTTP server and the Lambda handler give for a picture."""

    label: str | None
    """Class name; None without a clear pattern."""
    best_guess: str
    """The most probable class, clear or not."""
    score: float
    """The probability of ``best_guess``."""
    clear: bool
    """Whether the score reaches the model's threshold."""
    probabilities: dict[str, float]
    """By class name, in the model's order; they add up to 1."""
    model_version: str | None
    """Which weights answered; None where the model file does not say."""


def make_answer(classes: tuple[str, ...], probabilities: np.ndarray, clear: bool, version: str | None) -> Answer:
    """The answer from the probabilities [classes] of one picture."""
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
