"""Loads a model file or directory as a function from picture to answer; an ONNX file needs no torch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from cryptoai_common.errors import UserError
from trainer.models.answer import Answer, make_answer
from trainer.models.calibration import is_clear, read_threshold
from trainer.models.classifier import ONNX, QUANTIZED, Classifier, OnnxClassifier, softmax
from trainer.models.pattern_model import PatternModel

Ask = Callable[[Image.Image], Answer]  # an RGB picture → the answer


def load(model: Path, onnx: Path | None = None) -> Ask:
    """The function of a model: of the deployable file ``model``, or of the directory ``model``.

    Of a directory it uses the file ``onnx``, or else the first that exists of INT8 file, fp32 file and checkpoint; its
    answers have no ``model_version``. Raises UserError if the file cannot be used.
    """
    if model.suffix == ".onnx":
        if onnx:
            raise UserError(f"--model {model} is a file already; leave out --onnx")
        deployed = PatternModel(model)
        return lambda picture: deployed.answer(np.asarray(picture))
    return ask_with(_classifier(model, onnx), read_threshold(model))


def ask_with(classifier: Classifier, threshold: float) -> Ask:
    """The function of a network that gives logits; a picture is clear from ``threshold`` on."""

    def ask(picture: Image.Image) -> Answer:
        probabilities = softmax(classifier.logits(classifier.preprocess(picture)[np.newaxis]))
        clear = bool(is_clear(probabilities, threshold)[0])
        return make_answer(classifier.classes, probabilities[0], clear, version=None)

    return ask


def _classifier(directory: Path, onnx: Path | None) -> Classifier:
    found = onnx or next((directory / name for name in (QUANTIZED, ONNX) if (directory / name).is_file()), None)
    if found:
        return OnnxClassifier(directory, found)
    from trainer.models.vit import TorchClassifier  # loads torch

    return TorchClassifier.load(directory)
