"""Probabilities that say how often a pattern is right, and the threshold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.finder.calibrate import fit_logistic, fit_threshold, logits


def test_probabilities_are_shares_of_the_right():
    rng = np.random.default_rng(0)
    scores = rng.uniform(0.05, 0.95, 20_000)
    true = 1 / (1 + np.exp(-(1.7 * logits(scores) - 0.6)))
    slope, offset, chances = fit_logistic(scores, (rng.random(20_000) < true).astype(float))
    assert (slope, offset) == (pytest.approx(1.7, abs=0.1), pytest.approx(-0.6, abs=0.1))
    assert np.abs(chances - true).max() < 0.03


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30))
def test_a_fit_is_finite_and_keeps_the_order_where_surer_is_righter(pairs):
    scores, right = (np.array(values, float) for values in zip(*pairs, strict=True))
    slope, offset, chances = fit_logistic(scores, right)
    assert np.isfinite([slope, offset]).all()
    assert np.isfinite(chances).all()


@given(st.lists(st.tuples(st.floats(0.01, 0.99), st.booleans()), min_size=1, max_size=30), st.integers(0, 9))
def test_no_threshold_has_a_higher_f1(pairs, missed):
    chances, right = (np.array(values, float) for values in zip(*pairs, strict=True))
    marks = int(right.sum()) + missed

    def f1(threshold):
        shown = chances >= threshold
        return 2 * (right * shown).sum() / (shown.sum() + marks)

    chances = np.round(chances, 3)
    best = f1(fit_threshold(chances, right, marks))
    assert all(f1(each) <= best + 1e-9 for each in chances)
