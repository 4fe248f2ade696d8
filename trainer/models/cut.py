"""What two networks say of a chart that is cut to its prices: the classifier of pictures, asked of three views, and the
finder of spans in the prices that are read in it.

They err in different places: asked together they are right more often than each alone on every set that was looked at,
and views in which the classifier is not of one mind make its answer less sure (docs/experiments.md). This module needs
onnxruntime and numpy, nothing else.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from cryptoai_common.arrays import Floats
from trainer.models.answer import Answer, answer_cut, is_clear
from trainer.models.finder import PriceReader, Prices
from trainer.models.pattern_model import PRICE_FINDER, READER, UNCLEAR, PatternModel
from trainer.models.price_finder import PriceFinder
from trainer.models.session import at_once

# Of the finder, in the weighted geometric mean. From 0.5 to 0.7 all sets of charts stay within two points.
WEIGHT = 0.6
FILLED = 0.35  # share of the prices that a span must fill, to name the chart: no set lost between 0.2 and 0.5
EDGE = 0.045  # of width and height, which the third view leaves out on each side: the rest is shown 1.1 times as large
TINY = 1e-9  # smallest probability in the mean, since log(0) is infinite
FEWEST = 8  # columns in which prices must be read, for the finder to be asked: a pattern needs that many points
# Fitted as ``calibration`` fits those of a classifier, on validation charts of drawn datasets, for the base and for a
# run of the default recipe (0.37 and 0.89, 0.39 and 0.85): half of the patterns reach the threshold.
TEMPERATURE, THRESHOLD = 0.38, 0.86
# Added to each score: what the finder does not see at all keeps a chance of some 2 % in the mean.
FLOOR = 1e-3


class CutModel:
    """Names the pattern that fills a cut chart: the classifier, and beside it the finder of the same classes, if there
    is one with a reader. Without them the classifier's own probabilities and threshold hold.

    ``classes`` names the columns of the probabilities, ``threshold`` is the probability from which a pattern is clear,
    ``version`` identifies the classifier's weights.
    """

    def __init__(
        self, classifier: PatternModel, reader: PriceReader | None = None, finder: PriceFinder | None = None
    ) -> None:
        self.classifier, self.classes, self.version = classifier, classifier.classes, classifier.version
        both = reader is not None and finder is not None and finder.classes == classifier.classes
        self.reader, self.finder = (reader, finder) if both else (None, None)
        self.threshold = THRESHOLD if both else classifier.threshold

    @classmethod
    def beside(cls, classifier: PatternModel, directory: Path, threads: int = 0) -> CutModel:
        """With the reader and the finder of the directory, if it has them. Raises UserError if one cannot be used."""
        if not ((directory / READER).is_file() and (directory / PRICE_FINDER).is_file()):
            return cls(classifier)
        return cls(classifier, PriceReader(directory / READER, threads), PriceFinder(directory / PRICE_FINDER, threads))

    @classmethod
    def open(cls, classifier: Path, threads: int = 0) -> CutModel:
        """The classifier's file and what lies beside it. Raises UserError if one cannot be used."""
        return cls.beside(PatternModel(classifier, threads), classifier.parent, threads)

    def name(self, picture: np.ndarray) -> Floats:
        """RGB uint8 [height, width, 3], any size → probabilities [classes], which add up to 1."""
        named = self._named(picture)
        if self.reader is None or self.finder is None:
            return named
        prices = in_columns(self.reader.read(picture), picture.shape[1], self.finder.columns)
        seen = seen_in(self.finder, prices)
        if seen is None:
            return named
        looks = [named, *(self._named(view) for view in other_views(picture))]
        mean = np.exp(np.mean(np.log(np.maximum(looks, TINY)), axis=0))
        return calibrated(together(mean, seen + FLOOR))

    def _named(self, picture: np.ndarray) -> Floats:
        """The classifier's probabilities [classes]."""
        named: Floats = self.classifier(picture[np.newaxis])[0][0].astype(np.float64)
        return named

    def __call__(self, pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """RGB uint8 [n, height, width, 3], any size → probabilities [n, classes], labels int64 [n], ``UNCLEAR`` for
        none."""
        probabilities = np.array(list(at_once(lambda place: self.name(pictures[place]), range(len(pictures)))))
        labels = np.where(is_clear(probabilities, self.threshold), probabilities.argmax(axis=1), UNCLEAR)
        return probabilities, labels

    def answer(self, picture: np.ndarray) -> Answer:
        """The answer for one picture of a cut chart, RGB uint8 [height, width, 3]."""
        probabilities = self.name(picture)
        clear = bool(is_clear(probabilities[np.newaxis], self.threshold)[0])
        height, width = picture.shape[:2]
        return answer_cut(self.classes, probabilities, clear, self.version, (width, height))


def other_views(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The picture's negative, and its middle."""
    height, width = picture.shape[:2]
    y, x = round(EDGE * height), round(EDGE * width)
    return 255 - picture, picture[y : height - y, x : width - x]


def together(named: Floats, seen: Floats) -> Floats:
    """The classifier's probabilities and the finder's scores, each [..., classes] → one number each, from 0 to 1."""
    mean: Floats = named ** (1 - WEIGHT) * seen**WEIGHT
    return mean


def calibrated(mean: Floats) -> Floats:
    """Numbers above 0, [classes] → probabilities, which add up to 1."""
    sharpened = mean ** (1 / TEMPERATURE)
    chances: Floats = sharpened / sharpened.sum()
    return chances


def in_columns(read: Prices, width: int, columns: int) -> Floats:
    """What was read of a picture ``width`` pixels wide, as the finder takes it: [columns, 2], NaN where nothing was."""
    prices = np.full((columns, 2), np.nan)
    prices[(read.x * (columns / width)).astype(int)] = np.stack((read.high, read.low), axis=1)
    return prices


def seen_in(finder: PriceFinder, prices: Floats) -> Floats | None:
    """The highest score of each class [classes] among the spans that fill the columns from the first to the last price.

    None if hardly a price is seen.
    """
    columns = np.flatnonzero(~np.isnan(prices[:, 0]))
    if len(columns) < FEWEST:
        return None
    return finder.look(prices).highest(columns[0], columns[-1] + 1, FILLED)
