"""Where a pattern stands at the last candle: its stage, and how far the price is from its line."""

from collections import Counter
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from cryptoai_common.candles import Candles
from dataset_builder.charts.sample import settle
from dataset_builder.charts.stages import standing
from dataset_builder.market.match import Line, Match
from dataset_builder.market.pattern import Pattern
from dataset_builder.market.swings import View
from dataset_builder.patterns import BY_NAME, CLASSES

SEED, EACH = 11, 8  # charts a class
UP = {"double_bottom", "ascending_triangle", "cup_and_handle", "bullish_flag"}  # leave over their line
DOWN = {"head_and_shoulders", "double_top", "descending_triangle", "bearish_flag"}
DRAWN = some.tuples(some.sampled_from(CLASSES), some.integers(0, EACH - 1))


@cache
def drawn(name: str, index: int) -> tuple[Candles, str]:
    """Candles that the check of the class accepts, and the stage that was drawn."""
    draft = settle(SEED, name, index)
    return draft.market.candles, draft.stage


def scaled(candles: Candles, factor: float) -> Candles:
    return Candles(*(factor * series for series in candles.series()[:4]), candles.volume)


def with_last_close(candles: Candles, close: float) -> Candles:
    """The same candles, but for the last: it closes there, and its wick reaches no further."""
    series = [each.copy() for each in candles.series()]
    opening, high, low, closes, _ = series
    closes[-1] = close
    high[-1], low[-1] = max(opening[-1], close), min(opening[-1], close)
    return Candles(*series)


@given(DRAWN, some.floats(1e-6, 1e6))
def test_prices_in_another_unit_give_the_same_stage_and_the_same_way_to_the_line(chart, factor):
    candles, _ = drawn(*chart)
    before, after = standing(chart[0], candles), standing(chart[0], scaled(candles, factor))
    assert before is not None and after is not None
    assert (after.stage, after.first) == (before.stage, before.first)
    assert after[1:4] == pytest.approx((factor * before.line, before.percent, before.true_ranges), rel=1e-6, abs=1e-9)


@given(DRAWN)
def test_the_way_to_the_line_leads_from_the_last_close_to_its_price(chart):
    candles, _ = drawn(*chart)
    told = standing(chart[0], candles)
    assert told is not None
    close = float(candles.close[-1])
    assert close * (1 + told.percent / 100) == pytest.approx(told.line)
    assert close + told.true_ranges * float(candles.true_range().mean()) == pytest.approx(told.line)


@given(DRAWN, some.floats(-3, 3))
def test_a_last_close_beyond_the_line_is_broken_whatever_came_before(chart, ranges):
    name = chart[0]
    candles, _ = drawn(*chart)
    told = standing(name, candles)
    close = told.line + ranges * View(candles).atr
    after = standing(name, with_last_close(candles, close)) if name in UP | DOWN else None
    if after is not None:  # the new candle may unmake the pattern
        beyond = after.percent < 0 if name in UP else after.percent > 0
        assert after.stage == "broken" if beyond else after.stage in ("complete", "broken", "failed")


def test_a_complete_pattern_is_broken_by_a_last_close_just_beyond_its_line_and_not_by_one_just_before_it():
    crossed = Counter()
    for name in UP | DOWN:
        for index in range(4 * EACH):
            candles, _ = drawn(name, index)
            told = standing(name, candles)
            if told.stage == "complete":
                sides = [1 + 1e-6, 1 - 1e-6] if name in UP else [1 - 1e-6, 1 + 1e-6]
                over, under = (standing(name, with_last_close(candles, told.line * side)) for side in sides)
                if over is not None and under is not None and over.line == under.line == told.line:
                    assert (over.stage, under.stage) == ("broken", "complete")
                    crossed[name] += 1
    assert len(crossed) >= 5 and crossed.total() > 20, crossed  # else nothing was looked at


def test_the_stage_is_mostly_the_one_that_was_drawn():
    """What is drawn ends near its line or goes on after the break, so that some come back or go through."""
    told = Counter()
    for name in CLASSES:
        for index in range(2 * EACH):
            candles, stage = drawn(name, index)
            found = standing(name, candles)
            assert found is not None
            told[stage, found.stage] += 1
    assert told["forming", "complete"] == sum(told["forming", each] for each in ("complete", "broken", "failed")) > 5
    assert told["broken", "broken"] > 0.85 * sum(told["broken", each] for each in ("complete", "broken", "failed"))
    assert told["failed", "failed"] > 0.8 * sum(told["failed", each] for each in ("complete", "broken", "failed"))


@pytest.mark.parametrize(
    ("name", "mirror"),
    [
        ("double_top", "double_bottom"),
        ("ascending_triangle", "descending_triangle"),
        ("bullish_flag", "bearish_flag"),
        ("breakout", "breakout"),
        ("support_resistance", "support_resistance"),
    ],
)
def test_upside_down_it_is_the_same_way_to_the_mirrored_line(name, mirror):
    for index in range(EACH):
        candles, _ = drawn(name, index)
        sum_of_both = float(candles.high.max() + candles.low.min())
        opening, high, low, close = (sum_of_both - series for series in candles.series()[:4])
        turned = Candles(opening, low, high, close, candles.volume)
        if refusal_differs(name, mirror, candles, turned):
            continue
        before, after = standing(name, candles), standing(mirror, turned)
        assert before is not None and after is not None
        assert after.stage == before.stage and after.true_ranges == pytest.approx(-before.true_ranges)


def refusal_differs(name: str, mirror: str, candles: Candles, turned: Candles) -> bool:
    """Ranges that break out both ways are looked at upwards first, and so on: no mirror image then."""
    one, other = BY_NAME[name].see(View(candles), loose=True), BY_NAME[mirror].see(View(turned), loose=True)
    assert not isinstance(one, str) and not isinstance(other, str)
    return [bar for bar, _ in one.points] != [bar for bar, _ in other.points]


def test_a_pattern_in_the_newer_half_of_the_candles_is_found_and_an_older_one_is_not():
    candles, _ = drawn("double_top", 0)
    flat = np.full(len(candles) // 3, float(candles.open[0]))
    before = Candles(*(np.concatenate([flat, series]) for series in candles.series()))
    told, later = standing("double_top", candles), standing("double_top", before)
    assert told is not None and later is not None
    assert (later.line, later.first) == (pytest.approx(told.line), told.first + len(flat))
    to_go = later.line - float(before.close[-1])
    assert later.true_ranges == pytest.approx(to_go / before.true_range().mean()), "ranges are those of all candles"
    long_before = Candles(*(np.concatenate([flat] * 9 + [series]) for series in candles.series()))
    assert standing("double_top", long_before) is None, "it fills three quarters of the last third only"
    rising = np.linspace(float(candles.close[-1]), 1.2 * float(candles.high.max()), 2 * len(candles))
    after = Candles(*(np.concatenate([series, rising]) for series in candles.series()))
    assert standing("double_top", after) is None


def test_without_a_pattern_there_is_no_line():
    rising = np.linspace(100, 200, 60)
    candles = Candles(rising, rising + 1, rising - 1, rising, np.ones(60))
    assert all(standing(name, candles) is None for name in CLASSES)
    assert standing("double_top", replace(candles, close=-rising)) is None
    candles, _ = drawn("double_top", 0)
    shifted = [series - candles.close[-1] for series in candles.series()[:4]]
    assert standing("double_top", Candles(*shifted, candles.volume)) is None, "no percent of a price of 0"
    assert standing("my own class", drawn("double_top", 0)[0]) is None
    level = np.ones(60)
    assert standing("double_top", Candles(level, level, level, level, level)) is None


LOW, HIGH = Line(0, 90.0, 25, above=False), Line(0, 110.0, 25, above=True)


@pytest.mark.parametrize(
    ("closes", "lines", "opposite", "stage", "line"),
    [
        ({}, (LOW, HIGH), None, "complete", 110.0),  # nearer to 101
        ({29: 99.0}, (LOW, HIGH), None, "complete", 90.0),
        ({24: 111.0}, (LOW, HIGH), None, "complete", 110.0),  # the turning points were not yet known
        ({25: 111.0}, (LOW, HIGH), None, "broken", 110.0),  # and came back
        ({26: 111.0, 28: 89.0}, (LOW, HIGH), None, "broken", 90.0),  # the latest
        ({26: 111.0}, (HIGH,), LOW, "broken", 110.0),
        ({26: 111.0, 28: 89.0}, (HIGH,), LOW, "failed", 110.0),
        ({26: 89.0, 28: 111.0}, (HIGH,), LOW, "broken", 110.0),
        ({29: 111.0}, (HIGH._replace(known=30),), None, "broken", 110.0),  # a range goes on to the last candle
        ({28: 111.0}, (HIGH._replace(known=30),), None, "complete", 110.0),
    ],
)
def test_the_latest_close_beyond_a_line_tells_the_stage(monkeypatch, closes, lines, opposite, stage, line):
    close = np.full(30, 101.0)
    close[list(closes)] = list(closes.values())
    candles = Candles(close, close + 1, close - 1, close, np.ones(30))
    found = Match(((5, 110.0), (24, 90.0)), lines=lines, opposite=opposite)
    monkeypatch.setitem(BY_NAME, "mine", Pattern(0, "mine", sketch=None, find=lambda view: found))
    told = standing("mine", candles)
    assert told is not None and (told.stage, told.line) == (stage, line)


def test_a_line_moves_and_turns_with_its_match():
    line = Line(2, 10.0, 6, above=True, slope=0.5)
    assert (line.at(4), line.broken_by(4, 11.1), line.broken_by(4, 10.9)) == (11.0, True, False)
    found = Match(((2, 10.0), (5, 4.0)), lines=(line,), opposite=Line(5, 4.0, 6, above=False))
    moved, turned = found.moved(3), found.mirrored()
    assert moved.lines[0].at(7) == 11.0 and (moved.lines[0].known, moved.opposite.start) == (9, 8)
    assert turned.lines[0].at(4) == -11.0 and turned.lines[0].broken_by(4, -11.1)
    assert not turned.lines[0].broken_by(4, -10.9) and turned.opposite.broken_by(6, -3.9)
