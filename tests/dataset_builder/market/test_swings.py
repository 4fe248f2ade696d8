"""Turning points of candles."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from markets import candles_through, random_walk, view_of

from dataset_builder.market.swings import View
from dataset_builder.market.zigzag import merge, zigzag

W = [(0, 0), (10, 10), (15, 5), (20, 9), (30, 1)]
markets = some.builds(lambda seed, bars: random_walk(bars, np.random.default_rng(seed)),
                      some.integers(0, 2**32), some.integers(12, 120))  # fmt: skip


def test_zigzag_finds_the_turns():
    swings = view_of(*W).scales[0]
    assert [(s.bar, s.top) for s in swings] == [(0, False), (10, True), (15, False), (20, True), (30, False)]


def test_a_coarse_scale_keeps_the_large_turns_only():
    swings = view_of((0, 0), (10, 10), (12, 8.5), (14, 10.5), (24, 0)).scales
    assert [s.bar for s in swings[0]] == [0, 10, 12, 14, 24]
    assert [s.bar for s in swings[-1]] == [0, 14, 24]


def test_a_flat_market_has_no_swings():
    assert View(candles_through((0, 5), (20, 5), wick=0)).scales == ((),)


@given(markets)
@settings(max_examples=80, deadline=None)
def test_swings_alternate_lie_on_the_outlines_and_are_extrema_among_the_finest(market):
    view = View(market)
    finest = view.scales[0]
    for swings in view.scales:
        for s in swings:
            assert s.price == (view.upper if s.top else view.lower)[s.bar]
        for a, b in pairwise(swings):
            assert a.bar < b.bar and a.top != b.top
            prices = [s.price for s in finest if a.bar <= s.bar <= b.bar]
            assert {a.price, b.price} == {min(prices), max(prices)}
    for finer, coarser in pairwise(view.scales):
        assert set(coarser) < set(finer)


@given(markets, some.floats(0.05, 0.6))
@settings(max_examples=80, deadline=None)
def test_merged_swings_are_at_least_the_threshold_apart(market, share):
    view = View(market)
    swings = merge(zigzag(view.upper, view.lower, 0.05 * view.range), share * view.range)
    for a, b in pairwise(swings[:-1]):
        assert abs(a.price - b.price) >= share * view.range


@given(markets)
@settings(max_examples=60, deadline=None)
def test_the_mirrored_view_is_the_view_of_the_mirrored_candles(market):
    seen, drawn = View(market).mirrored, View(market.mirrored())
    for series in ("open", "close", "upper", "lower", "true_range"):
        np.testing.assert_allclose(getattr(seen, series), getattr(drawn, series))
    assert seen.scales == drawn.scales
    assert seen.mirrored.close == View(market).close


def test_outlines_lie_half_way_between_body_and_wick():
    market = random_walk(30, np.random.default_rng(1))
    view = View(market)
    np.testing.assert_allclose(view.upper, (market.high + np.maximum(market.open, market.close)) / 2)
    np.testing.assert_allclose(view.lower, (market.low + np.minimum(market.open, market.close)) / 2)
    assert view.atr == pytest.approx(market.true_range().mean())


def test_bottom_share_tells_a_bowl_from_a_v():
    u = np.linspace(-1, 1, 61)
    v_shape, bowl = (view_of(*enumerate(10 * np.abs(u) ** power)) for power in (1, 2))
    assert v_shape.bottom_share(0, 60, 100, 10) == pytest.approx(0.33, abs=0.04)
    assert bowl.bottom_share(0, 60, 100, 10) == pytest.approx(0.58, abs=0.04)
