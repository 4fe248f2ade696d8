"""Boxes against marks, and the recall and precision made of them."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from trainer.data.boxes import Mark
from trainer.models.answer import Found
from trainer.scoring.boxes import Seen, average_precision, box_overlap, match, score_boxes, span_overlap

CLASSES = ("a", "b", "c")
sides = some.integers(0, 12).map(float)
boxes = some.tuples(sides, sides, some.integers(1, 8), some.integers(1, 8)).map(
    lambda four: (four[0], four[1], four[0] + four[2], four[1] + four[3])
)
labels = some.sampled_from(CLASSES)
marks = some.lists(some.builds(Mark, some.one_of(some.none(), labels), boxes), max_size=5)
chances = some.integers(1, 99).map(lambda percent: percent / 100)
places = some.lists(some.builds(Found, labels, chances, boxes), max_size=8).map(
    lambda found: sorted(found, key=lambda place: -place.probability)
)


def _seen(given_marks, found, width=100) -> Seen:
    return Seen(
        tuple(given_marks),
        tuple(found),
        width,
        tuple(None if mark.end is None else mark.end == 1 for mark in given_marks),
    )


def _pixels(box) -> set[tuple[int, int]]:
    left, top, right, bottom = map(int, box)
    return set(itertools.product(range(left, right), range(top, bottom)))


@given(boxes, boxes)
def test_overlaps_are_those_of_pixels_counted_one_by_one(one, other):
    a, b = _pixels(one), _pixels(other)
    assert box_overlap(one, other) == pytest.approx(len(a & b) / len(a | b))
    a, b = {x for x, _ in a}, {x for x, _ in b}
    assert span_overlap(one, other) == pytest.approx(len(a & b) / len(a | b))


@given(marks, places, some.booleans())
def test_each_mark_is_taken_once_by_a_place_that_fits_and_nothing_that_fits_is_left(given_marks, found, named):
    taken = match(given_marks, found, box_overlap, named)
    used = [index for index in taken if index is not None]
    assert len(taken) == len(found) and len(used) == len(set(used))

    def fits(place: Found, mark: Mark) -> bool:
        return box_overlap(place.box, mark.box) >= 0.5 and (not named or place.label == mark.label)

    for place, index in zip(found, taken, strict=True):
        if index is not None:
            assert fits(place, given_marks[index])
        else:
            assert not any(fits(place, mark) for i, mark in enumerate(given_marks) if i not in used)


@pytest.mark.parametrize(("height", "fits"), [(49, False), (50, True), (55, True)])
@pytest.mark.parametrize("overlap", [box_overlap, span_overlap])
def test_half_of_the_union_in_common_is_enough(overlap, height, fits):
    """As in PASCAL VOC. The place lies inside of the mark, and is that many hundredths of it."""
    for box in ((0, 0, 100, height), (0, 0, height, 100)):
        sides = box[2:] if overlap is box_overlap else box[2:3]
        expected = [0] if all(side == 100 for side in sides) or fits else [None]
        assert match([Mark("a", (0, 0, 100, 100))], [Found("a", 0.9, box)], overlap, named=True) == expected


def test_the_surest_place_takes_the_mark_that_it_fits_best():
    given_marks = [Mark("a", (0, 0, 10, 10)), Mark("a", (1, 0, 11, 10))]
    found = [Found("a", 0.9, (1, 0, 11, 10)), Found("a", 0.8, (1, 0, 11, 10)), Found("a", 0.7, (1, 0, 11, 10))]
    assert match(given_marks, found, box_overlap, named=True) == [1, 0, None]


def _brute_force(right: list[bool], count: int) -> float:
    """The definition: for each mark that is found, the best precision of any cut that finds as many or more."""
    total = 0.0
    for wanted in range(1, sum(right) + 1):
        cuts = [sum(right[:n]) / n for n in range(1, len(right) + 1) if sum(right[:n]) >= wanted]
        total += max(cuts) / count
    return total


@given(some.lists(some.booleans(), max_size=12), some.integers(0, 5))
def test_average_precision_is_the_area_under_the_best_curve(right, missed):
    count = sum(right) + missed
    if count:
        assert average_precision(right, count) == pytest.approx(_brute_force(right, count))


def test_average_precision_of_the_example_that_the_definition_comes_with():
    assert average_precision([True, False, True, False], 4) == pytest.approx((1 + 2 / 3) / 4)
    assert average_precision([], 3) == 0
    assert average_precision([False, True, True], 2) == pytest.approx(2 / 3)


def _scores(*screens: Seen, threshold=0.5):
    return score_boxes(screens, CLASSES, threshold)


def test_recall_counts_the_first_five_and_twenty_places_by_spans_and_boxes():
    wrong = [Found("b", 0.9 - i / 100, (50, 50, 60, 60)) for i in range(5)]
    found = [*wrong[:4], Found("a", 0.6, (0, 0, 10, 90)), wrong[4], Found("a", 0.4, (20, 0, 30, 10))]
    scores = _scores(
        _seen([Mark("a", (0, 0, 10, 10)), Mark("b", (20, 0, 30, 10)), Mark("wedge", (50, 0, 60, 10))], found)
    )
    every, known = scores["recall"]["all"], scores["recall"]["named"]
    assert (every["marks"], every["named_marks"], known["marks"]) == (3, 2, 2)
    assert every["spans"]["first_5"]["any_name"] == pytest.approx(2 / 3)  # the first and, by b, the wedge
    assert every["spans"]["first_20"]["any_name"] == 1
    assert every["boxes"]["first_5"]["any_name"] == 0
    assert every["boxes"]["first_20"]["any_name"] == pytest.approx(1 / 3)
    assert known["spans"]["first_5"]["right_name"] == known["spans"]["first_20"]["right_name"] == 0.5
    assert known["spans"]["shown"]["right_name"] == 0.5 and every["spans"]["shown"]["any_name"] == pytest.approx(2 / 3)
    assert every["spans"]["first_5"]["right_name"] == 0.5, "no name is right for the wedge, so it is not asked for"
    low, high = known["spans"]["first_5"]["right_name_interval"]
    assert (low, high) == pytest.approx((0.0945, 0.9055), abs=1e-4)  # Wilson, 1 of 2


def test_rows_for_widths_edges_stages_and_classes():
    given_marks = [
        Mark("a", (0, 0, 9, 10), "forming", 1.0),
        Mark("a", (10, 0, 21, 10), "complete", 0.5),
        Mark("b", (0, 0, 25, 10), "complete", 0.5),
        Mark("b", (0, 0, 26, 10), "complete", 0.5),
    ]
    recall = _scores(_seen(given_marks, [Found("a", 0.9, (0, 0, 9, 10))]))["recall"]
    assert {name: row["marks"] for name, row in recall["widths"].items()} == {
        "under 1/10": 1,
        "1/10 to 1/4": 2,
        "above 1/4": 1,
    }
    assert recall["right_edge"]["marks"] == 1 and recall["right_edge"]["boxes"]["first_5"]["right_name"] == 1
    assert {name: row["marks"] for name, row in recall["stages"].items()} == {"complete": 3, "forming": 1}
    assert list(recall["stages"]) == ["complete", "forming"] and list(recall["classes"]) == ["a", "b"]
    assert {name: row["marks"] for name, row in recall["classes"].items()} == {"a": 2, "b": 2}
    assert recall["classes"]["a"]["boxes"]["first_5"]["right_name"] == 0.5


def test_precision_ranks_the_places_of_all_screens_together():
    first = _seen([Mark("a", (0, 0, 10, 10))], [Found("a", 0.6, (0, 0, 10, 10)), Found("a", 0.2, (80, 0, 90, 9))])
    second = _seen([Mark("a", (0, 0, 10, 10)), Mark("b", (40, 0, 50, 10))], [Found("a", 0.9, (70, 0, 80, 10))])
    precision = _scores(first, second)["average_precision"]["boxes"]
    assert precision["classes"] == {"a": pytest.approx(0.5 / 2), "b": 0.0}
    assert precision["mean"] == pytest.approx(0.125)


def test_what_is_shown_is_what_reaches_the_threshold():
    found = [Found("a", float(np.float32(0.4)), (0, 0, 10, 10)), Found("a", 0.3, (0, 0, 10, 10))]
    scores = _scores(_seen([], found), _seen([], []), _seen([Mark("a", (0, 0, 9, 9))], found * 2), threshold=0.4)
    assert scores["shown_a_screen"] == 1 and scores["screens_without_marks"] == 2
    assert scores["shown_a_screen_without_marks"] == 0.5
    assert _scores(_seen([Mark("a", (0, 0, 9, 9))], []))["shown_a_screen_without_marks"] is None
    stored = float(np.float32(0.7))  # as a model gives 0.7, and less than it
    assert _scores(_seen([], [Found("a", stored, (0, 0, 9, 9))]), threshold=0.7)["shown_a_screen"] == 1


def test_screens_without_any_mark_have_no_recall():
    scores = _scores(_seen([], []))
    assert scores["recall"]["all"]["spans"]["first_5"]["any_name"] is None
    assert scores["recall"]["classes"] == {} and scores["average_precision"]["boxes"]["mean"] is None
    assert scores["recall"]["right_edge"] is None
    unknown = _scores(_seen([Mark("a", (0, 0, 9, 9))], []))
    assert unknown["recall"]["right_edge"] is None and unknown["recall"]["all"]["marks"] == 1


@given(some.lists(some.tuples(marks, places), min_size=1, max_size=4))
def test_more_places_find_more_and_a_right_name_is_a_name(screens):
    recall = _scores(*(_seen(*each) for each in screens))["recall"]
    for side in ("spans", "boxes"):
        five, twenty = (recall["named"][side][first] for first in ("first_5", "first_20"))
        if five["any_name"] is not None:
            assert five["right_name"] <= twenty["right_name"] and five["any_name"] <= twenty["any_name"]
