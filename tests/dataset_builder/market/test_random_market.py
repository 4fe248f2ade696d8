"""Random markets resemble real ones, and are the same for the same random stream."""

import numpy as np
import pytest

from cryptoai_common.candles import Candles
from dataset_builder.market.random_market import FADING_BLOCK, _fading_sum, _regime_edges, random_market
from dataset_builder.market.series import RANDOM, draw_series
from dataset_builder.market.statistics import RANGES, candle_statistics

WINDOW = 60  # candles: what RANGES was measured on


def test_its_candles_have_the_statistics_of_real_markets():
    windows = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        series = draw_series(rng, 480)
        windows += [series.window(start, start + WINDOW, rng) for start in range(0, 480, WINDOW)]
    assert not any(window.fault() for window in windows)
    found = candle_statistics(windows)
    assert {name: value for name, value in found.items() if not RANGES[name][0] <= value <= RANGES[name][1]} == {}


def test_bars_are_whole():
    prices, activity = random_market(np.random.default_rng(3), 300)
    opening, high, low, close = prices
    assert prices.shape == (4, 300) and activity.shape == (300,)
    assert np.isfinite(prices).all() and (activity > 0).all()
    assert (high >= np.maximum(opening, close)).all() and (low <= np.minimum(opening, close)).all()


def test_the_same_stream_gives_the_same_market_and_another_one_another():
    first, again, other = (random_market(np.random.default_rng(seed), 200)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.parametrize("bars", [1, 2, 20, 1000])
def test_regimes_cover_every_bar_once(bars):
    edges = list(_regime_edges(np.random.default_rng(0), bars))
    assert edges[0] == 0 and edges[-1] == bars and (np.diff(edges) > 0).all()


@pytest.mark.parametrize("length", [1, FADING_BLOCK, 5 * FADING_BLOCK + 3])
def test_a_fading_sum_keeps_its_share_at_each_step(length):
    shocks, total, expected = np.random.default_rng(0).standard_normal(length), 0.0, []
    for shock in shocks:
        total = 0.9 * total + shock
        expected.append(total)
    np.testing.assert_allclose(_fading_sum(shocks, 0.9), expected, rtol=1e-9, atol=1e-9)


def test_markets_differ_among_themselves_as_real_ones_do():
    """The variance over ten bars lies on both sides of ten times that of one, and volatility changes in a market."""
    ratios, calm = [], []
    for seed in range(60):
        close = random_market(np.random.default_rng(seed), 240)[0][3]
        ratios.append(np.var(close[10:] - close[:-10]) / (10 * np.var(np.diff(close))))
        parts = [np.abs(np.diff(part)).mean() for part in np.array_split(close, 6)]
        calm.append(min(parts) / max(parts))
    assert min(ratios) < 0.6 and max(ratios) > 1.25 and 0.7 < np.median(ratios) < 1.2
    assert np.median(calm) < 0.6


def test_a_window_of_a_random_market_is_quoted_as_an_exchange_does_and_a_real_one_is_left_alone():
    rng = np.random.default_rng(5)
    series = draw_series(rng, 240)
    assert series.source == RANDOM and series.candles.volume.mean() == pytest.approx(1)
    window = series.window(30, 90, rng)
    assert len(window) == 60 and not window.fault() and window.low.min() > 0
    raw = series.candles[30:90]
    assert np.corrcoef(window.close, raw.close)[0, 1] > 0.99
    real = type(series)("btc.csv", Candles(*(np.arange(1.0, 41.0) for _ in range(5))))
    np.testing.assert_array_equal(real.window(3, 9, rng).close, np.arange(4.0, 10.0))
