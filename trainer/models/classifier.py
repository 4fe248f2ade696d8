"""The interface of a model for evaluation and prediction: pixels in, logits out. This module needs no torch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Protocol

import numpy as np

from cryptoai_common.errors import UserError
from trainer.data.preprocess import Preprocessor
from trainer.models.session import open_session, run_each

CHECKPOINT = "model.safetensors"  # the weights in a run or model directory
ONNX, QUANTIZED = Path("onnx/model.onnx"), Path("onnx/model_quantized.onnx")  # where transformers.js expects them


class Classifier(Protocol):
    """A network with its ``preprocess``; ``classes`` names the columns of its logits."""

    classes: tuple[str, ...]
    preprocess: Preprocessor

    def logits(self, pixel_values: np.ndarray) -> np.ndarray:
        """float32 [n, 3, height, width] → float32 [n, classes]."""


class OnnxClassifier:
    """An ONNX file with input ``pixel_values``, on the CPU. ``threads`` 0: as many as there are cores."""

    def __init__(self, directory: Path, file: Path, threads: int = 0) -> None:
        """Raises UserError if ``directory`` is no model directory or ``file`` no ONNX file."""
        self.classes, self.preprocess = read_classes(directory), Preprocessor.read(directory)
        self.session = open_session(file, "pixel_values", threads)

    def logits(self, pixel_values: np.ndarray) -> np.ndarray:
        """float32 [n, 3, height, width] → float32 [n, classes]."""
        return run_each(self.session, pixel_values)[0]


def read_classes(directory: Path) -> tuple[str, ...]:
    """The class names in id order, from ``config.json``. Raises UserError if there are none."""
    path = directory / "config.json"
    try:
        id2label = json.loads(path.read_text(encoding="utf-8"))["id2label"]
        return tuple(id2label[str(i)] for i in range(len(id2label)))
    except (FileNotFoundError, NotADirectoryError):
        raise UserError(f"{directory} is not a model directory: it has no config.json") from None
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path} cannot be read ({error!r}); it must give id2label") from None


def softmax(logits: np.ndarray) -> np.ndarray:
    """Logits [n, classes] → probabilities, rows adding up to 1."""
    powers: np.ndarray = np.exp(logits - logits.max(axis=1, keepdims=True))
    powers /= powers.sum(axis=1, keepdims=True)
    return powers
