"""A model as evaluation and prediction see it: pixels in, logits out. This module needs no torch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Protocol

import numpy as np

from trainer.errors import UserError
from trainer.preprocess import Preprocessor

ONNX, QUANTIZED = Path("onnx/model.onnx"), Path("onnx/model_quantized.onnx")  # where transformers.js looks


class Classifier(Protocol):
    """``classes`` names the columns of ``logits``: float32 [n, 3, height, width] → float32 [n, classes]."""

    classes: tuple[str, ...]
    preprocess: Preprocessor

    def logits(self, pixel_values: np.ndarray) -> np.ndarray: ...


class OnnxClassifier:
    """An ONNX file with input ``pixel_values``, on the CPU. ``threads`` 0: as many as there are cores."""

    def __init__(self, directory: Path, file: Path, threads: int = 0) -> None:
        """Raises UserError if ``directory`` is no model directory or ``file`` no ONNX file."""
        import onnxruntime

        self.classes, self.preprocess = read_classes(directory), Preprocessor.read(directory)
        if not file.is_file():
            raise UserError(f"{file}: no such file; make it with `python -m trainer export`")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3  # errors only
        try:
            self.session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's exceptions have no common base but this one
            raise UserError(f"{file} is not an ONNX file that onnxruntime can run ({error})") from None
        inputs = [node.name for node in self.session.get_inputs()]
        if inputs != ["pixel_values"]:
            raise UserError(
                f"{file} takes {', '.join(inputs)}; it must take pixel_values, as `trainer export` writes it"
            )

    def logits(self, pixel_values: np.ndarray) -> np.ndarray:
        return self.session.run(None, {"pixel_values": pixel_values})[0]


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
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
