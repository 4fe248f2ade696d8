"""A model → a function from picture to answer, and the answer as a dictionary and as text.

With an ONNX file neither torch nor transformers is loaded.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from cryptoai_common.errors import UserError
from trainer.models.calibration import is_clear, read_threshold
from trainer.models.classifier import ONNX, QUANTIZED, Classifier, OnnxClassifier, softmax
from trainer.models.pattern_model import UNCLEAR, PatternModel

Classify = Callable[[Image.Image], tuple[np.ndarray, bool]]  # picture → probabilities [classes], is it clear?
GUESSES = 3  # named where there is no clear pattern


def load(model: Path, onnx: Path | None = None) -> tuple[tuple[str, ...], Classify]:
    """The class names and the function of a model: of the deployable file ``model``, or of the directory ``model``.

    From a directory: the ONNX file named, or else the first of INT8 file, fp32 file, checkpoint. Raises UserError if
    that cannot be used.
    """
    if model.suffix == ".onnx":
        if onnx:
            raise UserError(f"--model {model} is a file already; leave out --onnx")
        deployed = PatternModel(model)
        return deployed.classes, lambda picture: _first(*deployed(np.asarray(picture)[np.newaxis]))
    classifier = _classifier(model, onnx)
    return classifier.classes, answer_with(classifier, read_threshold(model))


def answer_with(classifier: Classifier, threshold: float) -> Classify:
    """The function of a network that gives logits."""

    def classify_picture(picture: Image.Image) -> tuple[np.ndarray, bool]:
        probabilities = softmax(classifier.logits(classifier.preprocess(picture)[np.newaxis]))
        return probabilities[0], bool(is_clear(probabilities, threshold)[0])

    return classify_picture


def _first(probabilities: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, bool]:
    return probabilities[0], bool(labels[0] != UNCLEAR)


def _classifier(directory: Path, onnx: Path | None) -> Classifier:
    found = onnx or next((directory / name for name in (QUANTIZED, ONNX) if (directory / name).is_file()), None)
    if found:
        return OnnxClassifier(directory, found)
    from trainer.models.vit import TorchClassifier  # loads torch

    return TorchClassifier.load(directory)


def classify(classes: tuple[str, ...], classify_picture: Classify, picture: Image.Image) -> dict[str, Any]:
    """``label``, ``score`` (its probability), ``clear`` (is the model sure enough to call it a pattern?) and
    ``probabilities`` by class name."""
    chances, clear = classify_picture(picture)
    probabilities = dict(zip(classes, chances.tolist(), strict=True))
    label = max(probabilities, key=probabilities.__getitem__)
    return {"label": label, "score": probabilities[label], "clear": clear, "probabilities": probabilities}


def as_text(answer: dict[str, Any]) -> str:
    """``file`` and what ``classify`` says of it, for the terminal."""
    best = f"{answer['label']} ({answer['score']:.1%})" if answer["clear"] else "no clear pattern; the best guesses:"
    lines = [f"{answer['file']}: {best}"]
    ranking = sorted(answer["probabilities"].items(), key=lambda item: -item[1])
    for name, chance in ranking if answer["clear"] else ranking[:GUESSES]:
        lines.append(f"  {chance:6.1%}  {name}")
    return "\n".join(lines)
