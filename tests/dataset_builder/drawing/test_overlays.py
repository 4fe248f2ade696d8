"""Indicators and lettering."""

import numpy as np
import pytest
from drawings import BY_NAME, plain_look, random_candles

from dataset_builder.drawing.canvas import Canvas
from dataset_builder.drawing.indicators import exponential_average, rolling_mean_and_deviation
from dataset_builder.drawing.overlays import price_label
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
