"""Numbers with decimal points or commas and separators between thousands."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from cryptoai_common.ohlcv.numbers import COMMA, POINT, decimal_mark, read_numbers, read_volume, to_number


@pytest.mark.parametrize(
    ("cells", "mark"),
    [
        (["1.5", "2"], POINT),
        (["1,5", "1,234"], COMMA),
        (["1,234", "1,5"], COMMA),
        (["1,234.5", "1,234"], POINT),
        (["1.234,5"], COMMA),
        (["1,234,567"], POINT),
        (["1.234.567", "1,5"], COMMA),
        (["0,123"], COMMA),
        (["1,234", "0.5"], POINT),
        (["1,234", "999.50"], POINT),
        (["1,234"], None),
        (["1,234", "5"], None),
        (["1.234"], POINT),
    ],
)
def test_one_clear_cell_settles_the_mark(cells, mark):
    assert decimal_mark([cells]) == decimal_mark([["7"], cells]) == mark


@pytest.mark.parametrize(
    ("cell", "mark", "number"),
    [
        ("1,234.5", POINT, 1234.5),
        ("12,34,567.5", POINT, 1234567.5),
        ("1.234,5", COMMA, 1234.5),
        ("1 234,5", COMMA, 1234.5),
        ("1\u202f234\u00a0567.5", POINT, 1234567.5),
        ("1'234.5", POINT, 1234.5),
        ("$1,234.50", POINT, 1234.5),
        ("12,5 €", COMMA, 12.5),
        ("-1,5", COMMA, -1.5),
        ("1e-9", POINT, 1e-9),
        ("1,5E-9", COMMA, 1.5e-9),
        (".5", POINT, 0.5),
        ("5.", POINT, 5.0),
        (7, POINT, 7.0),
        ("12,34.5", POINT, None),
        ("1.5.2", POINT, None),
        ("1.23", COMMA, None),
        ("1_000", POINT, None),
        ("0x10", POINT, None),
        ("five", POINT, None),
        ("1" * 61, POINT, None),
        (True, POINT, None),
        (10**400, POINT, None),
        ([1], POINT, None),
    ],
)
def test_a_number(cell, mark, number):
    assert to_number(cell, mark) == number


@given(some.lists(some.floats(1e-12, 1e12), min_size=1))
def test_what_python_writes_is_read_exactly(numbers):
    np.testing.assert_array_equal(read_numbers([repr(number) for number in numbers])[0], numbers)
    marked = [repr(number).replace(".", ",") for number in numbers]
    np.testing.assert_array_equal(read_numbers(marked, COMMA)[0], numbers)
    grouped = [f"{number:,.20f}" for number in numbers]
    np.testing.assert_array_equal(read_numbers(grouped)[0], [float(f"{number:.20f}") for number in numbers])


def test_empty_cells_and_the_first_that_is_no_number():
    values, wrong = read_numbers(["1", "null", "", None, float("nan"), "2"])
    np.testing.assert_array_equal(values, [1, np.nan, np.nan, np.nan, np.nan, 2])
    assert wrong is None and read_numbers(["1", "", "x", "y"])[1] == 2 and read_numbers(["1_0"])[1] == 0


def test_volume_in_thousands_and_millions():
    values, wrong = read_volume(["105.66K", "1.5M", "2b", "-", "7"])
    np.testing.assert_array_equal(values, [105_660, 1_500_000, 2e9, np.nan, 7])
    assert wrong is None and read_volume(["1Q"])[1] == 0
