"""What a run gives for use without torch: the finder for whole screenshots and the classifier for cut charts.

This module needs onnxruntime and numpy, nothing else.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from cryptoai_common.errors import UserError
from trainer.models.answer import Answer
from trainer.models.cut import CutModel
from trainer.models.finder import PatternFinder, PriceReader, is_finder
from trainer.models.pattern_model import (
    CLASSIFIER,
    CLASSIFIER_QUANTIZED,
    FINDER,
    FINDER_QUANTIZED,
    INPUT,
    REMEDY,
    PatternModel,
)
from trainer.models.price_finder import PriceFinder
from trainer.models.session import open_session


class Deployed:
    """The finder and the classifier of a run; either may be missing, not both."""

    finder: PatternFinder | None = None
    classifier: PatternModel | None = None
    price_finder: PriceFinder | None = None  # beside a classifier
    cut: CutModel | None = None  # the classifier with what lies beside it

    def __init__(self, model: Path, threads: int = 0) -> None:
        """``model`` is a run directory, whose quantized files are taken where there are any, or one of its files.

        ``threads`` 0: as many as there are cores. Raises UserError if a file cannot be used, or there is none.
        """
        self.place = model
        if model.is_dir():
            self._open_directory(model, threads)
        else:
            self._open_file(model, threads)
        if self.classifier:
            directory = model if model.is_dir() else model.parent
            self.price_finder = PriceFinder.beside(directory, threads)
            reader = self.finder.reader if self.finder else PriceReader.beside(directory, threads)
            self.cut = CutModel(self.classifier, reader, self.price_finder)

    def _open_directory(self, run: Path, threads: int) -> None:
        finder, classifier = finder_file(run), classifier_file(run)
        if finder is None and classifier is None:
            raise UserError(f"{run} has neither {FINDER_QUANTIZED} nor {CLASSIFIER_QUANTIZED}; {REMEDY}")
        self.finder = PatternFinder(finder, threads) if finder else None
        self.classifier = PatternModel(classifier, threads) if classifier else None

    def _open_file(self, file: Path, threads: int) -> None:
        """The file, and of its directory the file of the other kind."""
        session = open_session(file, INPUT, threads)
        if is_finder(session):
            self.finder, beside = PatternFinder(file, threads, session), classifier_file(file.parent)
            self.classifier = PatternModel(beside, threads) if beside else None
        else:
            self.classifier = PatternModel(file, threads, session)

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of all patterns that may be answered."""
        both = [each.classes for each in (self.finder, self.classifier) if each]
        return tuple(dict.fromkeys(name for classes in both for name in classes))

    @property
    def version(self) -> str:
        """That of the finder's weights, or else of the classifier's."""
        either = self.finder or self.classifier
        assert either is not None
        return either.version

    def answer(self, picture: np.ndarray, cut: bool = False) -> Answer:
        """The answer for one picture, RGB uint8 [height, width, 3]: a whole screenshot, or one ``cut`` to a chart.

        Raises UserError if the run lacks the file for it.
        """
        if cut:
            if self.cut is None:
                raise UserError(f"this model has no {CLASSIFIER_QUANTIZED}, which answers for cut charts; {REMEDY}")
            return self.cut.answer(picture)
        if self.finder is None:
            raise UserError(
                f"this model has no {FINDER_QUANTIZED}, which answers for whole screenshots; ask for a cut chart, or"
                f" {REMEDY}"
            )
        return self.finder.answer(picture)


def classifier_file(run: Path) -> Path | None:
    """The classifier of a run directory, rather the quantized one; None if there is none."""
    return first_file(run, CLASSIFIER_QUANTIZED, CLASSIFIER)


def finder_file(run: Path) -> Path | None:
    """The finder of a run directory, rather the quantized one; None if there is none."""
    return first_file(run, FINDER_QUANTIZED, FINDER)


def first_file(run: Path, *names: Path) -> Path | None:
    """The first of these files that a run directory has."""
    return next((run / name for name in names if (run / name).is_file()), None)
