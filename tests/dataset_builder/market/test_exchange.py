"""Bars as an exchange publishes them."""

import numpy as np

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
