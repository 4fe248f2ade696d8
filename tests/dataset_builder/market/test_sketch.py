"""Sketches: outlines, and the small random draws that they are made of."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from dataset_builder.market.sketch import between, evenly, log_uniform, outline, pick_stage, shares, spread

seeds = some.integers(0, 2**32).map(np.random.default_rng)


def outlined(rng, **freedom):
    return outline(rng, [1, 2, 1], [0, 1, 0, 0.5], bars=40, stage="complete", body=(1, 2), **freedom)


def test_outline_spreads_the_bars_as_the_durations_say():
    sketch = outlined(np.random.default_rng(0))
    np.testing.assert_allclose(sketch.t, [0, 10, 30, 40])
    assert sketch.bars == 40
    assert sketch.volatility.tolist() == sketch.volume.tolist() == [1, 1, 1, 1]


@given(seeds, some.lists(some.floats(0, 100), min_size=2, max_size=12).filter(any), some.integers(16, 120))
def test_no_leg_is_shorter_than_half_its_fair_share_or_a_bar(rng, durations, bars):
    sketch = outline(rng, durations, [0] * (len(durations) + 1), bars=bars, stage="complete", body=(0, 1))
    assert sketch.t[-1] == pytest.approx(bars)
    least = min(1.5, 0.5 * bars / len(durations))
    assert np.diff(sketch.t).min() >= least / (1 + len(durations) * least / bars) - 1e-9


def test_upside_down_swaps_floor_and_ceiling():
    sketch = outlined(np.random.default_rng(0), floor=[-1, 0, 0, 0], limits=(-2, 1))
    flipped = sketch.mirrored()
    assert flipped.y.tolist() == [0, -1, 0, -0.5]
    assert flipped.floor is None and flipped.ceiling.tolist() == [1, 0, 0, 0]
    assert flipped.limits == (-1, 2)
    assert flipped.mirrored().floor.tolist() == [-1, 0, 0, 0]


@given(seeds, some.floats(0.01, 1), some.floats(1, 100))
def test_draws_stay_in_their_range(rng, low, high):
    assert low <= between(rng, low, high) <= high
    assert low * 0.999 <= log_uniform(rng, low, high) <= high * 1.001
    assert all(low <= value <= high for value in spread(rng, low, high, 5))


def test_evenly_and_shares():
    assert evenly(1, 2, 3) == [1, 1.5, 2]
    assert evenly(1, 2, 1) == [1]
    assert shares([1, 2, 1]) == [0, 0.25, 0.75, 1]


def test_stages_come_as_often_as_they_weigh():
    rng = np.random.default_rng(0)
    drawn = [pick_stage(rng, forming=1, broken=3) for _ in range(2000)]
    assert set(drawn) == {"forming", "broken"}
    assert drawn.count("broken") / 2000 == pytest.approx(0.75, abs=0.03)
