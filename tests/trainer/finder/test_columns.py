"""What is drawn in a screenshot's columns, and which patterns of it are seen."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer.finder.columns import column_prices, spans_between


def row(high, low, first=10.0, spacing=10.0):
    x = first + spacing * np.arange(len(high))
    return {"x": x.tolist(), "high": list(high), "low": list(low)}


def test_a_candle_takes_the_room_halfway_to_its_neighbours():
    prices = column_prices(row([50, 20, 30], [60, 40, 35]), 0, 40, 8)
    assert np.isnan(prices[[0, 7]]).all()  # 0 to 5 and 35 to 40 pixels
    assert prices[1:7].tolist() == [[50, 60], [50, 60], [20, 40], [20, 40], [30, 35], [30, 35]]


def test_a_column_of_several_candles_has_the_highest_and_the_lowest_of_them():
    prices = column_prices(row([50, 20, 30, 44], [60, 40, 35, 70]), 5, 45, 1)
    assert prices.tolist() == [[20, 70]]


def test_a_line_is_read_between_its_points():
    prices = column_prices(row([0, 40], [0, 40], first=0, spacing=40), 0, 40, 4)
    assert (prices[:, 0] < prices[:, 1]).all()
    assert prices.mean(axis=1) == pytest.approx([5, 15, 25, 35])


@given(st.integers(2, 400), st.integers(1, 64), st.integers(0, 2**32 - 1))
def test_no_candle_is_lost_however_narrow(candles, columns, seed):
    low = 100 + np.random.default_rng(seed).uniform(0, 50, candles)
    high = low - 20
    spacing = max(columns / candles, 0.26) * 4
    given_row = row(high, low, first=spacing / 2, spacing=spacing)
    prices = column_prices(given_row, 0, candles * spacing, columns)
    assert np.nanmin(prices) <= high.min() + 1e-9 or candles > 3.9 * columns
    assert not np.isnan(prices).any()


def pattern(left, right, label="double_top"):
    return {"label": label, "box": [left, 0, right, 10]}


def test_a_pattern_of_which_too_much_is_cut_off_is_told_apart():
    screen = {"patterns": [pattern(90, 200), pattern(0, 150)], "overlapping": [pattern(120, 180), pattern(300, 320)]}
    whole, cut = spans_between(screen, 100, 300)
    assert [(span.start, span.stop, span.clear) for span in whole] == [(0.0, 0.5, True), (0.1, 0.4, False)]
    assert [(span.start, span.stop, span.clear) for span in cut] == [(0.0, 0.25, True)]


@pytest.mark.parametrize("candles", [0, 1])
def test_fewer_than_two_candles_have_no_width_and_are_not_seen(candles):
    assert np.isnan(column_prices(row([50] * candles, [60] * candles), 0, 40, 8)).all()


def test_beside_a_line_there_is_nothing():
    prices = column_prices(row([20, 40, 30], [20, 40, 30], first=100, spacing=50), 0, 300, 6)
    assert np.isnan(prices).all(axis=1).tolist() == [True, True, False, False, True, True]


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(1, 50)), min_size=2, max_size=40),
    st.integers(-60, 60),
    st.integers(1, 500),
    st.integers(1, 40),
)
@settings(max_examples=50)
def test_a_column_has_the_extremes_of_the_candles_at_four_places_in_it(candles, left, width, columns):
    high, low = [top for top, _ in candles], [top + height for top, height in candles]
    prices = column_prices(row(high, low), left, left + width, columns)
    for column in range(columns):
        places = [left + width * (column + (sample + 0.5) / 4) / columns for sample in range(4)]
        seen = [number for place in places if 0 <= (number := math.floor((place - 5) / 10)) < len(candles)]
        on_border = any((place - 5) % 10 in (0, 10) for place in places)  # of two candles: either is right
        if seen and not on_border:
            assert prices[column].tolist() == [min(high[i] for i in seen), max(low[i] for i in seen)]
        elif not on_border:
            assert np.isnan(prices[column]).all()


@given(st.integers(1, 200), st.integers(0, 300), st.booleans())
def test_a_pattern_is_seen_whole_from_85_percent_on(length, hidden, clear):
    seen = length - hidden
    screen = {"patterns": [], "overlapping": []}
    screen["patterns" if clear else "overlapping"] = [pattern(100 - hidden, 100 + seen)]
    whole, cut = spans_between(screen, 100, 400)
    if seen <= 0:
        assert whole == cut == []
    else:
        (span,) = whole if 100 * seen >= 85 * length else cut
        assert len(whole) + len(cut) == 1 and span.label == "double_top" and span.clear is clear
        assert (span.start, span.stop) == (0.0, pytest.approx(seen / 300))
