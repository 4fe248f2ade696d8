"""Restless bars: clusters, and legs in a hurry."""

import numpy as np
import pytest

from dataset_builder.market.exchange import STEPS
from dataset_builder.market.prices import draw_market
from dataset_builder.market.sketch import Sketch
from dataset_builder.market.volatility import CALM, clustered_volatility, haste


def test_a_faster_leg_is_more_restless_and_a_level_one_calm():
    level, slow, fast = haste(np.array([0, 10, 20, 25]) * STEPS, [0.0, 0.0, 1.0, -1.0], 0.1)
    assert level == CALM < slow < fast


def test_haste_knows_no_unit():
    ends, y = np.array([0, 8, 30]) * STEPS, [0.0, 1.0, -2.0]
    np.testing.assert_allclose(haste(ends, y, 0.1), haste(ends, [100 * price for price in y], 10.0))


def test_wicks_are_longer_where_the_price_is_in_a_hurry():
    ones = np.ones(5)
    sketch = Sketch(np.array([0.0, 5, 10, 35, 60]), np.array([0.0, 1, 0, 1, 0]), "complete", ones, ones, ones, (1, 3))
    longer = []
    for seed in range(200):
        c = draw_market(sketch, 60, 0.5, np.random.default_rng(seed)).candles
        wick = c.high - c.low - np.abs(c.close - c.open)
        longer.append(wick[:10].mean() / wick[10:].mean())
    assert np.median(longer) > 1.3


@pytest.mark.parametrize("lag", [1, 5])
def test_restless_bars_come_together(lag):
    rng = np.random.default_rng(0)
    logs = np.array([np.log(clustered_volatility(100, rng)) for _ in range(200)])
    logs -= logs.mean(axis=1, keepdims=True)
    assert (logs[:, lag:] * logs[:, :-lag]).mean() > 0.1 * logs.var()
