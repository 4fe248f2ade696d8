from __future__ import annotations

import numpy as np
import pytest
from finder_file import write_price_finder

from cryptoai_common.candles import Candles
from trainer.models.price_finder import PriceFinder
from trainer.scan.in_candles import look

CLASSES = ("double_top", "breakout")


def walk(bars: int) -> Candles:
    close = 100 * np.exp(np.cumsum(np.random.default_rng(bars).normal(0, 0.02, bars)))
    return Candles(close, close * 1.01, close * 0.99, close, np.ones(bars))


@pytest.mark.parametrize("bars", [2, 30, 180, 400])
def test_spans_are_told_in_candles(tmp_path, bars):
    finder = PriceFinder(write_price_finder(tmp_path / "prices.onnx", CLASSES, "breakout", "double_top", columns=512))
    spans = look(finder, walk(bars))
    column = bars / 410  # candles in a column
    assert spans.bounds == pytest.approx(np.array([[0, bars], [0, bars / 2]]), abs=2 * column)
    assert spans.scores.argmax(axis=1).tolist() == [1, 0]
