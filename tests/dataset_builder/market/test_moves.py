"""Moves into patterns and out of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from dataset_builder.market.moves import approach, trend

seeds = some.integers(0, 2**32).map(np.random.default_rng)


@given(seeds, some.floats(-3, 3), some.floats(-3, 3), some.floats(0.1, 5))
def test_trends_take_their_time_and_arrive(rng, start, stop, time):
    times, levels = trend(rng, start, stop, time)
    assert sum(times) == pytest.approx(time) and min(times) >= 0
    assert len(times) == len(levels) and levels[-1] == stop
    low, high = min(start, stop), max(start, stop)
    assert all(low - 1e-9 <= level <= high + 1e-9 for level in levels)


@given(seeds, some.floats(-3, 0), some.floats(0.1, 3), some.floats(0.1, 5), some.floats(0.1, 1.5))
def test_approaches_arrive_and_reach_their_start_from_not_far_beyond_it(rng, start, stop, time, reach):
    times, levels = approach(rng, start, stop, time, reach)
    assert len(levels) == len(times) + 1 and min(times) >= 0
    opened = levels[0] != start
    assert levels[opened] == start and levels[-1] == stop
    assert start <= levels[0] <= start + reach * (stop - start) + 1e-9
    assert sum(times[opened:]) == pytest.approx(time)


def test_most_windows_open_before_the_approach_starts():
    rng = np.random.default_rng(0)
    opened = [approach(rng, 0.0, 1.0, 1.0)[1][0] > 0 for _ in range(1000)]
    assert np.mean(opened) == pytest.approx(0.8, abs=0.05)
