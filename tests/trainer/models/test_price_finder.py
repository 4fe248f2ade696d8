import numpy as np
import pytest
from finder_file import write_price_finder, write_reader

from cryptoai_common.errors import UserError
from trainer.models.price_finder import PriceFinder

CLASSES = ("double_top", "breakout")


def test_spans_are_told_in_columns(tmp_path):
    finder = PriceFinder(write_price_finder(tmp_path / "prices.onnx", CLASSES, "breakout", "double_top", columns=64))
    assert (finder.classes, finder.columns) == (CLASSES, 64)
    prices = np.full((64, 2), np.nan)
    prices[10:50] = (3.0, 5.0)
    spans = finder.look(prices)
    assert spans.bounds.tolist() == [[10, 50], [10, 30]]
    assert spans.scores.argmax(axis=1).tolist() == [1, 0]


def test_another_file_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"it must take prices"):
        PriceFinder(write_reader(tmp_path / "reader.onnx"))
