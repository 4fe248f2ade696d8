"""The answer for one picture, as JSON and as text."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from trainer.models.answer import Found, answer_cut, answer_screen, cut_text, screen_text

CLASSES = ("a", "b", "c", "d", "e")
CHANCES = np.array([0.05, 0.4, 0.1, 0.3, 0.15])


@given(some.permutations(CHANCES.tolist()), some.booleans())
def test_the_most_probable_class_is_the_best_guess_and_the_label_only_if_it_is_clear(chances, clear):
    answer = answer_cut(CLASSES, np.array(chances), clear, "1", (640, 480))
    best = CLASSES[chances.index(0.4)]
    assert (answer["best_guess"], answer["score"], answer["label"]) == (best, 0.4, best if clear else None)
    whole = {"label": best, "probability": 0.4, "box": [0, 0, 640, 480], "at_right_edge": None}
    assert answer["patterns"] == ([whole] if clear else [])
    assert list(answer["probabilities"].items()) == list(zip(CLASSES, chances, strict=True))


@pytest.mark.parametrize(("clear", "named"), [(True, "bdeca"), (False, "bde")])
def test_the_text_lists_all_classes_or_the_three_best_guesses_the_most_probable_first(clear, named):
    head, *lines = cut_text("x.png", answer_cut(CLASSES, CHANCES, clear, None, (9, 7))).splitlines()
    assert head == ("x.png: b (40.0%)" if clear else "x.png: no clear pattern; the best guesses:")
    assert [line.split()[1] for line in lines] == list(named) and lines[1] == "   30.0%  d"


def _place(label, probability, right=50.0):
    return Found(label, probability, (10.04, 20.0, right, 60.0))


def test_only_the_sure_ones_of_a_screenshot_are_patterns_and_every_class_has_its_best_place():
    places = [_place("c", 0.9), _place("a", 0.5), _place("c", 0.4), _place("b", 0.2)]
    answer = answer_screen(CLASSES, places, 0.5, "1", None)
    assert [(each["label"], each["probability"]) for each in answer["patterns"]] == [("c", 0.9), ("a", 0.5)]
    assert answer["patterns"][0]["box"] == [10.0, 20.0, 50.0, 60.0]
    assert answer["probabilities"] == {"a": 0.5, "b": 0.2, "c": 0.9, "d": 0.0, "e": 0.0}
    assert (answer["label"], answer["best_guess"], answer["score"], answer["clear"]) == ("c", "c", 0.9, True)
    unclear = answer_screen(CLASSES, places, 0.95, "1", None)
    assert (unclear["label"], unclear["best_guess"], unclear["clear"], unclear["patterns"]) == (None, "c", False, [])


def test_a_screenshot_in_which_nothing_was_seen():
    answer = answer_screen(CLASSES, [], 0.5, "1", np.arange(5.0))
    assert (answer["best_guess"], answer["score"], answer["patterns"]) == (None, 0.0, [])
    assert set(answer["probabilities"].values()) == {0.0}
    assert screen_text("x.png", answer) == "x.png: no clear pattern"


def test_a_probability_of_the_network_that_equals_the_stored_threshold_is_clear():
    place = _place("a", float(np.float32(0.4)))  # 0.4000000059604645, while the metadata says 0.4
    assert answer_screen(CLASSES, [place], 0.4, None, None)["clear"]
    below = _place("a", float(np.nextafter(np.float32(0.4), np.float32(0))))
    assert not answer_screen(CLASSES, [below], 0.4, None, None)["clear"]


@pytest.mark.parametrize(("right", "at_edge"), [(289.9, False), (298.1, True), (300, True), (310, True)])
def test_the_right_edge_is_the_last_price_that_was_read(right, at_edge):
    read = np.arange(201.0, 301)  # 100 columns: within 2 of them
    (pattern,) = answer_screen(CLASSES, [_place("a", 0.9, right)], 0.5, "1", read)["patterns"]
    assert pattern["at_right_edge"] is at_edge


@pytest.mark.parametrize("read", [None, np.array([])])
def test_without_prices_nothing_is_said_of_the_right_edge(read):
    (pattern,) = answer_screen(CLASSES, [_place("a", 0.9)], 0.5, "1", read)["patterns"]
    assert pattern["at_right_edge"] is None


def test_the_text_of_a_screenshot_has_a_line_a_pattern():
    places = [_place("a", 0.9, 300.4), _place("b", 0.62), _place("d", 0.1)]
    text = screen_text("x.png", answer_screen(CLASSES, places, 0.5, "1", np.arange(301.0)))
    assert text.splitlines() == [
        "x.png: 2 patterns",
        "   90.0%  a  x 10 to 300, y 20 to 60  at the right edge",
        "   62.0%  b  x 10 to 50, y 20 to 60",
    ]
    unclear = answer_screen(CLASSES, places, 0.95, "1", None)
    assert screen_text("x.png", unclear) == "x.png: no clear pattern; the best guess is a (90.0%)"
