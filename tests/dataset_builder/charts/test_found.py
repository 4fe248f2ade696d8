"""Patterns found in markets that nobody sketched."""

import numpy as np
import pytest
from markets import candles_through

from cryptoai_common.candles import Candles
from dataset_builder.charts import found
from dataset_builder.charts.found import LOWEST, find_market, market_beside, unselected_market
from dataset_builder.charts.labels import refusal
from dataset_builder.charts.sample import draw_sample, settle
from dataset_builder.charts.stages import stage_of
from dataset_builder.charts.variety import Variety
from dataset_builder.market.match import Match
from dataset_builder.market.series import RANDOM, Series, draw_series
from dataset_builder.market.swings import View
from dataset_builder.patterns import BY_NAME, CLASSES, PATTERNS

FOUND = Variety(found=1.0)
NAMES = list(CLASSES)
W = [(0, 3), (8, 0), (12, 10), (17, 2), (22, 10), (27, 2), (32, 10), (36, 6)]  # a flat range


@pytest.fixture(scope="module")
def drafts():
    """Two found charts of each class."""
    return [settle(11, name, index, 64, FOUND) for name in NAMES for index in range(2)]


def test_a_found_chart_is_accepted_by_its_check_and_by_no_other(drafts):
    for draft in drafts:
        view = View(draft.market.candles)
        assert [pattern.name for pattern in PATTERNS if pattern.check(view) is None] == [draft.label]


def test_it_says_where_it_is_from_and_is_not_hidden_by_its_own_candles(drafts):
    for draft in drafts:
        view = View(draft.market.candles)
        assert draft.source == RANDOM and draft.stage in ("complete", "broken") and not draft.rejections
        assert BY_NAME[draft.label].find(view).height >= LOWEST * view.atr
        assert len(draft.market.candles) == draft.look.bars and not draft.market.candles.fault()


def test_its_pivots_are_the_points_that_the_check_found(drafts):
    for draft in drafts:
        points = BY_NAME[draft.label].find(View(draft.market.candles)).points
        np.testing.assert_allclose(draft.market.pivots, points)
        assert (draft.market.first_bar, draft.market.last_bar) == (points[0][0], points[-1][0])


def test_its_box_encloses_its_pivots():
    for name in ("double_top", "support_resistance", "bearish_flag"):
        row = draw_sample(11, name, 0, 224, FOUND).metadata
        left, top, right, bottom = row["bbox"]
        assert row["source"] == RANDOM and len(row["pivots"]) >= 2
        for x, y in row["pivots"]:
            assert left - 1 <= x <= right + 1 and top - 2 <= y <= bottom + 2


@pytest.mark.parametrize("bars", [20, 60, 120])
def test_without_a_pattern_no_check_accepts_it(bars):
    rng = np.random.default_rng(0)
    market, stage, source = find_market(None, bars, (), rng)
    assert (stage, source, len(market.candles)) == ("none", RANDOM, bars)
    assert refusal(None, View(market.candles)) is None and len(market.pivots) == 0


@pytest.mark.parametrize("bars", [24, 60])
def test_a_window_beside_a_pattern_shows_none(bars):
    rng = np.random.default_rng(1)
    for name in ("double_top", "support_resistance", "breakout"):
        market, stage, source = market_beside(BY_NAME[name], bars, (), rng)
        assert (stage, source, len(market.candles)) == ("beside", RANDOM, bars)
        assert refusal(None, View(market.candles)) is None and len(market.pivots) == 0


def test_an_unselected_window_is_one_that_no_check_was_asked_about(monkeypatch):
    monkeypatch.setattr(found, "refusal", lambda *arguments: pytest.fail("a check was asked"))
    rng = np.random.default_rng(2)
    windows = [unselected_market(40, (), rng) for _ in range(60)]
    assert {stage for _, stage, _ in windows} == {"unselected"} and {source for _, _, source in windows} == {RANDOM}
    monkeypatch.undo()
    accepted = sum(refusal(None, View(market.candles)) is not None for market, _, _ in windows)
    assert 0 < accepted < 30  # at the market's own rate


def real_series(name: str = "btc.csv") -> Series:
    """Candles of a range that repeats: nearly every window of its length is one of ``support_resistance``."""
    once = candles_through(*W)
    columns = [np.concatenate([column[:-1] for _ in range(30)]) for column in once.series()]
    return Series(name, Candles(*columns))


def test_real_candles_are_looked_through_before_random_ones_and_keep_their_prices():
    series = real_series()
    market, _, source = find_market(BY_NAME["support_resistance"], 37, (series,), np.random.default_rng(3))
    assert source == "btc.csv"
    closes = np.lib.stride_tricks.sliding_window_view(series.candles.close, 37)
    assert (closes == market.candles.close).all(axis=1).any()


def test_a_class_that_the_real_candles_do_not_show_comes_from_random_ones():
    rng = np.random.default_rng(4)
    assert find_market(BY_NAME["bullish_flag"], 30, (real_series(),), rng)[2] == RANDOM
    assert find_market(BY_NAME["support_resistance"], 37, (draw_short(),), rng)[2] == RANDOM


def draw_short() -> Series:
    """A series that is shorter than the window."""
    return Series("short.csv", candles_through((0, 1), (20, 3)))


def test_a_check_that_accepts_nothing_is_an_error(monkeypatch):
    monkeypatch.setattr(found, "MOST_IN_RANDOM", 200)
    with pytest.raises(RuntimeError, match="no window of 40 candles passes the check of double_top"):
        pattern = BY_NAME["double_top"]
        never = type(pattern)(id=1, name="double_top", sketch=pattern.sketch, find=lambda view: "never")
        find_market(never, 40, (), np.random.default_rng(0))


TOPS = [(0, 0), (14, 10), (19, 5), (24, 10)]


@pytest.mark.parametrize(("end", "stage"), [(6.0, "complete"), (4.9, "complete"), (4.0, "broken"), (11.0, "broken")])
def test_a_pattern_is_broken_once_a_close_leaves_its_turning_points(end, stage):
    view = View(candles_through(*TOPS, (32, end)))
    points = ((0, view.lower[0] + 5), (14, view.upper[14]), (19, view.lower[19]), (24, view.upper[24]))
    assert stage_of(view, Match(points)) == stage


def test_nearly_a_window_agrees_with_the_window_on_nearly_all():
    """Its swings come from those of the whole market; only one that the window cuts can differ."""
    same = differ = found_by_both = 0
    for seed in range(6):
        series = draw_series(np.random.default_rng(seed), 480)
        for bars in (30, 60, 120):
            swings = series.swings(bars)
            for start in range(0, 480 - bars, bars // 2):
                exact = View(series.candles[start : start + bars])
                near = series.view.nearly_window(start, start + bars, swings)
                for pattern in PATTERNS:
                    seen = [pattern.check(view) is None for view in (exact, near)]
                    same, differ = same + (seen[0] == seen[1]), differ + (seen[0] != seen[1])
                    found_by_both += all(seen)
    assert found_by_both >= 20 and differ <= 0.005 * (same + differ) and differ <= 0.2 * found_by_both


def test_a_window_of_a_view_is_the_view_of_the_window():
    series = draw_series(np.random.default_rng(1), 200)
    part, whole = series.view.window(40, 100), View(series.candles[40:100])
    for field in ("open", "close", "upper", "lower", "range", "bars"):
        assert getattr(part, field) == getattr(whole, field)
    assert part.finest == whole.finest and part.atr == pytest.approx(whole.atr, rel=0.05)
