"""Long markets: what is drawn into them, and that a number settles them."""

import numpy as np

from dataset_builder.charts import long_market
from dataset_builder.charts.long_market import BARS, draw_long_market, settle_long_market


def test_a_market_is_a_function_of_seed_and_index():
    first, again = settle_long_market(5, 3), settle_long_market(5, 3)
    assert np.array_equal(first.candles.series(), again.candles.series())
    assert (first.places, first.overlapping, first.line) == (again.places, again.overlapping, again.line)
    assert not np.array_equal(first.candles.close[:20], settle_long_market(5, 4).candles.close[:20])
    assert not np.array_equal(first.candles.close[:20], settle_long_market(6, 3).candles.close[:20])


def test_lengths_reach_over_the_whole_range_and_few_markets_are_lines(monkeypatch):
    monkeypatch.setattr(long_market, "find_places", lambda candles, drawn: ((), ()))  # slow, and not asked here
    markets = [settle_long_market(1, index) for index in range(60)]
    bars = [len(market.candles) for market in markets]
    assert min(bars) >= BARS[0] and max(bars) <= BARS[1]
    assert min(bars) < 35 and max(bars) > 250
    assert 1 <= sum(market.line for market in markets) <= 15


def test_candles_join_where_a_pattern_was_drawn_into_the_market():
    for seed in range(30):
        candles, windows = draw_long_market(np.random.default_rng(seed), 100)
        assert all(0 <= first < last <= 100 for first, last in windows)
        assert (candles.low <= np.minimum(candles.open, candles.close)).all()
        assert (candles.high >= np.maximum(candles.open, candles.close)).all()
        assert (candles.low > 0).all()
        jumps = np.abs(candles.open[1:] - candles.close[:-1]) / (candles.high - candles.low).mean()
        assert all(jumps[first - 1] < 8 for first, _ in windows if first)
