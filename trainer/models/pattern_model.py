"""Runs the deployable classifier: charts that are cut to their prices in, probabilities and labels out.

The file contains resizing, normalisation, temperature, softmax and threshold, and in its metadata the class names.
This module needs onnxruntime and numpy, nothing else.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cryptoai_common.errors import UserError
from trainer.models.answer import Answer, answer_cut
from trainer.models.session import open_session, run_each

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

# At the root of a run: the classifier of cut charts, which this module runs, and the finder of patterns in whole
# screenshots with the reader of prices, which ``finder`` runs, and the finder of spans in candles without a picture.
CLASSIFIER = Path("crypto_chart_classifier.onnx")
CLASSIFIER_QUANTIZED = Path("crypto_chart_classifier_quantized.onnx")
FINDER = Path("crypto_pattern_model.onnx")
FINDER_QUANTIZED = Path("crypto_pattern_model_quantized.onnx")
READER = Path("crypto_price_reader.onnx")
PRICE_FINDER = Path("crypto_price_patterns.onnx")
INPUT, OUTPUTS = "input", ("probabilities", "label")
UNCLEAR = -1  # the label of a chart without a clear pattern
REMEDY = "make the files of a run with `python -m trainer export`"


class Stored(NamedTuple):
    """What the metadata of a deployable file says: see ``PatternModel``."""

    classes: tuple[str, ...]
    threshold: float
    version: str
    dataset_fingerprint: str


class PatternModel:
    """``classes`` names the columns of the probabilities; a label is a column, or ``UNCLEAR``.

    ``threshold`` is the score below which a chart has no clear pattern, ``version`` identifies the weights, and
    ``dataset_fingerprint`` the dataset that they were trained on.
    """

    def __init__(self, file: Path, threads: int = 0, session: InferenceSession | None = None) -> None:
        """``threads`` 0: as many as there are cores. ``session``: the file, if it is open already.

        Raises UserError for a file that is missing or of another kind.
        """
        self.session = session or open_session(file, INPUT, threads)
        if output_names(self.session) != OUTPUTS:
            raise UserError(
                f"{file} is no classifier of cut charts (it gives {', '.join(output_names(self.session))}); that is"
                f" {CLASSIFIER_QUANTIZED} or {CLASSIFIER} of a run"
            )
        stored = read_stored(self.session, file)
        self.classes, self.threshold, self.version, self.dataset_fingerprint = stored

    def __call__(self, pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """RGB uint8 [n, height, width, 3], any size → probabilities float32 [n, classes], labels int64 [n]."""
        probabilities, labels = run_each(self.session, pictures)
        return probabilities, labels

    def answer(self, picture: np.ndarray) -> Answer:
        """The answer for one picture of a cut chart, RGB uint8 [height, width, 3]."""
        probabilities, labels = self(picture[np.newaxis])
        height, width = picture.shape[:2]
        return answer_cut(self.classes, probabilities[0], bool(labels[0] != UNCLEAR), self.version, (width, height))


def read_stored(session: InferenceSession, file: Path) -> Stored:
    """The metadata of the open ``file``. Raises UserError if it has none of a deployable file."""
    stored = session.get_modelmeta().custom_metadata_map
    try:
        classes, threshold = tuple(json.loads(stored["classes"])), float(stored["threshold"])
        return Stored(classes, threshold, stored["model_version"], stored["dataset_fingerprint"])
    except (KeyError, ValueError, TypeError) as error:
        raise UserError(f"{file} lacks the metadata of a deployable file ({error!r}); {REMEDY}") from None


def output_names(session: InferenceSession) -> tuple[str, ...]:
    """The names of what the file gives, in order."""
    return tuple(node.name for node in session.get_outputs())
