from typing import NamedTuple

import numpy as np
from hypothesis import given
from hypothesis import strategies as some

from trainer.models.pattern_model import UNCLEAR
from trainer.scan.hits import OVERLAP, find_hits, first_seen

# First candle, candles less one, place of the class and probability of each window.
WINDOWS = some.lists(
    some.tuples(some.integers(0, 300), some.integers(19, 119), some.integers(-1, 1), some.floats(0.1, 1)),
    min_size=1,
    max_size=40,
)


class Shown(NamedTuple):
    first: int
    last: int


class Told(NamedTuple):
    """A hit with its window."""

    pattern: str
    probability: float
    shown: Shown
    windows: int


def hits_of(*classified: tuple[int, int, int, float], classes=("top", "flag"), find=find_hits) -> list[Told]:
    """Of windows (first, last, label, probability)."""
    probabilities = np.zeros((len(classified), 2))
    for row, (_, _, label, chance) in enumerate(classified):
        probabilities[row, max(label, 0)] = chance
    labels = np.array([label for _, _, label, _ in classified])
    windows = [Shown(first, last) for first, last, _, _ in classified]
    found = find(windows, probabilities, labels, classes)
    return [Told(hit.pattern, hit.probability, windows[hit.window], hit.windows) for hit in found]


def spans(hits) -> list[tuple]:
    return [(hit.pattern, hit.shown.first, hit.shown.last, hit.windows) for hit in hits]


def test_windows_that_overlap_are_told_once_by_the_surest():
    hits = hits_of((0, 29, 0, 0.8), (6, 35, 0, 0.95), (12, 41, 0, 0.9), (60, 89, 0, 0.85))
    assert spans(hits) == [("top", 6, 35, 3), ("top", 60, 89, 1)]
    assert [hit.probability for hit in hits] == [0.95, 0.85]


def test_a_short_window_inside_a_long_one_shows_the_same_pattern():
    assert spans(hits_of((0, 119, 0, 0.9), (90, 119, 0, 0.8))) == [("top", 0, 119, 2)]
    assert spans(hits_of((0, 119, 0, 0.9), (106, 135, 0, 0.8))) == [("top", 0, 119, 1), ("top", 106, 135, 1)]


def test_other_patterns_are_not_merged_and_unclear_windows_are_no_hits():
    assert spans(hits_of((0, 29, 0, 0.9), (0, 29, 1, 0.8), (0, 29, UNCLEAR, 0.99))) == [
        ("top", 0, 29, 1),
        ("flag", 0, 29, 1),
    ]
    assert hits_of((0, 29, UNCLEAR, 0.3)) == []


def test_of_equally_sure_hits_the_latest_comes_first():
    assert spans(hits_of((0, 29, 0, 0.9), (5, 34, 0, 0.9), (70, 99, 1, 0.9))) == [
        ("flag", 70, 99, 1),
        ("top", 5, 34, 2),
    ]


@given(WINDOWS)
def test_every_window_of_a_pattern_is_in_a_hit_that_is_at_least_as_sure_and_no_two_hits_are_of_one_pattern(drawn):
    windows = [(first, first + length, label, chance) for first, length, label, chance in drawn]
    hits = hits_of(*windows)
    assert sum(hit.windows for hit in hits) == sum(label != UNCLEAR for _, _, label, _ in windows)

    def same(hit, first, last):
        shared = min(hit.shown.last, last) - max(hit.shown.first, first) + 1
        return shared >= OVERLAP * min(hit.shown.last - hit.shown.first + 1, last - first + 1)

    for first, last, label, chance in windows:
        if label != UNCLEAR:
            name = ("top", "flag")[label]
            assert any(h.pattern == name and h.probability >= chance and same(h, first, last) for h in hits)
    for i, hit in enumerate(hits):
        assert not any(o.pattern == hit.pattern and same(hit, o.shown.first, o.shown.last) for o in hits[i + 1 :])


def test_one_who_watches_is_told_at_the_first_window_that_shows_it_and_not_again():
    seen = hits_of((0, 29, 0, 0.6), (6, 35, 0, 0.99), (12, 41, 0, 0.7), (60, 89, 0, 0.8), find=first_seen)
    assert [(hit.shown, hit.probability) for hit in seen] == [((0, 29), 0.6), ((60, 89), 0.8)]


def test_of_windows_that_end_at_one_candle_the_surest_is_told():
    seen = hits_of((0, 44, 0, 0.6), (15, 44, 0, 0.9), (0, 44, 1, 0.5), find=first_seen)
    assert [(hit.pattern, hit.shown) for hit in seen] == [("top", (15, 44)), ("flag", (0, 44))]


@given(WINDOWS)
def test_what_comes_later_changes_nothing_that_was_told(drawn):
    windows = sorted(((f, f + length, label, chance) for f, length, label, chance in drawn), key=lambda w: w[1])
    whole = hits_of(*windows, find=first_seen)
    for stop in range(1, len(windows)):
        if windows[stop - 1][1] < windows[stop][1]:
            early = hits_of(*windows[:stop], find=first_seen)
            assert whole[: len(early)] == early
