"""What the checks find in markets that nobody drew: rarely a pattern, and turning points that lie in the window."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from cryptoai_common.candles import Candles
from dataset_builder.charts.labels import found
from dataset_builder.limits import FEWEST_BARS, MOST_BARS
from dataset_builder.market.swings import View
from dataset_builder.patterns import BY_NAME, PATTERNS

STEPS = 16  # a bar: few enough that opens and closes differ from the extremes, as they do in real candles
MIRROR = {
    "double_top": "double_bottom",
    "ascending_triangle": "descending_triangle",
    "bullish_flag": "bearish_flag",
}


def walk(bars: int, rng: np.random.Generator) -> Candles:
    """A pure random walk of STEPS gaussian steps a bar; each bar opens where the one before closed."""
    price = np.concatenate(([0.0], np.cumsum(rng.standard_normal(bars * STEPS))))
    price += 1 - price.min()
    steps = np.stack([price[bar * STEPS : (bar + 1) * STEPS + 1] for bar in range(bars)])
    return Candles(steps[:, 0], steps.max(axis=1), steps.min(axis=1), steps[:, -1], np.ones(bars))


def walks(count: int, seed: int):
    rng = np.random.default_rng(seed)
    return [walk(int(rng.integers(FEWEST_BARS, MOST_BARS + 1)), rng) for _ in range(count)]


def test_at_most_a_fifth_of_random_walks_show_a_pattern():
    """Published rules accept 23 to 38 % of them, and the checks of version 0.12 accepted 55 %."""
    names = [found(View(candles)) for candles in walks(1500, seed=1)]
    assert sum(name is not None for name in names) <= 0.2 * len(names)


@pytest.fixture(scope="module")
def matches():
    """Every match in random walks: candles, pattern and match."""
    return [
        (candles, pattern, match)
        for candles in walks(600, seed=2)
        for pattern in PATTERNS
        if not isinstance(match := pattern.find(View(candles)), str)
    ]


def test_a_match_lies_inside_the_window_in_order_of_time_and_between_its_prices(matches):
    assert len({pattern.name for _, pattern, _ in matches}) >= 8
    for candles, _, match in matches:
        bars = [bar for bar, _ in match.points]
        assert bars[0] >= 0 and bars[-1] < len(candles)
        assert all(before < after for before, after in pairwise(bars))
        assert all(candles.low[bar] <= price <= candles.high[bar] for bar, price in match.points)
        assert 0 < match.height <= candles.high.max() - candles.low.min()


def test_the_mirror_image_of_a_match_is_the_match_of_the_mirrored_candles(matches):
    mirror = MIRROR | {image: name for name, image in MIRROR.items()}
    seen = 0
    for candles, pattern, match in matches:
        if pattern.name in mirror:
            turned = BY_NAME[mirror[pattern.name]].find(View(candles).mirrored)
            assert turned == match.mirrored() and turned.mirrored() == match
            seen += 1
    assert seen > 20


@given(some.integers(0, 2**32), some.integers(FEWEST_BARS, MOST_BARS))
@settings(max_examples=60)
def test_check_and_find_agree(seed, bars):
    view = View(walk(bars, np.random.default_rng(seed)))
    for pattern in PATTERNS:
        result = pattern.find(view)
        assert pattern.check(view) == (result if isinstance(result, str) else None)
