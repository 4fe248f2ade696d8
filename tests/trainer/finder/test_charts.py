"""Where the span network's charts come from: several markets in a row are one chart, with the patterns of each."""

from collections import Counter

import datasets
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer.finder.charts import MOST_CANDLES, MarketCharts, joined
from trainer.finder.columns import column_prices, spans_between


def market(bars, seed=0, line=False, size=1.0):
    rng = np.random.default_rng(seed)
    close = 100 + size * rng.normal(0, 1, bars).cumsum()
    half = size * rng.uniform(0.2, 1, bars)
    pattern = {"label": "double_top", "first": 2, "last": bars - 3}
    return {
        "high": (close + half).tolist(),
        "low": (close - half).tolist(),
        "close": close.tolist(),
        "line": line,
        "patterns": [pattern],
        "overlapping": [pattern | {"label": "breakout"}],
    }


@given(st.lists(st.integers(20, 90), min_size=1, max_size=5), st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_each_pattern_keeps_its_candles_when_markets_are_joined(lengths, seed):
    chart = joined([market(bars, number) for number, bars in enumerate(lengths)], np.random.default_rng(seed))
    assert len(chart["x"]) == len(chart["high"]) == len(chart["low"]) == sum(lengths)
    assert (chart["high"] <= chart["low"]).all()  # y downwards
    start = 0
    for bars, pattern, other in zip(lengths, chart["patterns"], chart["overlapping"], strict=True):
        left, _, right, _ = pattern["box"]
        assert (left, right) == (start + 1.5, start + bars - 2.5)
        assert (pattern["label"], other["label"]) == ("double_top", "breakout")
        alone = -np.array(market(bars, lengths.index(bars))["high"])
        if lengths.count(bars) == 1:
            part = chart["high"][start : start + bars]
            assert np.corrcoef(part, alone)[0, 1] == pytest.approx(1)
        start += bars


def test_a_joined_market_begins_where_the_one_before_it_ends_and_is_about_as_restless():
    calm, wild = market(50, 1), market(60, 2, size=30.0)
    ratios = []
    for seed in range(40):
        chart = joined([calm, wild], np.random.default_rng(seed))
        assert -(chart["high"][50] + chart["low"][50]) / 2 == pytest.approx(calm["close"][-1])
        ranges = chart["low"] - chart["high"]
        ratios.append(ranges[50:].mean() / ranges[:50].mean())
    assert np.median(ratios) == pytest.approx(1, abs=0.2)
    assert max(ratios) < 3 and np.std(ratios) > 0.1


def test_a_line_shows_closes_only():
    chart = joined([market(30, line=True), market(30)], np.random.default_rng(0))
    assert np.array_equal(chart["high"], chart["low"])
    assert np.allclose(-chart["high"][:30], market(30)["close"])
    assert not np.array_equal(
        *(joined([market(30), market(30, line=True)], np.random.default_rng(0))[side] for side in ("high", "low"))
    )


def test_half_of_the_charts_show_several_markets_and_none_too_many_candles():
    rows = [market(bars, bars) for bars in (30, 60, 110, 200, 400)]
    charts = MarketCharts(datasets.Dataset.from_list(rows), ("double_top", "breakout"), "")
    several = 0
    for seed in range(200):
        chart = charts.chart(seed % 5, np.random.default_rng(seed))
        own = len(rows[seed % 5]["high"])
        assert len(chart["x"]) >= own and len(chart["x"]) <= MOST_CANDLES
        several += len(chart["x"]) > own
    assert 40 < several < 110
    assert charts.labels() == Counter(double_top=5, breakout=5)


def test_a_chart_is_read_like_a_screenshot():
    chart = joined([market(40, 3), market(40, 4)], np.random.default_rng(0))
    prices = column_prices(chart, -0.5, 79.5, 160)
    assert not np.isnan(prices).any()
    assert prices[:, 0].min() == pytest.approx(chart["high"].min())
    whole, cut = spans_between(chart, -0.5, 79.5)
    assert [(span.label, span.clear) for span in whole] == [("double_top", True)] * 2 + [("breakout", False)] * 2
    assert not cut and whole[1].start == pytest.approx(42 / 80)
