"""Charts of given candles: what is drawn, what is refused, and how little it takes."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from drawings import random_candles

from cryptoai_common.errors import UserError
from dataset_builder import render_candles
from dataset_builder.styles import STYLES

ROWS = np.array(random_candles(60).series()).T


def pixels(*arguments, **options) -> np.ndarray:
    return np.asarray(render_candles(*arguments, **options))


@pytest.mark.parametrize("style", [style.name for style in STYLES])
@pytest.mark.parametrize("volume", [False, True])
def test_every_style_draws_the_same_picture_each_time(style, volume):
    first = pixels(ROWS, style, volume=volume)
    assert first.shape == (224, 224, 3) and first.dtype == np.uint8
    np.testing.assert_array_equal(first, pixels(random_candles(60), style, volume=volume))
    inked = (np.abs(first.astype(int) - first[0, 0]).max(axis=2) > 30).nonzero()[1]
    assert inked.min() < 0.08 * 224 and inked.max() > 0.9 * 224


@pytest.mark.parametrize("unit", [1e-9, 1e6])
def test_a_chart_looks_alike_in_any_unit_of_price(unit):
    scaled = ROWS.copy()
    scaled[:, :4] *= unit
    assert (pixels(scaled) != pixels(ROWS)).mean() < 0.01  # edges on the border of two pixels may fall either way


def test_the_picture_is_of_the_candles_given_and_volume_is_drawn_only_when_asked_for():
    assert (pixels(ROWS) != pixels(ROWS[::-1])).any()
    np.testing.assert_array_equal(pixels(ROWS), pixels(ROWS[:, :4]))
    assert (pixels(ROWS) != pixels(ROWS, volume=True)).any()


def test_markets_that_do_not_move_or_trade_can_be_drawn():
    flat = np.full((20, 5), 3.0)
    flat[:, 4] = 0.0
    assert len(np.unique(pixels(flat, volume=True).reshape(-1, 3), axis=0)) > 1


@pytest.mark.parametrize(
    ("candles", "options", "words"),
    [
        (ROWS, {"style": "binance"}, "unknown style 'binance'; did you mean 'binance_"),
        (ROWS, {"size": 8}, "between 32 and 1024 pixels, not 8"),
        (ROWS[:19], {}, "20 and 120 candles, not 19"),
        (np.tile(ROWS, (3, 1)), {}, "20 and 120 candles, not 180"),
        (ROWS[:, :4], {"volume": True}, r"must have 5 numbers a row .* not \(60, 4\)"),
        (ROWS[0], {}, "4 or 5 numbers a row"),
        ([["a"] * 5] * 30, {}, "rows of as many numbers"),
        ([[1, 2], [1]], {}, "rows of as many numbers"),
        ([*ROWS[:29], [1, 2, 1, np.nan, 1]], {}, "candle 30 has a value that is no finite number"),
        ([*ROWS[:29], [1, 1, 1, 2, 1]], {}, "candle 30 has its high below its open, low or close"),
        ([*ROWS[:29], [1, 2, 1.5, 2, 1]], {}, "candle 30 has its low above"),
        ([*ROWS[:29], [1, 2, 0, 1, 1]], {}, "candle 30 has a price that is not above 0"),
        ([*ROWS[:29], [1, 2, 1, 1, -1]], {}, "candle 30 has a volume below 0"),
    ],
)
def test_what_is_no_chart_is_refused(candles, options, words):
    with pytest.raises(UserError, match=words):
        render_candles(candles, **options)


def test_it_takes_numpy_and_pillow_alone():
    program = (
        "import sys; from dataset_builder import render_candles; render_candles([[1, 2, 1, 2, 5]] * 30, volume=True);"
        "heavy = {'pandas', 'pyarrow', 'matplotlib', 'datasets', 'jsonargparse', 'yaml', 'tqdm', 'sklearn'};"
        "print(heavy & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
