"""Each pattern's check against markets made by hand, and each pattern's sketch against all checks."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from markets import random_walk, view_of

from dataset_builder.charts.labels import refusal
from dataset_builder.market.prices import draw_market
from dataset_builder.market.swings import View
from dataset_builder.patterns import PATTERNS

BY_NAME = {pattern.name: pattern for pattern in PATTERNS}
MIRRORED = {
    "double_top": "double_bottom",
    "ascending_triangle": "descending_triangle",
    "bullish_flag": "bearish_flag",
}
CUP = [(0, 6), (4, 10), (8, 4), (12, 1), (16, 0), (20, 0.2), (24, 1), (28, 4), (32, 10)]

TEXTBOOK = {
    "head_and_shoulders": [(0, 0), (8, 8), (12, 4), (18, 14), (24, 4), (29, 8), (36, 0)],
    "double_top": [(0, 0), (14, 10), (19, 5), (24, 10), (32, 2)],
    "ascending_triangle": [(0, 4), (6, 0), (14, 10), (20, 4), (26, 10), (31, 7), (36, 10), (39, 8.5), (46, 14)],
    "cup_and_handle": [*CUP, (36, 8), (42, 11)],
    "bullish_flag": [(0, 0.5), (4, 0), (12, 10), (15, 8), (18, 9.3), (21, 7.3), (24, 8.7), (27, 6.9), (31, 12)],
    "support_resistance": [(0, 5), (4, 0), (10, 10), (16, 0), (22, 10), (28, 0), (34, 10), (38, 5)],
    "breakout": [(0, 5), (4, 0), (8, 6), (12, 0), (16, 6), (20, 0), (26, 6), (34, 14)],
}

# One rule broken at a time: (pattern, reason, points).
COUNTEREXAMPLES = [
    ("head_and_shoulders", "head not 1.2 times the shoulders",
     [(0, 0), (8, 9), (12, 4), (18, 9.7), (24, 4), (29, 9), (36, 0)]),
    ("head_and_shoulders", "a shoulder is too flat", [(0, 0), (8, 6), (12, 4), (18, 14), (24, 4), (29, 6), (36, 0)]),
    ("head_and_shoulders", "shoulders not level", [(0, 0), (8, 10.5), (12, 4), (18, 14), (24, 4), (29, 7), (36, 0)]),
    ("head_and_shoulders", "neckline not level", [(0, 0), (8, 8), (12, 2), (18, 14), (24, 6), (29, 9), (36, 0)]),
    ("head_and_shoulders", "lopsided in time", [(0, 0), (4, 8), (6, 4), (8, 14), (24, 4), (36, 8), (42, 0)]),
    ("head_and_shoulders", "no rise into the left shoulder",
     [(0, 6), (5, 8), (10, 4), (18, 14), (24, 4), (29, 8), (36, 0)]),
    ("double_top", "tops not level", [(0, 0), (14, 10), (19, 5), (24, 8.5), (32, 2)]),
    ("double_top", "no rise into the first top", [(0, 8), (5, 10), (14, 5), (22, 10), (30, 2)]),
    ("double_top", "valley too shallow for the rise", [(0, 0), (14, 10), (19, 7.6), (24, 10), (32, 2)]),
    ("double_top", "a third top at the level",
     [(0, 0), (12, 10), (17, 5), (22, 10), (27, 5), (32, 10), (38, 2)]),
    ("double_top", "no fall from the second top", [(0, 0), (14, 10), (19, 5), (24, 10), (26, 9)]),
    ("double_top", "too small in the window",
     [(0, 6), (20, 4), (40, 6), (44, 0), (50, 10), (53, 5), (56, 10), (58, 6)]),
    ("ascending_triangle", "lows don't rise",
     [(0, 5), (6, 0), (14, 10), (20, 0), (26, 10), (31, 0), (36, 10), (40, 5)]),
    ("ascending_triangle", "under five touches of the sides",
     [(0, 4), (4, 0), (10, 10), (15, 4), (24, 12.5), (30, 7), (38, 15), (42, 9), (46, 16)]),
    ("ascending_triangle", "no five swings", [(0, 4), (6, 0), (18, 10), (30, 6), (40, 14)]),
    ("cup_and_handle", "bottom not rounded", [(0, 6), (4, 10), (18, 0), (32, 10), (36, 8), (42, 11)]),
    ("cup_and_handle", "handle in the lower half", [*CUP, (36, 3), (40, 5)]),
    ("cup_and_handle", "handle too long", [*CUP, (40, 8), (60, 9)]),
    ("bullish_flag", "flag too short", [(0, 0.5), (4, 0), (12, 10), (14, 8), (20, 14)]),
    ("bullish_flag", "no pole", [(0, 5), (20, 0), (60, 10), (63, 8), (66, 9.3), (70, 8)]),
    ("support_resistance", "too few touches", [(0, 0), (14, 10), (28, 0), (40, 8)]),
    ("support_resistance", "a level slopes",
     [(0, 5), (4, 0), (10, 10), (16, 0), (22, 10), (28, 0), (34, 10), (36, 5), (52, 16)]),
    ("breakout", "leg out too short", [(0, 5), (4, 0), (8, 6), (12, 0), (16, 6), (20, 0), (26, 6), (30, 8)]),
    ("breakout", "leg out too brief", [(0, 5), (4, 0), (8, 6), (12, 0), (16, 6), (20, 0), (26, 6), (28, 14)]),
    ("breakout", "back inside the range",
     [(0, 5), (4, 0), (8, 6), (12, 0), (16, 6), (20, 0), (24, 6), (28, 0), (32, 6), (36, 14), (40, 7)]),
    ("breakout", "range too short for the window", [(0, 0), (3, 3), (6, 0), (9, 3), (16, 10), (50, 20)]),
    ("breakout", "wider before the range: a triangle",
     [(0, 3), (4, 0), (8, 6), (12, 2.2), (16, 6), (22, 3.4), (30, 6), (37, 11)]),
]  # fmt: skip


def upside_down(points):
    return [(bar, -price) for bar, price in points]


@pytest.mark.parametrize("name", TEXTBOOK)
def test_textbook_case_is_seen(name):
    assert BY_NAME[name].check(view_of(*TEXTBOOK[name])) is None


@pytest.mark.parametrize("name, mirror", MIRRORED.items())
def test_textbook_case_upside_down_is_the_mirrored_pattern(name, mirror):
    view = view_of(*upside_down(TEXTBOOK[name]))
    assert BY_NAME[mirror].check(view) is None
    assert BY_NAME[name].check(view) is not None


def test_a_breakout_may_go_down():
    assert BY_NAME["breakout"].check(view_of(*upside_down(TEXTBOOK["breakout"]))) is None


def test_a_range_may_show_the_first_bars_of_its_exit_and_is_no_breakout_yet():
    view = view_of(*TEXTBOOK["support_resistance"], (40, 14))
    assert BY_NAME["support_resistance"].check(view) is None
    assert BY_NAME["breakout"].check(view) is not None


def test_a_triangle_may_follow_a_rise_to_its_flat_side_but_no_low_on_the_level_of_its_first():
    triangle = [(14, 10), (20, 0), (26, 10), (31, 4), (36, 10), (41, 7), (46, 8.5)]
    check = BY_NAME["ascending_triangle"].check
    assert check(view_of((0, -6), *triangle)) is None
    assert check(view_of((0, 5), (6, 0.5), *triangle)) is not None


def test_one_dip_from_the_level_is_enough_before_a_long_leg_only():
    check = BY_NAME["breakout"].check
    assert check(view_of((0, 5), (19, 10), (29, 0), (40, 9), (47, 30))) is None
    assert check(view_of((0, 5), (19, 10), (29, 0), (40, 9), (47, 17))) == "too few touches of the range"


@pytest.mark.parametrize("name, reason, points", COUNTEREXAMPLES, ids=[f"{n}: {r}" for n, r, _ in COUNTEREXAMPLES])
def test_a_broken_rule_is_named(name, reason, points):
    assert BY_NAME[name].check(view_of(*points)) == reason


def test_three_level_tops_are_a_range_and_never_head_and_shoulders():
    view = view_of(*TEXTBOOK["support_resistance"])
    assert BY_NAME["head_and_shoulders"].check(view) is not None
    assert BY_NAME["double_top"].check(view) is not None


def test_a_close_outside_the_range_makes_it_a_breakout():
    view = view_of(*TEXTBOOK["breakout"])
    assert BY_NAME["support_resistance"].check(view) is not None


@given(some.integers(0, 2**32), some.integers(20, 120))
@settings(max_examples=60, deadline=None)
def test_mirrored_patterns_agree_on_every_market(seed, bars):
    market = random_walk(bars, np.random.default_rng(seed))
    view, flipped = View(market), View(market.mirrored())
    for name, mirror in MIRRORED.items():
        assert BY_NAME[name].check(view) == BY_NAME[mirror].check(flipped)
        assert BY_NAME[name].check(view) == BY_NAME[mirror].check(view.mirrored)


@given(some.integers(0, 2**32), some.integers(20, 120), some.floats(0.01, 100))
@settings(max_examples=40, deadline=None)
def test_checks_depend_neither_on_the_price_nor_on_its_unit(seed, bars, factor):
    """A power of two scales floats exactly, so that not even a borderline case may differ."""
    market = random_walk(bars, np.random.default_rng(seed))
    factor = 2.0 ** round(np.log2(factor))
    scaled = type(market)(*(series * factor for series in market.series()))
    for pattern in PATTERNS:
        assert pattern.check(View(market)) == pattern.check(View(scaled))


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.name)
def test_sketches_pass_their_own_check_and_no_other_in_three_draws(pattern):
    rng = np.random.default_rng(pattern.id)
    refusals = Counter()
    for i in range(240):
        bars = 20 + (i * 41) % 101
        sketch = pattern.sketch(rng, max(round(bars * rng.uniform(0.58, 1.0)), 16))
        market = draw_market(sketch, bars, rng.uniform(0, 1), rng)
        refusals[refusal(pattern, View(market.candles), loose=True)] += 1
    assert 240 / refusals[None] <= 3, refusals


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.name)
@given(seed=some.integers(0, 2**32), bars=some.integers(16, 120))
@settings(max_examples=25, deadline=None)
def test_sketches_fit_into_any_number_of_bars(pattern, seed, bars):
    sketch = pattern.sketch(np.random.default_rng(seed), bars)
    assert sketch.bars == bars
    assert sketch.t[0] == 0 and np.all(np.diff(sketch.t) > 0.25)
    lengths = {len(part) for part in (sketch.t, sketch.y, sketch.slope, sketch.volatility, sketch.volume)}
    lengths |= {len(wall) for wall in (sketch.floor, sketch.ceiling) if wall is not None}
    assert len(lengths) == 1
    first, last = sketch.body
    assert 0 <= first < last < len(sketch.t)
    assert sketch.stage in ("forming", "complete", "broken", "failed")


def test_ids_and_names_are_the_published_ones():
    assert [pattern.name for pattern in PATTERNS] == [
        "head_and_shoulders", "double_top", "double_bottom", "ascending_triangle", "descending_triangle",
        "cup_and_handle", "bullish_flag", "bearish_flag", "support_resistance", "breakout",
    ]  # fmt: skip
    assert [pattern.id for pattern in PATTERNS] == list(range(10))


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.name)
@given(seed=some.integers(0, 2**32), bars=some.integers(20, 120))
@settings(max_examples=25, deadline=None)
def test_the_price_reaches_every_pivot_of_the_sketch(pattern, seed, bars):
    rng = np.random.default_rng(seed)
    market = draw_market(pattern.sketch(rng, max(round(0.8 * bars), 16)), bars, 0.5, rng)
    slack = 0.03 * np.ptp(market.pivots[:, 1])  # prices are rounded to ticks
    for bar, price in market.pivots:
        near = market.candles[max(int(bar) - 2, 0) : int(bar) + 4]
        assert near.low.min() - slack <= price <= near.high.max() + slack
