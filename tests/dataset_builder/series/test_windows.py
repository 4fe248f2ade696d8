"""Windows of a series."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as some

from cryptoai_common.ohlcv.holes import MOST_IN_A_ROW, allowed
from dataset_builder.series.windows import slide, without_holes


@given(some.integers(1, 300), some.lists(some.integers(1, 120), min_size=1, max_size=4), some.integers(1, 40))
def test_windows_lie_inside_the_series_and_end_where_it_ends(bars, lengths, stride):
    windows = slide(bars, lengths, stride)
    assert len(set(windows)) == len(windows)
    assert all(0 <= first <= last < bars and last - first + 1 in lengths for first, last in windows)
    assert all((bars - 1 - window.last) % stride == 0 for window in windows)
    for length in lengths:
        ends = [window.last for window in windows if window.bars == length]
        assert (max(ends) == bars - 1 and min(ends) < length - 1 + stride) if length <= bars else not ends


@given(some.integers(20, 200), some.dictionaries(some.integers(1, 199), some.integers(0, 9), max_size=9))
def test_no_window_is_kept_across_a_hole_and_every_other_one_is(bars, gaps):
    missing = np.zeros(200, int)
    missing[list(gaps)] = list(gaps.values())
    windows = slide(bars, [20, 40], 3)
    kept, holes = without_holes(windows, missing[:bars])
    assert len(kept) + sum(hole.windows for hole in holes) == len(windows)
    for window in windows:
        inside = missing[window.first + 1 : window.last + 1]
        assert (window in kept) == (inside.max() <= MOST_IN_A_ROW and inside.sum() <= allowed(window.bars))
    assert all(missing[hole.before] == hole.missing > 0 for hole in holes)
