"""Candle statistics on inputs whose answer is known."""

from dataclasses import replace

import numpy as np
import pytest
from markets import random_walk

from cryptoai_common.candles import Candles
from dataset_builder.charts.sample import settle
from dataset_builder.charts.variety import Variety
from dataset_builder.market import statistics
from dataset_builder.market.statistics import RANGES, candle_statistics
from dataset_builder.patterns import PATTERNS


def candles_like(open, high, low, close, bars=20):
    return Candles(*(np.full(bars, float(value)) for value in (open, high, low, close)), np.ones(bars))


@pytest.mark.parametrize("exponent", [2.5, 4.0])
def test_tail_index_of_a_pareto_sample_is_its_exponent(exponent):
    sizes = 1 + np.random.default_rng(0).pareto(exponent, 200_000)
    assert statistics.tail_index(sizes) == pytest.approx(exponent, rel=0.05)


def test_autocorrelation_of_independent_sizes_is_zero():
    windows = list(np.random.default_rng(0).exponential(1, (400, 60)))
    assert statistics.autocorrelation(windows, 1) == pytest.approx(0, abs=0.03)
    assert statistics.autocorrelation(windows, 10) == pytest.approx(0, abs=0.03)


def test_autocorrelation_of_an_autoregressive_series_falls_geometrically():
    rng, value, series = np.random.default_rng(0), 0.0, []
    for _ in range(60_000):
        value = 0.8 * value + rng.standard_normal()
        series.append(value)
    assert statistics.autocorrelation([np.array(series)], 1) == pytest.approx(0.8, abs=0.02)
    assert statistics.autocorrelation([np.array(series)], 10) == pytest.approx(0.8**10, abs=0.03)


def test_returns_are_measured_in_each_windows_own_mean():
    market = random_walk(60, np.random.default_rng(0))
    wild = replace(market, close=np.exp(3 * np.log(market.close)))
    np.testing.assert_allclose(statistics.scaled_returns(market), statistics.scaled_returns(wild))
    assert statistics.scaled_returns(market).mean() == pytest.approx(1)


def test_shares_of_body_and_wicks():
    shares = statistics.candle_shares(candles_like(open=12, high=20, low=10, close=15))
    assert shares == pytest.approx((0.3, 0.5, 0.2))
    assert statistics.candle_shares(candles_like(open=15, high=20, low=10, close=12)) == pytest.approx((0.3, 0.5, 0.2))


def test_a_doji_has_a_body_under_a_tenth_of_its_range():
    assert statistics.is_doji(candles_like(10, 12, 8, 10.3)).all()
    assert not statistics.is_doji(candles_like(10, 12, 8, 10.5)).any()
    assert len(statistics.is_doji(candles_like(10, 10, 10, 10))) == 0


def test_gap_share():
    window = Candles(*(np.array(v, float) for v in ([10, 12, 13], [12, 14, 15], [10, 12, 13], [11, 12, 14], [1, 1, 1])))
    assert statistics.gap_share(window) == pytest.approx(1 / 2)  # gaps of 1 and 1, ranges of 2


def test_volume_correlation_is_within_windows_not_between_them():
    rng = np.random.default_rng(0)
    windows = []
    for scale in (1, 1000):
        spread = rng.uniform(1, 5, 50)
        base = np.full(50, 100.0)
        windows.append(Candles(base, base + spread, base, base, scale / spread))
    assert statistics.volume_correlation(windows) == pytest.approx(-1)


def test_windows_without_trades_or_too_short_are_told_from_markets():
    with pytest.raises(ValueError, match="at least 12 candles"):
        candle_statistics([random_walk(11, np.random.default_rng(0))])
    still = candle_statistics([random_walk(60, np.random.default_rng(0)), candles_like(10, 10, 10, 10)])
    assert all(np.isfinite(value) for value in still.values())


def test_accepted_charts_have_the_candles_of_real_markets():
    """Half drawn, half found, as a dataset is. Over 1,000 charts the measures come closer; 400 show a mistake."""
    windows = [
        settle(7, pattern.name, index, kind=Variety(found=0.5)).market.candles
        for pattern in PATTERNS
        for index in range(40)
    ]
    found = candle_statistics(windows)
    assert list(found) == list(RANGES)
    outside = {name: value for name, value in found.items() if not RANGES[name][0] <= value <= RANGES[name][1]}
    assert not outside
