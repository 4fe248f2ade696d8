"""Picture → pattern. With an ONNX file neither torch nor transformers is loaded."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from trainer.calibration import is_clear, read_threshold
from trainer.classifier import ONNX, QUANTIZED, Classifier, OnnxClassifier, softmax
from trainer.config import PredictConfig
from trainer.errors import UserError
from trainer.picture import open_rgb

GUESSES = 3  # named where there is no clear pattern


def predict(config: PredictConfig) -> None:
    """Print the class and probabilities of each picture.

    Raises UserError if the model cannot be used, or after the last picture if some could not be read.
    """
    if not config.pictures:
        raise UserError("name at least one picture")
    classifier, threshold = load_classifier(config.model, config.onnx), read_threshold(config.model)
    unread = 0
    for path in config.pictures:
        try:
            answer = {"file": str(path), **classify(classifier, threshold, path)}
        except UserError as error:
            print(error, file=sys.stderr)
            unread += 1
        else:
            print(json.dumps(answer) if config.json else as_text(answer), flush=True)
    if unread:
        raise UserError(f"{unread} of {len(config.pictures)} pictures could not be read")


def load_classifier(directory: Path, onnx: Path | None = None) -> Classifier:
    """The ONNX file named, or else the first in ``directory`` of: INT8 file, fp32 file, checkpoint."""
    found = onnx or next((directory / name for name in (QUANTIZED, ONNX) if (directory / name).is_file()), None)
    if found:
        return OnnxClassifier(directory, found)
    from trainer.model import TorchClassifier  # loads torch

    return TorchClassifier.load(directory)


def classify(classifier: Classifier, threshold: float, path: Path) -> dict[str, Any]:
    """``label``, ``score`` (its probability), ``clear`` (is the model sure enough to call it a pattern?) and
    ``probabilities`` by class name. Raises UserError if unreadable."""
    pixels = classifier.preprocess(open_rgb(path))
    chances = softmax(classifier.logits(pixels[np.newaxis]))
    probabilities = dict(zip(classifier.classes, chances[0].tolist(), strict=True))
    label = max(probabilities, key=probabilities.__getitem__)
    clear = bool(is_clear(chances, threshold)[0])
    return {"label": label, "score": probabilities[label], "clear": clear, "probabilities": probabilities}


def as_text(answer: dict[str, Any]) -> str:
    """``file`` and what ``classify`` says of it, for the terminal."""
    best = f"{answer['label']} ({answer['score']:.1%})" if answer["clear"] else "no clear pattern; the best guesses:"
    lines = [f"{answer['file']}: {best}"]
    ranking = sorted(answer["probabilities"].items(), key=lambda item: -item[1])
    for name, chance in ranking if answer["clear"] else ranking[:GUESSES]:
        lines.append(f"  {chance:6.1%}  {name}")
    return "\n".join(lines)
