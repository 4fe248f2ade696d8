"""Picture → pattern. With an ONNX file neither torch nor transformers is loaded."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from trainer.calibration import is_clear, read_threshold
from trainer.classifier import ONNX, QUANTIZED, Classifier, OnnxClassifier, softmax
from trainer.config import PredictConfig
from trainer.errors import UserError
from trainer.pattern_model import UNCLEAR, PatternModel
from trainer.picture import open_rgb

Look = Callable[[Image.Image], tuple[np.ndarray, bool]]  # picture → probabilities [classes], is it clear?
GUESSES = 3  # named where there is no clear pattern


def predict(config: PredictConfig) -> None:
    """Print the class and probabilities of each picture.

    Raises UserError if the model cannot be used, or after the last picture if some could not be read.
    """
    if not config.pictures:
        raise UserError("name at least one picture")
    classes, look = load(config.model, config.onnx)
    unread = 0
    for path in config.pictures:
        try:
            answer = {"file": str(path), **classify(classes, look, open_rgb(path))}
        except UserError as error:
            print(error, file=sys.stderr)
            unread += 1
        else:
            print(json.dumps(answer) if config.json else as_text(answer), flush=True)
    if unread:
        raise UserError(f"{unread} of {len(config.pictures)} pictures could not be read")


def load(model: Path, onnx: Path | None = None) -> tuple[tuple[str, ...], Look]:
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
    return classifier.classes, look_with(classifier, read_threshold(model))


def look_with(classifier: Classifier, threshold: float) -> Look:
    """The function of a network that gives logits."""

    def look(picture: Image.Image) -> tuple[np.ndarray, bool]:
        probabilities = softmax(classifier.logits(classifier.preprocess(picture)[np.newaxis]))
        return probabilities[0], bool(is_clear(probabilities, threshold)[0])

    return look


def _first(probabilities: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, bool]:
    return probabilities[0], bool(labels[0] != UNCLEAR)


def _classifier(directory: Path, onnx: Path | None) -> Classifier:
    found = onnx or next((directory / name for name in (QUANTIZED, ONNX) if (directory / name).is_file()), None)
    if found:
        return OnnxClassifier(directory, found)
    from trainer.model import TorchClassifier  # loads torch

    return TorchClassifier.load(directory)


def classify(classes: tuple[str, ...], look: Look, picture: Image.Image) -> dict[str, Any]:
    """``label``, ``score`` (its probability), ``clear`` (is the model sure enough to call it a pattern?) and
    ``probabilities`` by class name."""
    chances, clear = look(picture)
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
