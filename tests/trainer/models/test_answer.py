"""The answer for one picture, as JSON and as text."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from trainer.models.answer import as_text, make_answer

CLASSES = ("a", "b", "c", "d", "e")
CHANCES = np.array([0.05, 0.4, 0.1, 0.3, 0.15])


@given(some.permutations(CHANCES.tolist()), some.booleans())
def test_the_most_probable_class_is_the_best_guess_and_the_label_only_if_it_is_clear(chances, clear):
    answer = make_answer(CLASSES, np.array(chances), clear, "1")
    best = CLASSES[chances.index(0.4)]
    assert (answer["best_guess"], answer["score"], answer["label"]) == (best, 0.4, best if clear else None)
    assert list(answer["probabilities"].items()) == list(zip(CLASSES, chances, strict=True))


@pytest.mark.parametrize(("clear", "named"), [(True, "bdeca"), (False, "bde")])
def test_the_text_lists_all_classes_or_the_three_best_guesses_the_most_probable_first(clear, named):
    head, *lines = as_text("x.png", make_answer(CLASSES, CHANCES, clear, None)).splitlines()
    assert head == ("x.png: b (40.0%)" if clear else "x.png: no clear pattern; the best guesses:")
    assert [line.split()[1] for line in lines] == list(named) and lines[1] == "   30.0%  d"
