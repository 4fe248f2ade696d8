from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from finder_file import write_price_finder
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cryptoai_common.candles import Candles
from cryptoai_common.errors import UserError
from trainer.models.cut import together
from trainer.models.pattern_model import PRICE_FINDER, UNCLEAR
from trainer.models.price_finder import PriceFinder, Spans
from trainer.scan import both
from trainer.scan.both import LOOK, THRESHOLD, WindowModel, seen_in, worth_drawing
from trainer.scan.candles import Series, Window

CLASSES = ("double_top", "breakout")
CHANCES = st.floats(0, 1, width=32)


def series(bars: int) -> Series:
    close = 100 * np.exp(np.cumsum(np.random.default_rng(bars).normal(0, 0.02, bars)))
    candles = Candles(close, close * 1.01, close * 0.99, close, np.ones(bars))
    return Series("BTC", np.arange(bars) * 3_600_000_000, candles, np.zeros(bars, int))


@dataclass
class Finder:
    """Says the same spans, from the end of what it is shown, of any candles, and keeps what these were."""

    spans: list[tuple[int, int]]
    scores: list[list[float]]
    classes: tuple[str, ...] = CLASSES
    shown: list[tuple[int, float]] = field(default_factory=list)

    def see(self, candles: Candles) -> Spans:
        self.shown.append((len(candles), float(candles.close[-1])))
        return Spans(len(candles) + np.array(self.spans, float), np.array(self.scores))


@pytest.fixture(autouse=True)
def asked_for_candles(monkeypatch):
    """A Finder of this module is asked for candles themselves."""
    look = both.look
    monkeypatch.setattr(
        both, "look", lambda finder, seen: finder.see(seen) if type(finder) is Finder else look(finder, seen)
    )


@dataclass
class Classifier:
    probabilities: tuple[float, float]
    classes: tuple[str, ...] = CLASSES
    version: str = "1"
    threshold: float = 0.8
    asked: int = 0

    def __call__(self, pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        assert pictures.shape == (1, 224, 224, 3)
        self.asked += 1
        best = int(np.argmax(self.probabilities))
        clear = self.probabilities[best] >= self.threshold
        return np.array([self.probabilities], np.float32), np.array([best if clear else UNCLEAR])


def test_the_finder_sees_no_candle_after_a_window_and_looks_once_an_end():
    market, finder = series(400), Finder([(-20, 0)], [[0.9, 0.1]])
    windows = [Window(end - bars + 1, end) for end in (99, 250, 399) for bars in (20, 30, 60)]
    windows.append(Window(40, 319))
    seen_in(finder, market.candles, windows)
    close = market.candles.close
    assert finder.shown == [(100, close[99]), (LOOK, close[250]), (LOOK, close[399]), (280, close[319])]


def test_a_span_counts_for_windows_that_it_fills_and_lies_in():
    finder = Finder([(-40, -10), (-80, 0)], [[0.9, 0.0], [0.3, 0.7]])
    windows = [Window(100 - bars, 99) for bars in (25, 35, 50, 61, 90, 100)]
    scores = seen_in(finder, series(100).candles, windows)
    assert scores[:, 0].tolist() == [0, 0.9, 0.9, 0, 0.3, 0.3]  # 15, 25, 30, 30 candles of the first span are in them
    assert scores[:, 1].tolist() == [0, 0, 0, 0, 0.7, 0.7]


@given(arrays(np.float64, (3, 2), elements=CHANCES), arrays(np.float64, (3, 2), elements=CHANCES))
def test_a_window_that_is_not_worth_drawing_cannot_be_clear(named, seen):
    mean = together(named, seen)
    assert ((mean >= 0) & (mean <= 1)).all()
    assert (mean.max(axis=1)[~worth_drawing(seen)] < THRESHOLD).all()
    assert (together(np.ones_like(seen), seen).max(axis=1) >= THRESHOLD).tolist() == worth_drawing(seen).tolist()


def test_without_a_finder_the_classifier_decides():
    classifier = Classifier((0.9, 0.1))
    model = WindowModel(classifier)
    named = model.name(series(60), [Window(0, 29), Window(30, 59)])
    assert named.labels.tolist() == [0, 0] and named.probabilities[:, 0] == pytest.approx(0.9)
    assert model.threshold == 0.8 and model.version == "1"


def test_a_finder_of_other_classes_is_not_asked():
    finder = Finder([(-30, 0)], [[0.0, 0.9]], classes=("cup", "breakout"))
    model = WindowModel(Classifier((0.9, 0.1)), finder)
    assert model.name(series(60), [Window(30, 59)]).labels.tolist() == [0]
    assert finder.shown == []


def test_both_decide_together(monkeypatch):
    drawn = []
    draw = both.draw
    monkeypatch.setattr(both, "draw", lambda series, window: drawn.append(window) or draw(series, window))
    classifier, finder = Classifier((0.6, 0.4)), Finder([(-30, 0), (-50, 0)], [[0.2, 0.9], [0.3, 0.1]])
    model = WindowModel(classifier, finder)
    windows = [Window(30, 59), Window(10, 59)]
    named = model.name(series(60), windows)
    assert named.labels.tolist() == [1, 1] and model.threshold == THRESHOLD
    assert named.probabilities[0] == pytest.approx([0.6**0.4 * 0.2**0.6, 0.4**0.4 * 0.9**0.6])
    assert drawn == windows
    finder.scores = [[0.3, 0.2], [0.1, 0.1]]
    named = model.name(series(60), windows)
    assert named.labels.tolist() == [UNCLEAR, UNCLEAR] and not named.probabilities.any()
    assert drawn == windows and classifier.asked == 2
    finder.scores = [[0.1, 0.5], [0.1, 0.5]]
    classifier.probabilities = (0.9, 0.1)
    assert model.name(series(60), windows[:1]).labels.tolist() == [UNCLEAR]
    assert classifier.asked == 3


def test_the_finder_is_that_beside_the_classifier(tmp_path):
    classifier = Classifier((0.1, 0.9))
    assert WindowModel.beside(classifier, tmp_path).finder is None
    write_price_finder(tmp_path / PRICE_FINDER, CLASSES, "breakout", "double_top")
    model = WindowModel.beside(classifier, tmp_path)
    assert isinstance(model.finder, PriceFinder)
    assert model.name(series(60), [Window(30, 59)]).labels.tolist() == [UNCLEAR]  # the whole look lies before it
    assert model.name(series(60), [Window(0, 59)]).labels.tolist() == [1]
    (tmp_path / PRICE_FINDER).write_bytes(b"no model")
    with pytest.raises(UserError, match=r"crypto_price_patterns.onnx is not an ONNX file"):
        WindowModel.beside(classifier, tmp_path)
