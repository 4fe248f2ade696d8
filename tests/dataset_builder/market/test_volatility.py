"""Restless bars: clusters, and legs in a scale_of_leg."""

import numpy as np
import pytest

from dataset_builder.market.prices import draw_market
from dataset_builder.market.sketch import Sketch
from dataset_builder.market.volatility import LEAST, clustered_volatility, leg_volatility

LEGS = np.repeat([0, 1, 2], [10, 10, 5])
EVEN = np.full(25, 0.01)


def test_a_longer_way_makes_restless_and_none_calm():
    level, slow, fast = leg_volatility([0.0, 0.0, 0.1, -0.1], EVEN, LEGS, 2.0)
    assert level == LEAST < slow < fast <= 10 * LEAST


@pytest.mark.parametrize("most", [1.3, 2.5])
def test_a_leg_goes_no_further_than_chance_would_lead_it(most):
    """Within the limit on the noise, which these moves don't reach."""
    y = [0.0, 0.1, 0.02, -0.1]
    standard_deviation = (leg_volatility(y, EVEN, LEGS, most) * 0.01) * np.sqrt(np.bincount(LEGS))
    assert np.all(np.abs(np.diff(y)) <= most * standard_deviation)


def test_haste_knows_no_unit():
    y = [0.0, 1.0, -2.0, -1.9]
    np.testing.assert_allclose(
        leg_volatility(y, EVEN, LEGS, 2.0), leg_volatility([100 * price for price in y], 100 * EVEN, LEGS, 2.0)
    )


def test_a_leg_too_short_for_a_bar_is_no_trouble():
    assert np.isfinite(leg_volatility([0.0, 1.0, 0.5], EVEN, np.zeros(25, int), 2.0)).all()


def test_wicks_are_longer_where_the_price_is_in_a_hurry():
    ones = np.ones(5)
    sketch = Sketch(np.array([0.0, 5, 10, 35, 60]), np.array([0.0, 1, 0, 1, 0]), "complete", ones, ones, ones, (1, 3))
    longer = []
    for seed in range(200):
        c = draw_market(sketch, 60, 0.5, np.random.default_rng(seed)).candles
        wick = c.high - c.low - np.abs(c.close - c.open)
        longer.append(wick[:10].mean() / wick[10:].mean())
    assert np.median(longer) > 1.15


@pytest.mark.parametrize("lag", [1, 5])
def test_restless_bars_come_together(lag):
    rng = np.random.default_rng(0)
    logs = np.array([np.log(clustered_volatility(100, rng)) for _ in range(200)])
    logs -= logs.mean(axis=1, keepdims=True)
    assert (logs[:, lag:] * logs[:, :-lag]).mean() > 0.1 * logs.var()
