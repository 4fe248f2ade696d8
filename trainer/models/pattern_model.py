"""Runs the deployable ONNX file: pictures in, probabilities and labels out.

The file contains resizing, normalisation, temperature, softmax and threshold, and in its metadata the class names.
This module needs onnxruntime and numpy, nothing else.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from cryptoai_common.errors import UserError
from trainer.models.answer import Answer, make_answer
from trainer.models.session import open_session, run_each

# At the root of a run: the classifier of cut charts, which this module runs, and the finder of patterns in whole
# screenshots with the reader of prices, which ``finder`` runs.
CLASSIFIER = Path("crypto_chart_classifier.onnx")
CLASSIFIER_QUANTIZED = Path("crypto_chart_classifier_quantized.onnx")
FINDER = Path("crypto_pattern_model.onnx")
FINDER_QUANTIZED = Path("crypto_pattern_model_quantized.onnx")
READER = Path("crypto_price_reader.onnx")
INPUT, OUTPUTS = "input", ("probabilities", "label")
UNCLEAR = -1  # the label of a chart without a clear pattern


class PatternModel:
    """``classes`` names the columns of the probabilities; a label is a column, or ``UNCLEAR``.

    ``threshold`` is the score below which a chart has no clear pattern, ``version`` identifies the weights, and
    ``dataset_fingerprint`` the dataset that they were trained on.
    """

    def __init__(self, file: Path, threads: int = 0) -> None:
        """``threads`` 0: as many as there are cores. Raises UserError for a file that is missing or of another kind."""
        self.session = open_session(file, INPUT, threads)
        stored = self.session.get_modelmeta().custom_metadata_map
        try:
            self.classes: tuple[str, ...] = tuple(json.loads(stored["classes"]))
            self.threshold = float(stored["threshold"])
            self.version, self.dataset_fingerprint = stored["model_version"], stored["dataset_fingerprint"]
        except (KeyError, ValueError, TypeError) as error:
            raise UserError(
                f"{file} lacks the metadata of a deployable file ({error!r}); make it with `python -m trainer export`"
            ) from None

    def __call__(self, pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """RGB uint8 [n, height, width, 3], any size → probabilities float32 [n, classes], labels int64 [n]."""
        probabilities, labels = run_each(self.session, pictures)
        return probabilities, labels

    def answer(self, picture: np.ndarray) -> Answer:
        """The answer for one picture, RGB uint8 [height, width, 3]."""
        probabilities, labels = self(picture[np.newaxis])
        return make_answer(self.classes, probabilities[0], bool(labels[0] != UNCLEAR), self.version)
