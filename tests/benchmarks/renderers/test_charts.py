import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.renderers.charts import alone, decimals_of, draw_drafts, random_market, restlessness, with_market_before
from cryptoai_common.errors import UserError
from dataset_builder.charts.sample import settle
from dataset_builder.patterns import PATTERNS

CHARTS = list(alone(draw_drafts(20)))


def test_the_classes_come_in_turn_and_alike_in_number():
    names = [pattern.name for pattern in PATTERNS]
    assert [chart.label for chart in CHARTS] == names * 2


@pytest.mark.parametrize("count", [0, -10, 7])
def test_a_number_that_leaves_a_class_short_is_refused(count):
    with pytest.raises(UserError, match="multiple of 10"):
        draw_drafts(count)


def test_a_chart_is_the_same_however_many_are_drawn_and_in_no_dataset_of_its_seed():
    again = next(alone(draw_drafts(10)))
    assert np.array_equal(again.candles.close, CHARTS[0].candles.close)
    of_dataset = settle(21, CHARTS[0].label, 0).market.candles
    assert not np.array_equal(of_dataset.close, again.candles.close)


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.label)
def test_a_market_before_a_chart_ends_where_it_opens_and_leaves_it_as_it_was(chart, times):
    wide, bars = with_market_before(chart, times), len(chart.candles)
    assert (wide.first, len(wide.candles)) == (times * bars, (times + 1) * bars)
    for mine, given_ in zip(wide.candles[wide.first :].series(), chart.candles.series(), strict=True):
        assert np.array_equal(mine, given_)
    assert wide.candles.close[wide.first - 1] == chart.candles.open[0]
    assert wide.candles.fault() is None
    assert wide.times[wide.first] == chart.start
    assert wide.prices == chart.prices == (chart.candles.low.min(), chart.candles.high.max())
    assert wide.decimals == chart.decimals


@given(st.integers(0, 10**6), st.sampled_from(CHARTS), st.integers(16, 400))
def test_a_random_market_is_as_restless_as_what_follows_it(seed, chart, bars):
    market = random_market(chart.candles, bars, np.random.default_rng(seed))
    assert len(market) == bars
    assert market.fault() is None
    assert restlessness(market) == pytest.approx(restlessness(chart.candles), rel=0.25)  # but for rounding to ticks
    assert np.median(market.volume) == pytest.approx(np.median(chart.candles.volume))


def test_decimals_are_those_of_the_ticks():
    for chart in CHARTS:
        prices = np.concatenate(chart.candles.series()[:4])
        digits = decimals_of(chart.candles)
        assert np.allclose(prices.round(digits), prices, rtol=1e-12, atol=0)
        assert digits == 0 or not np.allclose(prices.round(digits - 1), prices, rtol=1e-12, atol=0)
