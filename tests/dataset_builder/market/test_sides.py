"""Measures of the sides of a range."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from dataset_builder.market.sides import drift, fitted_slope, touches


def test_touches_count_only_when_the_price_went_to_the_other_side_between():
    path = [0, 9, 10, 9.5, 6, 10, 1, 0, 9, 5, 1]
    assert touches(path, path, 8, 2) == (2, 3)


def test_drift_compares_the_halves():
    assert drift([1, 5, 1, 1, 3, 1], max) == 2
    assert drift([1, 5, 1, -1, 3, 1], min) == 2


@given(some.lists(some.floats(-100, 100), min_size=2, max_size=60))
def test_fitted_slope_is_that_of_least_squares(values):
    expected = np.polyfit(np.arange(len(values)), values, 1)[0]
    assert fitted_slope(values) == pytest.approx(expected, abs=1e-6)
