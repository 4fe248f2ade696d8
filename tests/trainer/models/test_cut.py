"""A cut chart, named by the classifier and the finder of spans together."""

from dataclasses import dataclass

import numpy as np
import pytest
from finder_file import write_price_finder, write_reader
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cryptoai_common.errors import UserError
from trainer.models.cut import (
    EDGE,
    FEWEST,
    FILLED,
    FLOOR,
    TEMPERATURE,
    THRESHOLD,
    WEIGHT,
    CutModel,
    calibrated,
    in_columns,
    other_views,
    seen_in,
    together,
)
from trainer.models.finder import Prices
from trainer.models.pattern_model import PRICE_FINDER, READER, UNCLEAR
from trainer.models.price_finder import PriceFinder, Spans

CLASSES = ("double_top", "breakout", "another")


@dataclass
class Classifier:
    """Says the same of every picture."""

    probabilities: tuple[float, ...] = (0.5, 0.3, 0.2)
    classes: tuple[str, ...] = CLASSES
    version: str = "1"
    threshold: float = 0.45

    def __call__(self, pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.array([self.probabilities], np.float32), np.array([0])


def picture(width: int = 90, first: int = 10, last: int = 80) -> np.ndarray:
    """White, with a black band as the price from column ``first`` to ``last``."""
    pixels = np.full((60, width, 3), 255, np.uint8)
    pixels[20:40, first:last] = 0
    return pixels


@pytest.fixture
def beside(tmp_path):
    """A directory with a reader, and a finder to which a chart is a breakout, and its first half a double top."""
    write_reader(tmp_path / READER)
    write_price_finder(tmp_path / PRICE_FINDER, CLASSES, "breakout", "double_top", columns=90)
    return tmp_path


def test_both_are_asked(beside):
    model = CutModel.beside(Classifier(), beside)
    scores = np.array([0.9, 0.9, 0.0])  # half of the chart fills enough of it
    odds = np.array(Classifier.probabilities) ** (1 - WEIGHT) * (scores + FLOOR) ** WEIGHT
    odds **= 1 / TEMPERATURE
    named = model.name(picture())
    assert named == pytest.approx(odds / odds.sum(), rel=1e-5)
    assert named.sum() == pytest.approx(1) and named.argmax() == 0
    assert (model.threshold, model.version, model.classes) == (THRESHOLD, "1", CLASSES)


@dataclass
class Judge(Classifier):
    """Answers by the brightness and the size of the picture."""

    def __call__(self, pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        dark, small = pictures.mean() < 128, pictures.shape[2] < 90
        answer = (0.0, 0.8, 0.2) if dark else (0.1, 0.6, 0.3) if small else (0.5, 0.3, 0.2)
        return np.array([answer], np.float32), np.array([0])


def test_the_classifier_is_asked_of_the_picture_its_negative_and_its_middle(beside):
    looks = np.array([[0.5, 0.3, 0.2], [1e-9, 0.8, 0.2], [0.1, 0.6, 0.3]])
    odds = np.prod(looks, axis=0) ** ((1 - WEIGHT) / 3) * (np.array([0.9, 0.9, 0.0]) + FLOOR) ** WEIGHT
    odds **= 1 / TEMPERATURE
    assert CutModel.beside(Judge(), beside).name(picture()) == pytest.approx(odds / odds.sum(), rel=1e-4)


@given(arrays(np.uint8, st.tuples(st.integers(1, 60), st.integers(1, 60), st.just(3))))
def test_the_other_views_are_the_negative_and_what_lies_inside_the_edge(pixels):
    negative, middle = other_views(pixels)
    assert (negative.astype(int) + pixels == 255).all()
    height, width = pixels.shape[:2]
    y, x = round(EDGE * height), round(EDGE * width)
    assert middle.shape == (height - 2 * y, width - 2 * x, 3) and middle.size
    assert (middle == pixels[y : height - y, x : width - x]).all()


def test_the_finder_can_change_the_answer(beside):
    write_price_finder(beside / PRICE_FINDER, CLASSES, "breakout", "another", score=1.0, columns=90)
    probabilities, labels = CutModel.beside(Classifier((0.55, 0.4, 0.05)), beside)(np.stack([picture(), picture()]))
    assert probabilities.shape == (2, 3) and labels.tolist() == [1, 1]
    answer = CutModel.beside(Classifier((0.55, 0.4, 0.05)), beside).answer(picture())
    assert answer["label"] == "breakout" and answer["score"] == probabilities[0, 1] >= THRESHOLD
    assert answer["patterns"][0]["box"] == [0, 0, 90, 60]


def test_below_the_threshold_nothing_is_clear(beside):
    model = CutModel.beside(Classifier((0.4, 0.4, 0.2)), beside)
    assert model(picture()[np.newaxis])[1].tolist() == [UNCLEAR]
    answer = model.answer(picture())
    assert answer["label"] is None and not answer["clear"] and answer["best_guess"] == "double_top"
    model.threshold = answer["score"]
    assert model.answer(picture())["clear"] and model(picture()[np.newaxis])[1].tolist() == [0]


@pytest.mark.parametrize("missing", [READER, PRICE_FINDER])
def test_without_one_of_the_files_the_classifier_decides(beside, missing):
    (beside / missing).unlink()
    model = CutModel.beside(Classifier(), beside)
    assert model.name(picture()) == pytest.approx(Classifier.probabilities)
    assert model.threshold == Classifier.threshold and model.answer(picture())["clear"]


def test_a_finder_of_other_classes_is_not_asked(beside):
    model = CutModel.beside(Classifier(classes=("cup", "breakout", "another")), beside)
    assert model.name(picture()) == pytest.approx(Classifier.probabilities)
    assert model.threshold == Classifier.threshold


def test_where_hardly_a_price_is_seen_the_classifier_decides(beside):
    model = CutModel.beside(Classifier(), beside)
    assert model.name(picture(last=10 + FEWEST - 1)) == pytest.approx(Classifier.probabilities)
    assert model.name(picture(last=10 + FEWEST)) != pytest.approx(Classifier.probabilities)
    assert model.name(np.zeros((5, 5, 3), np.uint8)) == pytest.approx(Classifier.probabilities)


def test_a_file_that_cannot_be_used_is_named(beside):
    (beside / PRICE_FINDER).write_bytes(b"no model")
    with pytest.raises(UserError, match=r"crypto_price_patterns.onnx is not an ONNX file"):
        CutModel.beside(Classifier(), beside)


@given(st.integers(1, 4000), st.sets(st.integers(0, 511), min_size=1))
def test_a_column_that_was_read_stays_the_same_column(width, columns):
    x = (np.array(sorted(columns), np.float32) + 0.5) * np.float32(width / 512)
    prices = in_columns(Prices(x, np.full(len(x), 3.0), np.full(len(x), 5.0)), width, 512)
    assert np.flatnonzero(~np.isnan(prices[:, 0])).tolist() == sorted(columns)
    assert np.unique(prices[~np.isnan(prices)]).tolist() == [3.0, 5.0]


def test_spans_count_from_the_share_of_the_prices_that_they_fill():
    spans = Spans(np.array([[0, 10 + 100 * FILLED], [0, 9.9 + 100 * FILLED], [105, 300]]), np.eye(3) * 0.7)
    assert spans.highest(10, 110, FILLED).tolist() == [0.7, 0, 0]
    assert spans.highest(10, 10_000, FILLED).tolist() == [0, 0, 0]


def test_the_finder_is_asked_of_what_lies_between_the_first_and_the_last_price(tmp_path):
    finder = PriceFinder(write_price_finder(tmp_path / "f.onnx", CLASSES, "breakout", "double_top", columns=90))
    prices = np.full((90, 2), np.nan)
    assert seen_in(finder, prices) is None
    prices[[*range(10, 16), 78, 79]] = (1.0, 2.0)
    assert seen_in(finder, prices).tolist() == pytest.approx([0.9, 0.9, 0])


@given(arrays(np.float64, 5, elements=st.floats(1e-6, 1)))
def test_calibration_keeps_the_order(mean):
    chances = calibrated(mean)
    assert chances.sum() == pytest.approx(1) and (chances >= 0).all()
    assert (np.diff(chances[np.argsort(mean)]) >= -1e-12).all()


@given(arrays(np.float64, (3, 2), elements=st.floats(0, 1)), arrays(np.float64, (3, 2), elements=st.floats(0, 1)))
def test_the_mean_of_both_lies_between_them(named, seen):
    mean = together(named, seen)
    assert (mean <= np.maximum(named, seen) + 1e-12).all() and (mean >= np.minimum(named, seen) - 1e-12).all()
