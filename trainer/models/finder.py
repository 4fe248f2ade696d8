"""Runs the deployable finder, whole screenshots in and patterns with boxes out, and the reader of their prices.

This module needs onnxruntime and numpy, nothing else.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cryptoai_common.errors import UserError
from trainer.models.answer import Answer, Found, answer_screen
from trainer.models.pattern_model import FINDER_QUANTIZED, INPUT, OUTPUTS, READER, REMEDY, output_names, read_stored
from trainer.models.session import open_session

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

FINDS, READS = ("boxes", "labels", "probabilities"), ("x", "high", "low")  # the outputs of finder and reader
THRESHOLD = "threshold"  # an input of the finder that may be left out


class Prices(NamedTuple):
    """The columns of pixels ``x`` in which a price was read, from left to right, and its ``high`` and ``low`` there.

    Arrays of one length in pixels of the picture, y downwards, so that ``high`` is the smaller number.
    """

    x: np.ndarray
    high: np.ndarray
    low: np.ndarray


class PriceReader:
    """Reads the prices that a screenshot shows."""

    @classmethod
    def beside(cls, directory: Path, threads: int = 0) -> PriceReader | None:
        """That of a run directory, if it has one. Raises UserError if it cannot be used."""
        file = directory / READER
        return cls(file, threads) if file.is_file() else None

    def __init__(self, file: Path, threads: int = 0) -> None:
        """``threads`` 0: as many as there are cores. Raises UserError for a file that is missing or of another kind."""
        self.session = open_session(file, INPUT, threads)
        if output_names(self.session) != READS:
            raise UserError(f"{file} is no reader of prices (it gives {', '.join(output_names(self.session))})")

    def read(self, picture: np.ndarray) -> Prices:
        """The prices in a picture, RGB uint8 [height, width, 3], any size."""
        return Prices(*self.session.run(None, {INPUT: picture[np.newaxis]}))


class PatternFinder:
    """Finds patterns in whole screenshots.

    ``classes`` are the names that it gives, ``threshold`` is the probability from which a pattern is clear,
    ``version`` identifies the weights, and ``dataset_fingerprint`` the dataset that they were trained on. ``reader`` is
    that of the same run, which lies beside the ``file``; None if there is none, and nothing is said of the right edge
    then.
    """

    def __init__(self, file: Path, threads: int = 0, session: InferenceSession | None = None) -> None:
        """``threads`` 0: as many as there are cores. ``session``: the file, if it is open already.

        Raises UserError for a file that is missing or of another kind.
        """
        self.file, self.session = file, session or open_session(file, INPUT, threads)
        _check_is_finder(self.session, file)
        stored = read_stored(self.session, file)
        self.classes, self.threshold, self.version, self.dataset_fingerprint = stored
        self.reader = PriceReader.beside(file.parent, threads)

    def find(self, picture: np.ndarray, threshold: float | None = None) -> list[Found]:
        """The patterns in a picture, RGB uint8 [height, width, 3], any size: the surest first, at most 20.

        Those whose probability reaches ``threshold``, or else the threshold of the file.
        """
        given = {INPUT: picture[np.newaxis]}
        if threshold is not None:
            given[THRESHOLD] = np.array(threshold, np.float32)
        boxes, labels, probabilities = self.session.run(None, given)
        return [
            Found(self.classes[label], probability, (box[0], box[1], box[2], box[3]))
            for box, label, probability in zip(boxes.tolist(), labels.tolist(), probabilities.tolist(), strict=True)
        ]

    def answer(self, picture: np.ndarray, prices: Prices | None = None) -> Answer:
        """The answer for one whole screenshot, RGB uint8 [height, width, 3], whose ``prices`` may have been read."""
        places = self.find(picture, 0.0)
        clear = bool(places) and places[0].probability >= np.float32(self.threshold)
        if prices is None and self.reader and clear:  # they are of no use without a pattern to show
            prices = self.reader.read(picture)
        return answer_screen(self.classes, places, self.threshold, self.version, prices.x if prices else None)


def is_finder(session: InferenceSession) -> bool:
    """Whether a file finds patterns in whole screenshots."""
    return output_names(session) == FINDS


def _check_is_finder(session: InferenceSession, file: Path) -> None:
    given = output_names(session)
    if given == OUTPUTS:
        older = "version 0.13.0 and before called it so; " if file.name == FINDER_QUANTIZED.name else ""
        raise UserError(
            f"{file} is a classifier of cut charts, not a finder of patterns in whole screenshots; {older}{REMEDY}"
        )
    may_be_given = [each.name for each in session.get_overridable_initializers()]
    if given != FINDS or THRESHOLD not in may_be_given:
        raise UserError(
            f"{file} is no finder of patterns in whole screenshots (it gives {', '.join(given)}, and takes"
            f" {', '.join([INPUT, *may_be_given])}); {REMEDY}"
        )
