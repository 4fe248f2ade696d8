import numpy as np

from trainer.data.targets import pivot_map, read_chart


def test_each_column_gets_the_highest_and_lowest_pixel_of_its_candles():
    row = {"x": [5.0, 15.0, 35.0], "high": [20.0, 10.0, 40.0], "low": [60.0, 30.0, 80.0]}
    targets = read_chart(row, size=(80, 100), columns=4)
    np.testing.assert_allclose(targets, [[0.1, 0.6], [0.4, 0.8], [np.nan, np.nan], [np.nan, np.nan]], atol=1e-6)
    assert targets.dtype == np.float32


def test_candles_at_and_beyond_the_edge_count_for_the_last_column():
    row = {"x": [-1.0, 80.0], "high": [-3.0, 40.0], "low": [50.0, 120.0]}
    targets = read_chart(row, size=(80, 100), columns=4)
    np.testing.assert_allclose(targets[[0, 3]], [[0.0, 0.5], [0.4, 1.0]], atol=1e-6)


def test_a_turned_picture_turns_its_targets():
    row = {"x": [90.0], "high": [50.0], "low": [50.0]}
    level, turned = (read_chart(row, size=(100, 100), columns=2, degrees=degrees) for degrees in (0.0, 2.0))
    np.testing.assert_allclose(turned[1] - level[1], -0.4 * np.sin(np.radians(2)), atol=1e-6)


def test_a_column_with_half_a_candle_is_left_out():
    row = {"x": [50.4], "high": [0.0], "low": [100.0]}  # turned by 2 degrees, its ends are 3.5 pixels apart
    assert np.isnan(read_chart(row, size=(100, 100), columns=2, degrees=2.0)).all()


def test_pivots_lie_in_their_patches_and_those_outside_in_none():
    row = {"pivots": [[5.0, 95.0], [60.0, 10.0], [-3.0, 50.0], [50.0, 100.0]]}
    targets = pivot_map(row, size=(100, 100), grid=4)
    assert np.flatnonzero(targets).tolist() == [2, 12]
    assert targets.dtype == np.float32
    assert pivot_map({"pivots": []}, size=(100, 100), grid=4).sum() == 0
