"""Candles: slices, mirror image, true range, and those that no market can have."""

from dataclasses import replace

import numpy as np
import pytest

from cryptoai_common.candles import Candles

CANDLES = Candles(
    open=np.array([10.0, 12.0, 9.0]),
    high=np.array([12.0, 13.0, 11.0]),
    low=np.array([9.0, 11.0, 8.0]),
    close=np.array([11.0, 11.5, 10.0]),
    volume=np.array([1.0, 2.0, 3.0]),
)


def test_slices_keep_all_series():
    part = CANDLES[1:]
    assert len(part) == 2
    assert part.open.tolist() == [12.0, 9.0] and part.volume.tolist() == [2.0, 3.0]


def test_upside_down_twice_is_the_same():
    flipped = CANDLES.mirrored()
    assert flipped.high.tolist() == [-9.0, -11.0, -8.0] and flipped.volume is CANDLES.volume
    for series, again in zip(CANDLES.series(), flipped.mirrored().series(), strict=True):
        np.testing.assert_array_equal(series, again)


def test_true_range_includes_gaps():
    assert CANDLES.true_range().tolist() == [3.0, 2.0, 3.5]  # the last one from 11.5 down to 8


@pytest.mark.parametrize(
    ("field", "value", "what"),
    [
        ("high", 11.9, "has its high below"),  # of the second candle: open 12, high 13, low 11, close 11.5
        ("low", 11.6, "has its low above"),
        ("low", 12.5, "has its low above"),
        ("low", 13.5, "has its high below"),
        ("open", 13.1, "has its high below"),
        ("open", 10.9, "has its low above"),
        ("close", 13.1, "has its high below"),
        ("close", 10.9, "has its low above"),
        ("low", 0.0, "has a price that is not above 0"),
        ("low", -1.0, "has a price that is not above 0"),
        ("volume", -1.0, "has a volume below 0"),
        ("close", np.nan, "has a value that is no finite number"),
        ("volume", np.inf, "has a value that is no finite number"),
    ],
)
def test_the_first_candle_that_can_not_be_is_named(field, value, what):
    series = getattr(CANDLES, field).copy()
    series[1:] = value
    bar, told = replace(CANDLES, **{field: series}).fault()
    assert bar == 1 and what in told


@pytest.mark.parametrize(("field", "value"), [("high", 12.0), ("low", 11.5), ("volume", 0.0)])
def test_candles_at_the_limit_are_possible(field, value):
    series = getattr(CANDLES, field).copy()
    series[1] = value
    assert replace(CANDLES, **{field: series}).fault() is None
