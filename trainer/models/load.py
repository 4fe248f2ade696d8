"""Loads a model file or directory as a function from picture to answer; an ONNX file needs no torch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from cryptoai_common.errors import UserError
from trainer.models.answer import Answer, answer_cut, is_clear
from trainer.models.calibration import read_threshold
from trainer.models.classifier import ONNX, QUANTIZED, Classifier, OnnxClassifier, read_classes, softmax
from trainer.models.cut import CutModel
from trainer.models.deployed import classifier_file, finder_file, first_file
from trainer.models.finder import PatternFinder
from trainer.models.pattern_model import FINDER, FINDER_QUANTIZED, INPUT, OUTPUTS, output_names
from trainer.models.session import open_session

CUT = ", or add --cut if the picture is a chart that is cut to its prices"
Ask = Callable[[Image.Image], Answer]  # an RGB picture → the answer


def load(model: Path, onnx: Path | None = None, cut: bool = False) -> Ask:
    """The function of a model for whole screenshots, or for charts that are ``cut`` to their prices.

    ``model`` is a deployable file or a directory. Of a directory it uses the file ``onnx``; or else the finder; for cut
    charts the classifier with what lies beside it (``cut.CutModel``), or else the first that exists of INT8 file, fp32
    file and checkpoint, whose answers have no ``model_version``. Raises UserError if there is no such file, or it
    cannot be used.
    """
    if onnx and model.suffix == ".onnx":
        raise UserError(f"--model {model} is a file already; leave out --onnx")
    if not cut:
        if onnx:
            raise UserError("--onnx names a classifier of cut charts; add --cut, or leave it out")
        finder = open_finder(model, hint=CUT)
        return lambda picture: finder.answer(np.asarray(picture))
    file = model if model.suffix == ".onnx" else None if onnx else classifier_file(model)
    if file:
        deployed = CutModel.open(file)
        return lambda picture: deployed.answer(np.asarray(picture))
    return ask_with(_classifier(model, onnx), read_threshold(model))


def open_finder(model: Path, threads: int = 0, hint: str = "") -> PatternFinder:
    """The finder ``model``, or that of the directory ``model``; ``threads`` 0: as many as there are cores.

    Raises UserError if there is none; its sentence ends with ``hint``.
    """
    if model.suffix == ".onnx":
        session = open_session(model, INPUT, threads)
        if output_names(session) == OUTPUTS and model.name not in (FINDER.name, FINDER_QUANTIZED.name):
            raise UserError(f"{model} is a classifier of cut charts; name a finder of patterns{hint}")
        return PatternFinder(model, threads, session)
    file = finder_file(model)
    if file is None:
        read_classes(model)  # raises UserError if this is no model directory at all
        raise UserError(
            f"{model} has no {FINDER_QUANTIZED}, which finds patterns in whole screenshots; make it with"
            f" `python -m trainer export`{hint}"
        )
    return PatternFinder(file, threads)


def ask_with(classifier: Classifier, threshold: float) -> Ask:
    """The function of a network that gives logits; a cut chart is clear from ``threshold`` on."""

    def ask(picture: Image.Image) -> Answer:
        probabilities = softmax(classifier.logits(classifier.preprocess(picture)[np.newaxis]))
        clear = bool(is_clear(probabilities, threshold)[0])
        return answer_cut(classifier.classes, probabilities[0], clear, None, picture.size)

    return ask


def _classifier(directory: Path, onnx: Path | None) -> Classifier:
    found = onnx or first_file(directory, QUANTIZED, ONNX)
    if found:
        return OnnxClassifier(directory, found)
    from trainer.models.vit import TorchClassifier  # loads torch

    return TorchClassifier.load(directory)
