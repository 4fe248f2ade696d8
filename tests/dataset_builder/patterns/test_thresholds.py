"""Where each rule of a check begins to refuse: markets made by hand that break one rule a little more at a time."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from markets import candles_through

from dataset_builder.market.swings import View
from dataset_builder.patterns import BY_NAME

MIRROR = {
    "double_top": "double_bottom",
    "ascending_triangle": "descending_triangle",
    "bullish_flag": "bearish_flag",
}


def market(*points):
    return candles_through(*points, wick=0.01)


def cup(share: float, rim: float = 10.0, handle: float = 8.0):
    """A cup of which that share of the bars lies in the bottom third: |u| to a power."""
    power = np.log(1 / 3) / np.log(share)
    side = [(bar, 10 * abs((bar - 24) / 20) ** power) for bar in range(5, 24)]
    rise = [(bar, rim * abs((bar - 24) / 20) ** power) for bar in range(24, 44)]
    return market((0, 6), (4, 10), *side, *rise, (44, rim), (49, handle), (56, rim + 1))


def spike_down(candles, bar: int, level: float):
    """The outline of a bar, half-way from its body to its wick's end, comes down to that level."""
    low = candles.low.copy()
    low[bar] = 2 * (level + 100) - min(candles.open[bar], candles.close[bar])
    return replace(candles, low=low)


# Pattern, rule, the market at x, an x that is accepted, one that is refused, and where the rule says it changes.
RULES = [
    ("double_top", "tops level", lambda x: market((0, 0), (14, 10), (19, 5), (24, (10 + 5 * x) / (1 + x)), (32, 2)),
     0.0, 0.3, 0.12),
    ("double_top", "a rise first", lambda x: market((0, 10 - 5 * x), (8, 10), (16, 5), (24, 10), (32, 2)),
     1.4, 0.3, 1.0),
    ("double_top", "a deep valley", lambda x: market((0, 0), (14, 10), (19, 10 - 10 * x), (24, 10), (32, 1)),
     0.5, 0.2, 0.33),
    ("double_top", "a fall after", lambda x: market((0, 0), (14, 10), (19, 5), (24, 10), (32, 10 - 5 * x)),
     0.8, 0.1, 0.4),
    ("head_and_shoulders", "shoulders level",
     lambda x: market((0, 0), (8, 10), (12, 4), (18, 14), (24, 4), (29, 10 - 10 * x), (36, 0)), 0.0, 0.29, 0.17),
    ("head_and_shoulders", "neckline level",
     lambda x: market((0, 0), (8, 8), (12, 4 - 5 * x), (18, 14), (24, 4 + 5 * x), (29, 9), (36, 0)), 0.0, 0.4, 0.2),
    ("head_and_shoulders", "a head higher than the shoulders",
     lambda x: market((0, 0), (8, 14 - 10 * x), (12, 4), (18, 14), (24, 4), (29, 14 - 10 * x), (36, 0)),
     0.4, 0.1, 0.17),
    ("head_and_shoulders", "shoulders not flat",
     lambda x: market((0, 0), (8, 8), (12, 4), (18, 14), (24, 4), (29, 4 + 10 * x), (36, 0)), 0.4, 0.21, 0.3),
    ("head_and_shoulders", "halves alike in time",
     lambda x: market((0, 0), (8, 8), (12, 4), (18, 14), (18 + round(5 * x), 4), (18 + round(10 * x), 8),
                      (24 + round(10 * x), 0)), 1.0, 5.0, 2.5),
    ("ascending_triangle", "tops at the level",
     lambda x: market((0, 4), (6, 0), (14, 10), (19, 3.6), (26, 10 - 10 * x), (31, 7), (36, 8)), 0.0, 0.2, 0.1),
    ("ascending_triangle", "lows at the line",
     lambda x: market((0, 4), (6, 0), (14, 10), (19, 3.64 + 10 * x), (26, 10), (31, 7), (36, 8)), 0.0, 0.2, 0.1),
    ("cup_and_handle", "a rounded bottom", cup, 0.55, 0.34, 0.42),
    ("cup_and_handle", "rims level", lambda x: cup(0.6, 10 + 10 * x, 8), 0.0, 0.3, 0.14),
    ("cup_and_handle", "a handle that is not deep", lambda x: cup(0.6, 10, 10 - 10 * x), 0.2, 0.7, 0.55),
    ("bullish_flag", "a flag that is not steep",
     lambda x: market((0, 0.5), (4, 0), (16, 10), (36, 10 - 10 * x)), 0.3, 0.8, 0.5),
    ("bullish_flag", "half of the pole kept",
     lambda x: spike_down(market((0, 0.5), (4, 0), (16, 10), (24, 9), (40, 8.8)), 25, 10 - 10 * x), 0.3, 0.8, 0.5),
    ("breakout", "a leg out",
     lambda x: market((0, 5), (4, 0), (8, 6), (12, 0), (16, 6), (20, 0), (26, 6), (34, 6 + 6 * x)), 1.3, 0.3, 0.65),
    ("support_resistance", "turns at the levels",
     lambda x: market((0, 5), (4, 0), (10, 10), (16, 0), (22, 10 - 10 * x), (28, 0), (34, 10), (38, 5)),
     0.0, 0.5, 0.2),
]  # fmt: skip


# The same of the loose limits, where they differ.
LOOSE = {
    "tops level": 0.18,
    "a rise first": 0.65,
    "a deep valley": 0.28,
    "a fall after": 0.25,
    "shoulders level": 0.24,
    "neckline level": 0.3,
    "shoulders not flat": 0.28,
    "halves alike in time": 3.3,
    "tops at the level": 0.12,
    "lows at the line": 0.12,
    "rims level": 0.18,
    "half of the pole kept": 0.56,
    "a leg out": 0.55,
    "turns at the levels": 0.28,
}


def accepts(name: str, candles, loose: bool = False) -> bool:
    return BY_NAME[name].check(View(candles), loose) is None


@pytest.mark.parametrize("loose", [False, True], ids=["strict", "loose"])
@pytest.mark.parametrize(
    ("name", "rule", "at", "accepted", "refused", "limit"), RULES, ids=[f"{name}: {rule}" for name, rule, *_ in RULES]
)
def test_a_rule_refuses_from_its_threshold_on(name, rule, at, accepted, refused, limit, loose):
    """Within some hundredths, since outlines lie between bodies and wicks, and times on whole bars."""
    limit = LOOSE.get(rule, limit) if loose else limit
    assert accepts(name, at(accepted), loose) and not accepts(name, at(refused), loose)
    for _ in range(12):
        middle = (accepted + refused) / 2
        accepted, refused = (middle, refused) if accepts(name, at(middle), loose) else (accepted, middle)
    assert accepted == pytest.approx(limit, rel=0.04)
    if name in MIRROR:
        for x in (accepted - (refused - accepted), refused + (refused - accepted)):
            assert accepts(MIRROR[name], at(x).mirrored(), loose) == accepts(name, at(x), loose)


POLE = [(0, 0.5), (4, 0), (24, 10), (27, 8), (30, 9.3), (33, 7.3), (36, 8.7), (39, 6.9), (50, 6.8)]


@pytest.mark.parametrize("falling", range(12))
def test_a_pole_is_mostly_of_one_colour(falling):
    """Two thirds of its bars rise: the closes stay as they are, and some bars open above them."""
    candles = candles_through(*POLE)
    opening = candles.open.copy()
    for bar in range(10, 10 + falling):
        opening[bar] = candles.close[bar] + 0.02
    foot = 24 - 15  # the longest pole that a window of 51 bars may have: what rose before it is a trend
    rising = (candles.close > opening)[foot:25].mean()
    for name, seen in (("bullish_flag", replace(candles, open=opening)), ("bearish_flag", None)):
        seen = seen or replace(candles, open=opening).mirrored()
        assert accepts(name, seen) == (rising >= 0.65)


def with_wicks(size: float, first: int, last: int) -> View:
    """A flag whose bars from the first to the last have lower wicks that much longer."""
    candles = candles_through((0, 0.5), (4, 0), (16, 10), (19, 8.8), (22, 9.2), (25, 8.7), (28, 9.1), (46, 8.7))
    longer = np.zeros(len(candles))
    longer[first : last + 1] = size
    return View(replace(candles, low=candles.low - longer))


def pole_of(view: View) -> float:
    return view.upper[16] - min(view.lower[:17])


def test_a_pole_is_five_times_as_high_as_the_mean_bar():
    views = [with_wicks(size, 17, 46) for size in np.arange(0, 4, 0.02)]
    seen = [BY_NAME["bullish_flag"].check(view) is None for view in views]
    changes = [
        pole_of(view) / view.atr
        for view, (before, after) in zip(views, pairwise(seen), strict=False)
        if before != after
    ]
    assert seen[0] and not seen[-1] and changes == [pytest.approx(5, rel=0.02)]


def test_or_as_the_middle_bar_of_its_flag_where_the_pole_itself_is_wild():
    candles = candles_through((0, 0.5), (4, 0), (16, 10), (19, 8.8), (22, 9.2), (25, 8.7), (28, 9.1), (46, 8.7))
    high = candles.high.copy()
    high[1:10] += 9
    found = []
    for size in np.arange(0, 3, 0.02):
        low = candles.low.copy()
        low[17:] -= size
        view = View(replace(candles, high=high, low=low))
        assert pole_of(view) < 5 * view.atr
        found.append((pole_of(view) / np.median(view.true_range[17:]), BY_NAME["bullish_flag"].check(view) is None))
    changes = [ratio for (ratio, before), (_, after) in pairwise(found) if before != after]
    assert found[0][1] and not found[-1][1] and changes == [pytest.approx(5, rel=0.02)]


def test_a_leg_out_of_a_range_is_at_least_as_high_as_the_mean_bar():
    """Beside being two thirds as high as its range. Wicks after the break leave range and closes as they are."""
    candles = market((0, 5), (4, 0), (8, 6), (12, 0), (16, 6), (20, 0), (26, 6), (34, 11))
    found = []
    for size in np.arange(0, 20, 0.2):
        low = candles.low.copy()
        low[27:] -= size
        view = View(replace(candles, low=low))
        leg = max(view.close) - 106  # which is the top of the range
        found.append((leg / view.atr, BY_NAME["breakout"].check(view) is None))
    changes = [ratio for (ratio, before), (_, after) in pairwise(found) if before != after]
    assert found[0][1] and not found[-1][1] and changes == [pytest.approx(1, rel=0.02)]
