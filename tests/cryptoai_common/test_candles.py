"""Candles: slices, mirror image, true range."""

import numpy as np

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
