"""Markets drawn from sketches: sound candles that pass through their pivots."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from dataset_builder.market import exchange, negative
from dataset_builder.market.exchange import draw_volume
from dataset_builder.market.prices import draw_market
from dataset_builder.market.sketch import outline
from dataset_builder.market.statistics import candle_statistics
from dataset_builder.patterns import PATTERNS

SKETCHES = [*(pattern.sketch for pattern in PATTERNS), negative.sketch]


def zigzag_sketch(rng, bars=40, **changes):
    made = outline(rng, [1, 1, 1, 1], [0, 1, 0, 1, 0], bars=bars, stage="complete", body=(1, 3))
    return replace(made, **changes)


@given(
    some.sampled_from(SKETCHES), some.integers(0, 2**32), some.integers(20, 120), some.floats(0.6, 1), some.floats(0, 1)
)
@settings(max_examples=150, deadline=None)
def test_candles_are_sound_whatever_the_sketch(sketch, seed, bars, fill, before):
    rng = np.random.default_rng(seed)
    market = draw_market(sketch(rng, max(round(bars * fill), 16)), bars, before, rng)
    c = draw_volume(market.candles, rng)
    assert len(c) == bars
    for series in c.series():
        assert series.dtype == np.float64 and series.shape == (bars,) and np.all(np.isfinite(series))
    assert np.all(c.low > 0) and np.all(c.volume > 0)
    assert np.all(c.low <= np.minimum(c.open, c.close)) and np.all(np.maximum(c.open, c.close) <= c.high)
    assert 0 <= market.first_bar <= market.last_bar < bars
    assert market.pivots.shape[1] == 2 and np.all(np.diff(market.pivots[:, 0]) > 0)
    assert market.pivots[0, 0] >= 0 and market.pivots[-1, 0] <= bars - 1


@given(some.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_prices_are_short_decimals(seed):
    """As on an exchange, and so that a stored candle is the candle that was checked."""
    rng = np.random.default_rng(seed)
    c = draw_market(zigzag_sketch(rng), 50, 0.5, rng).candles
    for value in np.concatenate((c.open, c.high, c.low, c.close)).tolist():
        assert float(f"{value:.10g}") == value


@given(some.integers(0, 2**32), some.integers(30, 120))
@settings(max_examples=60, deadline=None)
def test_the_price_reaches_its_pivots_and_turns_there(seed, bars):
    rng = np.random.default_rng(seed)
    market = draw_market(zigzag_sketch(rng, bars, overshoot=0.0, roughness=0.5), bars, 0.5, rng)
    height = market.pivots[0, 1] - market.pivots[1, 1]
    assert height > 0
    for bar, price in market.pivots:
        near = slice(max(int(bar) - 1, 0), int(bar) + 3)
        assert (
            market.candles.low[near].min() - 0.02 * height <= price <= market.candles.high[near].max() + 0.02 * height
        )
    inside = market.candles[slice(market.first_bar, market.last_bar + 1)]
    assert inside.close.max() <= market.pivots[:, 1].max() + 0.02 * height
    assert inside.close.min() >= market.pivots[:, 1].min() - 0.02 * height


@pytest.mark.parametrize("before", [0, 20])
@pytest.mark.parametrize("wall", ["floor", "ceiling"])
def test_walls_hold_from_the_first_bar_of_the_window(wall, before):
    rng = np.random.default_rng(1)
    level = 0.4 if wall == "floor" else 0.6
    made = zigzag_sketch(rng, roughness=2.0, overshoot=0.02, **{wall: np.full(5, level)})
    market = draw_market(made, 40 + before, 1.0, rng)
    top, bottom = market.pivots[0, 1], market.pivots[1, 1]
    close = (market.candles.close - bottom) / (top - bottom)
    assert close.min() >= 0.37 if wall == "floor" else close.max() <= 0.63


@pytest.mark.parametrize("sessions", [0, 1])
@pytest.mark.parametrize("upside_down", [False, True])
def test_steep_walls_that_meet_at_a_pivot_do_not_cut_it_off(sessions, upside_down, monkeypatch):
    """Pivots fall on whole steps, and walls turn where they do, also in a market that is closed in that step."""
    monkeypatch.setattr(exchange, "SESSIONS", sessions)
    for seed in range(60):
        rng = np.random.default_rng(seed)
        durations = rng.uniform(1, 2, 4).tolist()
        walls = {"floor": [-1, 0.97, 0.0, 0.97, -1], "ceiling": [0.03, 1.0, 0.03, 1.0, 0.03]}
        made = outline(
            rng,
            durations,
            [0, 1, 0, 1, 0],
            bars=20,
            stage="complete",
            body=(1, 3),
            overshoot=0.0,
            roughness=2.0,
            **walls,
        )
        market = draw_market(made.mirrored() if upside_down else made, 20, 0.5, rng)
        slack = 0.02 * np.ptp(market.pivots[:, 1])  # of rounding to ticks
        for bar, price in market.pivots:
            near = market.candles[max(int(bar) - 1, 0) : int(bar) + 3]
            assert near.low.min() - slack <= price <= near.high.max() + slack, (seed, bar)


def test_what_comes_after_stays_inside_the_limits():
    made = zigzag_sketch(np.random.default_rng(1), 30, roughness=3.0, limits=(-0.3, 0.4))
    for seed in range(40):
        market = draw_market(made, 60, 0.0, np.random.default_rng(seed))
        top, bottom = market.pivots[0, 1], market.pivots[1, 1]
        after = (market.candles.close[30:] - bottom) / (top - bottom)
        tick = np.diff(np.unique(market.candles.close)).min() / (top - bottom)  # prices are rounded to ticks
        assert after.min() >= -0.3 - tick and after.max() <= 0.4 + tick


@pytest.mark.parametrize("stage, before, first", [("forming", 0.0, 20), ("complete", 0.0, 0), ("complete", 1.0, 20)])
def test_free_bars_come_before_or_after_and_a_forming_pattern_ends_the_window(stage, before, first):
    rng = np.random.default_rng(2)
    market = draw_market(zigzag_sketch(rng, 40, stage=stage, body=(0, 4)), 60, before, rng)
    assert market.first_bar == pytest.approx(first, abs=1)
    assert market.last_bar == pytest.approx(first + 39.5, abs=1)


def test_the_same_generator_state_gives_the_same_market():
    markets = []
    for _ in range(2):
        rng = np.random.default_rng(3)
        markets.append(draw_volume(draw_market(zigzag_sketch(rng), 50, 0.5, rng).candles, rng))
        np.random.seed(99)
        np.random.rand(10)
    for one, other in zip(markets[0].series(), markets[1].series(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_volume_follows_the_pattern_and_the_range():
    rng = np.random.default_rng(4)
    ratios = []
    for _ in range(60):
        made = zigzag_sketch(rng, 60, volume=np.array([1, 1, 1, 3, 3.0]))
        volume = draw_volume(draw_market(made, 60, 0.5, rng).candles, rng).volume
        ratios.append(volume[45:].mean() / volume[:30].mean())
    assert 2 < np.median(ratios) < 4.5


def test_a_long_free_market_has_the_tails_and_clustering_of_real_ones():
    """Over thousands of bars: tail index 2.3-4.6, autocorrelation of absolute returns 0.15-0.45 and 0.05-0.25."""
    found = []
    for seed in range(24):
        rng = np.random.default_rng(seed)
        made = outline(rng, [1], [0, 1], bars=4000, stage="none", body=(0, 1), roughness=1.0, overshoot=1e3)
        found.append(candle_statistics([draw_volume(draw_market(made, 4000, 0.5, rng).candles, rng)]))
    mean = {name: np.mean([statistics[name] for statistics in found]) for name in found[0]}
    assert 2.3 < mean["tail index"] < 4.6
    assert 0.15 < mean["autocorrelation at lag 1"] < 0.45
    assert 0.05 < mean["autocorrelation at lag 10"] < 0.25


def test_closes_take_part_of_their_moves_back():
    """Over eight bars, the price of a free market spreads less far than eight independent moves would lead it."""
    ratios = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        made = outline(rng, [1], [0, 0], bars=1000, stage="none", body=(0, 1), roughness=1.0, overshoot=1e3)
        close = np.log(draw_market(made, 1000, 0.5, rng).candles.close)
        ratios.append((close[8:] - close[:-8]).var() / (8 * np.diff(close).var()))
    assert np.mean(ratios) < 0.85
