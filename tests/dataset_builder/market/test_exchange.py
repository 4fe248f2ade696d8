"""Bars as an exchange publishes them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from cryptoai_common.candles import Candles
from dataset_builder.market import exchange
from dataset_builder.market.exchange import STEPS, trade


def bars_of(path, variance):
    steps = len(path) - 1
    far, bars = np.full(steps, 1e6), steps // STEPS
    return trade(path, -far, far, np.full(bars, variance**0.5), np.full(steps, variance), np.random.default_rng(3))


def test_a_market_that_closes_opens_away_from_where_it_closed(monkeypatch):
    path = np.cumsum(0.5 * np.random.default_rng(1).standard_normal(STEPS * 200 + 1))
    shares = []
    for sessions in (0, 1):
        monkeypatch.setattr(exchange, "SESSIONS", sessions)
        opening, high, low, close = bars_of(path, 0.25)
        shares.append(np.abs(opening[1:] - close[:-1]).sum() / (high - low).sum())
        np.testing.assert_array_equal(close, path[STEPS::STEPS])
        assert np.all(low <= np.minimum(opening, close)) and np.all(high >= np.maximum(opening, close))
    assert shares[0] < 0.15 < 0.2 < shares[1]


def test_its_bars_show_no_price_from_before_it_opened(monkeypatch):
    path = np.concatenate(([0.0], np.arange(1.0, 10).repeat(STEPS)))  # each bar leaps by 1 at once, and stays there
    for sessions, lowest in ((0, path[:-1:STEPS]), (1, path[1::STEPS])):
        monkeypatch.setattr(exchange, "SESSIONS", sessions)
        np.testing.assert_allclose(bars_of(path, 1e-6)[2], lowest, atol=0.02)


def trade_still(bars: int, seed: int, volatility: float = 1.0) -> np.ndarray:
    """Bars of a price that never moves: all that is left are gaps and the extra wicks."""
    steps, far = bars * STEPS, np.full(bars * STEPS, 1e6)
    rng = np.random.default_rng(seed)
    return trade(np.zeros(steps + 1), -far, far, np.full(bars, volatility), np.zeros(steps), rng)


def extra_wicks(ohlc: np.ndarray) -> np.ndarray:
    """Upper and lower, shape (2, bars)."""
    opening, high, low, close = ohlc
    return np.array((high - np.maximum(opening, close), np.minimum(opening, close) - low))


def test_extra_wicks_have_fat_tails_that_are_cut():
    """An exponential number to the power 1.5, at most 6: a twentieth reach nine times the median, and none eleven."""
    for side in extra_wicks(trade_still(20_000, seed=1)):
        middle = np.median(side)
        assert np.quantile(side, [0.25, 0.9, 0.95]) / middle == pytest.approx([0.267, 6.05, 8.98], rel=0.06)
        assert side.max() / middle == pytest.approx(6 / np.log(2) ** 1.5, rel=0.03)
        assert np.isclose(side, side.max()).mean() == pytest.approx(np.exp(-(6 ** (2 / 3))), abs=0.005)


def test_extra_wicks_are_a_share_of_the_volatility_that_differs_from_chart_to_chart():
    longest = [extra_wicks(trade_still(400, seed)).max() / 6 for seed in range(300)]  # the share, for some wick is cut
    assert 0.02 <= min(longest) < 0.03 and 0.17 < max(longest) <= 0.18
    assert np.mean(longest) == pytest.approx(0.1, abs=0.009)
    assert extra_wicks(trade_still(400, 1, 5.0)) == pytest.approx(5 * extra_wicks(trade_still(400, 1)))


def test_upper_and_lower_wicks_are_drawn_apart():
    upper, lower = extra_wicks(trade_still(5000, seed=2))
    assert abs(np.corrcoef(upper, lower)[0, 1]) < 0.05


def test_gaps_are_a_share_of_the_volatility_and_the_first_bar_has_none():
    sizes = []
    for seed in range(300):
        opening = trade_still(200, seed)[0]
        assert opening[0] == 0
        sizes.append(np.abs(opening[1:]).mean())  # the mean of a Laplace variable's size is its scale
    assert 0.008 < min(sizes) < 0.014 and 0.25 < max(sizes) < 0.37
    assert np.exp(np.mean(np.log(sizes))) == pytest.approx((0.01 * 0.3) ** 0.5, rel=0.15)


def test_a_quarter_of_the_charts_is_of_markets_that_close():
    """Where each bar leaps in its first step and then rests, a closed market's bars have no range from below."""
    path = np.concatenate(([0.0], np.arange(1.0, 6).repeat(STEPS)))
    closed = 0
    for seed in range(3000):
        far = np.full(len(path) - 1, 1e6)
        ohlc = trade(path, -far, far, np.full(5, 1e-4), np.full(len(far), 1e-8), np.random.default_rng(seed))
        closed += bool(ohlc[2, 2] > path[2 * STEPS] + 0.5)
    assert closed / 3000 == pytest.approx(0.25, abs=0.025)


@given(some.integers(0, 2**32), some.floats(0.01, 2))
def test_a_bar_reaches_both_ends_of_each_of_its_steps_and_leaves_the_walls_by_its_wicks_alone(seed, variance):
    rng = np.random.default_rng(seed)
    bars = 12
    path = np.cumsum(rng.standard_normal(bars * STEPS + 1) * variance**0.5)
    low, high = path[1:] - rng.uniform(-0.2, 1, bars * STEPS), path[1:] + rng.uniform(-0.2, 1, bars * STEPS)
    ohlc = trade(path, low, high, np.ones(bars), np.full(bars * STEPS, variance), rng)
    opening, highest, lowest, _ = ohlc
    for bar in range(bars):
        inside = path[bar * STEPS + 1 : (bar + 1) * STEPS + 1]
        assert lowest[bar] <= inside.min() and inside.max() <= highest[bar]
        of_steps = slice(bar * STEPS, (bar + 1) * STEPS)
        most = max(high[of_steps].max(), path[bar * STEPS : (bar + 1) * STEPS + 1].max(), opening[bar])
        least = min(low[of_steps].min(), path[bar * STEPS : (bar + 1) * STEPS + 1].min(), opening[bar])
        assert highest[bar] <= most + 6 * 0.18 and lowest[bar] >= least - 6 * 0.18


@given(some.integers(0, 2**32))
def test_quotes_lie_on_a_grid_fine_enough_to_show_the_bars(seed):
    """Between 12 and 150 ticks make a bar's mean range, up to a power of ten; the window moves by 1 to 120 %."""
    rng = np.random.default_rng(seed)
    ohlc = trade(np.cumsum(rng.standard_normal(30 * STEPS + 1)), np.full(120, -1e6), np.full(120, 1e6), np.ones(30),
                 np.full(120, 1.0), rng)  # fmt: skip
    prices, scale, origin = exchange.quote(ohlc, rng)
    assert 0.005 < prices[2].min() < 61_000
    assert 0.0095 < prices[1].max() / prices[2].min() - 1 < 1.25
    assert np.abs(prices - (origin + scale * ohlc)).max() <= (prices[1] - prices[2]).mean() / 12 / 2 * 1.2


def test_volume_follows_the_range_and_the_volume_that_is_given():
    rng = np.random.default_rng(0)
    exponents, ratios = [], []
    for _ in range(150):
        high = 100 + rng.uniform(0.5, 5, 200)
        flat = np.full(200, 100.0)
        asked = np.repeat([1.0, 4.0], 100)
        drawn = exchange.draw_volume(Candles(flat, high, flat, flat, asked), rng).volume
        activity = np.log((high - 100) / (high - 100).mean() + 0.05)
        exponents.append(np.polyfit(activity, np.log(drawn / asked), 1)[0])
        ratios.append(np.log(drawn[100:]).mean() - np.log(drawn[:100]).mean())
    assert (
        0.35 < min(exponents) < 0.6
        and 0.9 < max(exponents) < 1.2
        and np.mean(exponents) == pytest.approx(0.75, abs=0.04)
    )
    assert np.mean(ratios) == pytest.approx(np.log(4), abs=0.05)
