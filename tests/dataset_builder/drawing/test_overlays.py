"""Indicators, lettering, stray lines and words."""

from dataclasses import replace

import numpy as np
import pytest
from drawings import BY_NAME, plain_look, random_candles

from dataset_builder.drawing.canvas import Canvas
from dataset_builder.drawing.indicators import exponential_average, rolling_mean_and_deviation
from dataset_builder.drawing.look import MARK_COLOURS
from dataset_builder.drawing.overlays import draw_annotations, price_label
from dataset_builder.drawing.text import text_mask


def test_exponential_average_by_recursion():
    close = random_candles(50).close
    expected = [close[0]]
    for price in close[1:]:
        expected.append(expected[-1] + (price - expected[-1]) * 2 / 10)
    assert exponential_average(close, 9) == pytest.approx(np.array(expected))


def test_rolling_mean_and_deviation_by_hand():
    close = random_candles(50).close
    mean, deviation = rolling_mean_and_deviation(close, 20)
    assert mean[30] == pytest.approx(close[11:31].mean())
    assert deviation[30] == pytest.approx(close[11:31].std())
    assert mean[0] == close[0] and deviation[0] == 0


def test_price_labels_fall_with_the_chart():
    look, canvas = plain_look(BY_NAME["area"]), Canvas((200, 200), (224, 224), (0, 0, 0))
    labels = [float(price_label(y, canvas, look)) for y in (0, 50, 100, 199)]
    assert labels == sorted(labels, reverse=True) and labels[-1] > 0


def test_text_is_as_high_as_asked_and_longer_for_more_letters():
    short, long, large = text_mask("1.5", 12), text_mask("1.5000", 12), text_mask("1.5", 24)
    assert short.shape[0] == long.shape[0] < large.shape[0]
    assert short.shape[1] < long.shape[1]
    assert short.max() > 200
    assert text_mask("Buy", 12, bold=True).sum() > text_mask("Buy", 12).sum()


class Recorder(Canvas):
    """A canvas that keeps what is asked of it."""

    def __init__(self) -> None:
        super().__init__((400, 200), (224, 224), (0, 0, 0))
        self.curves, self.stamps = [], []

    def curve(self, x, y, colour, thickness, **options) -> None:
        self.curves.append((np.array(x, float), np.array(y, float), colour, thickness, options.get("dash", 0.0)))

    def stamp(self, mask, x, y, colour, *opacity) -> None:
        self.stamps.append((mask, x, y, colour))


def annotated(seed: int, **changes) -> Recorder:
    canvas, look = Recorder(), plain_look(BY_NAME["area"])
    draw_annotations(canvas, None, replace(look, mark_colour=MARK_COLOURS[1], **changes), np.random.default_rng(seed))
    return canvas


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_as_many_stray_lines_and_words_as_the_look_says(count):
    for seed in range(30):
        canvas = annotated(seed, stray_lines=count, words=0)
        heads = [curve for curve in canvas.curves if len(curve[0]) == 2 and np.ptp(curve[0]) < 1.5 * 9 + 1e-9]
        assert len(canvas.curves) - len(heads) <= count <= len(canvas.curves) and not canvas.stamps
        assert len(annotated(seed, stray_lines=0, words=count).stamps) == count


def test_stray_lines_lie_anywhere_half_of_them_level_and_some_with_an_arrowhead():
    lines, arrows = [], 0
    for seed in range(1500):
        line, *head = annotated(seed, stray_lines=1, words=0).curves
        lines.append(line)
        assert len(head) in (0, 2)
        arrows += bool(head)
        for side, (x, y, colour, thickness, dash) in zip((-1, 1), head, strict=bool(head)):
            assert (x[1], y[1]) == (line[0][1], line[1][1]), "an arrowhead is at the line's end"
            assert 4 <= side * (y[0] - y[1]) <= 9 and x[1] - x[0] == pytest.approx(1.5 * abs(y[0] - y[1]))
            assert (colour, thickness, dash) == (line[2], line[3], 0.0)
    x, y = np.array([line[0] for line in lines]) / 400, np.array([line[1] for line in lines]) / 200
    rise, thickness = y[:, 1] - y[:, 0], np.array([line[3] for line in lines])
    assert {line[2] for line in lines} == {MARK_COLOURS[1]}
    assert arrows / 1500 == pytest.approx(0.3, abs=0.04)
    assert np.mean(rise == 0) == pytest.approx(0.5, abs=0.04)
    assert rise[rise != 0].std() == pytest.approx(0.25, rel=0.1) and abs(rise.mean()) < 0.03
    assert -0.1 <= x.min() < -0.05 and 1.05 < x.max() <= 1.1 + 8 / 400 and (x[:, 0] <= x[:, 1]).all()
    assert 0 <= y[:, 0].min() < 0.02 and 0.98 < y[:, 0].max() <= 1 and y[:, 0].mean() == pytest.approx(0.5, abs=0.03)
    assert 0.8 <= thickness.min() < 0.85 and 2.15 < thickness.max() <= 2.2
    assert np.mean([line[4] == 3.0 for line in lines]) == pytest.approx(0.5, abs=0.05)
    assert {line[4] for line in lines} == {0.0, 3.0}


def test_words_lie_inside_the_picture_in_the_marks_colour_or_another():
    stamps = [stamp for seed in range(600) for stamp in annotated(seed, stray_lines=0, words=1).stamps]
    x, y = np.array([(x / 400, y / 200) for _, x, y, _ in stamps]).T
    assert min(x.min(), y.min()) >= 0 and 0.8 < x.max() <= 0.85 and 0.87 < y.max() <= 0.92
    assert {colour for *_, colour in stamps} == set(MARK_COLOURS)
    own = np.mean([colour == MARK_COLOURS[1] for *_, colour in stamps])
    assert own == pytest.approx(0.5 + 0.5 / len(MARK_COLOURS), abs=0.07)
