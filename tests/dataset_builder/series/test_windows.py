"""Windows of a series."""

from hypothesis import given
from hypothesis import strategies as some

from dataset_builder.series.windows import slide


@given(some.integers(1, 300), some.lists(some.integers(1, 120), min_size=1, max_size=4), some.integers(1, 40))
def test_windows_lie_inside_the_series_and_end_where_it_ends(bars, lengths, stride):
    windows = slide(bars, lengths, stride)
    assert len(set(windows)) == len(windows)
    assert all(0 <= first <= last < bars and last - first + 1 in lengths for first, last in windows)
    assert all((bars - 1 - window.last) % stride == 0 for window in windows)
    for length in lengths:
        ends = [window.last for window in windows if window.bars == length]
        assert (max(ends) == bars - 1 and min(ends) < length - 1 + stride) if length <= bars else not ends
