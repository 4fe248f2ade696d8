"""What followed, on candles whose sequel is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from cryptoai_common.candles import Candles
from dataset_builder.patterns import CLASSES
from trainer.scan.backtest import EXPECTED, Outcome, ask, summarise, wilson
from trainer.scan.candles import Series, Window
from trainer.scoring.metrics import wilson_interval

BARS = 30


def series(closes) -> Series:
    close = np.asarray(closes, float)
    candles = Candles(close, close + 0.5, close - 0.5, close, np.ones(len(close)))
    return Series("m", np.arange(len(close)) * 3_600_000_000, candles, np.zeros(len(close), np.int64))


def outcomes(closes, windows, *labels: str) -> dict[tuple[str, str], tuple[int, int]]:
    """(followed, asked) by (pattern, way); one label a window, "" for none."""
    numbers = np.array([CLASSES.index(label) if label else -1 for label in labels])
    chances = np.full((len(windows), len(CLASSES)), 0.9)
    found = ask(series(closes), windows, chances, numbers, CLASSES)
    return {(o.pattern, o.way): (o.followed, o.asked) for o in found}


FLAT = [100.0] * BARS
WINDOW = Window(0, BARS - 1)


@pytest.mark.parametrize(
    "sequel, up, down",
    [
        ([101, 102, 103, 90], 1, 0),
        ([99, 98, 97, 110], 0, 1),
        ([102.4, 97.6, 102.4], 0, 0),  # 2.9 either way
    ],
)
def test_what_comes_first_counts(sequel, up, down):
    closes = FLAT + sequel + [sequel[-1]] * (BARS - len(sequel))
    found = outcomes(closes, [WINDOW], "double_bottom")
    assert found["double_bottom", ""] == (up, 1)
    assert (found["", "up"], found["", "down"]) == ((up, 1), (down, 1))
    assert outcomes(closes, [WINDOW], "double_top")["double_top", ""] == (down, 1)


def test_both_ways_within_one_candle_is_no_success():
    close = np.array(FLAT + [100.0] * BARS)
    high, low = close + 0.5, close - 0.5
    high[BARS + 2], low[BARS + 2] = 110, 90
    both = Series("m", np.arange(2 * BARS), Candles(close, high, low, close, close), np.zeros(2 * BARS, np.int64))
    found = {o.way: o.followed for o in ask(both, [WINDOW], np.zeros((1, 10)), np.array([-1]), CLASSES)}
    assert found == {"up": 0, "down": 0, "onward": 0}


def test_a_breakout_goes_on_to_the_side_on_which_it_closed():
    rising = [100.0] * 25 + [101.0] * 5
    assert outcomes(rising + [110.0] * BARS, [WINDOW], "breakout")["breakout", ""] == (1, 1)
    falling = [100.0] * 25 + [99.0] * 5
    assert outcomes(falling + [110.0] * BARS, [WINDOW], "breakout")["breakout", ""] == (0, 1)


def test_a_window_whose_sequel_is_not_known_is_not_asked():
    assert outcomes(FLAT + [110.0] * (BARS - 1), [WINDOW], "double_bottom") == {}


def test_a_pattern_counts_at_its_first_window_only():
    closes = FLAT + [101.0] * 6 + [110.0] * (2 * BARS)
    windows = [WINDOW, Window(6, BARS + 5)]
    assert outcomes(closes, windows, "double_bottom", "double_bottom")["double_bottom", ""][1] == 1


def test_random_windows_are_weighted_as_the_hits_are():
    rows = [
        ("a", Outcome("double_top", "", 30, 6, 10, 5)),
        ("b", Outcome("double_top", "", 30, 5, 30, 9)),
        ("a", Outcome("", "down", 30, 50, 100, 5)),
        ("b", Outcome("", "down", 30, 10, 100, 9)),
        ("b", Outcome("", "up", 30, 99, 100, 9)),
    ]
    (row,) = summarise(rows)
    assert (row.hits, row.followed) == (40, 11 / 40)
    assert row.random == pytest.approx((10 * 0.5 + 30 * 0.1) / 40)
    assert row.random_windows == 200 and row.interval == pytest.approx(wilson(11, 40))
    assert row.difference[0] < row.followed - row.random < row.difference[1]


def test_a_clear_difference_is_told_and_chance_is_not():
    def verdict(followed: int) -> bool:
        rows = [("a", Outcome("breakout", "", 30, followed, 100, 50)), ("a", Outcome("", "onward", 30, 250, 500, 80))]
        return summarise(rows)[0].differs

    assert verdict(80) and verdict(20) and not verdict(55)


@given(some.integers(1, 500).flatmap(lambda n: some.tuples(some.integers(0, n), some.just(n))))
def test_the_interval_is_that_of_the_scores(share):
    assert wilson(*share) == pytest.approx(wilson_interval(*share), abs=1e-6)


def test_every_class_with_a_textbook_move_is_one_of_ours():
    assert set(EXPECTED) == set(CLASSES) - {"support_resistance"}
