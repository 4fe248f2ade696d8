"""Probabilities that say how often a pattern is right, and the threshold."""

import itertools

import numpy as np
import pytest
from hypothesis import example, given, settings
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


def cost(slope: float, offset: float, scores: np.ndarray, right: np.ndarray) -> float:
    """Negative log-likelihood, and how far the two are from those that leave a score as it is: 1 and 0."""
    z = slope * logits(scores) + offset
    return (np.logaddexp(0, z) - right * z).sum() + 1e-3 / 2 * ((slope - 1) ** 2 + offset**2)


@given(st.lists(st.tuples(st.integers(2, 98), st.booleans()), min_size=1, max_size=30))
@settings(max_examples=50)
def test_no_slope_or_offset_nearby_is_likelier(pairs):
    scores, right = np.array([percent / 100 for percent, _ in pairs]), np.array([float(good) for _, good in pairs])
    slope, offset, chances = fit_logistic(scores, right)
    assert chances == pytest.approx(1 / (1 + np.exp(-(slope * logits(scores) + offset))), abs=1e-6)
    for more, shift in itertools.product((-0.1, 0, 0.1), repeat=2):
        assert cost(slope, offset, scores, right) <= cost(slope + more, offset + shift, scores, right) + 1e-6


@pytest.mark.parametrize("seed", range(8))
def test_a_fit_does_not_run_away_where_most_scores_are_near_0(seed):
    """As those of a finder are, which looks at every place: whole steps of Newton's method end in the millions."""
    rng, number = np.random.default_rng(seed), 1500
    scores = rng.uniform(0, 1, number) ** rng.uniform(4, 8)
    true = 1 / (1 + np.exp(-(0.4 * logits(scores) - 0.5)))
    slope, offset, _ = fit_logistic(scores, (rng.random(number) < true).astype(float))
    assert (slope, offset) == (pytest.approx(0.4, abs=0.1), pytest.approx(-0.5, abs=0.4))


def test_a_score_of_0_or_1_has_a_logit_too():
    assert logits(np.array([0.0, 0.5, 1.0])) == pytest.approx([np.log(1e-6), 0, -np.log(1e-6)])


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


@given(st.lists(st.tuples(st.integers(1, 9), st.booleans()), min_size=1, max_size=20), st.integers(0, 9))
@example([(9, True), (5, True), *[(5, False)] * 4], 0)  # with the first of the equals alone, 0.5 would be the best
@settings(max_examples=60)
def test_of_equally_sure_patterns_all_or_none_are_shown(pairs, missed):
    """The best F1 is one that a threshold can have: between equals there is none."""
    chances, right = np.array([tenth / 10 for tenth, _ in pairs]), np.array([good for _, good in pairs])
    marks = int(right.sum()) + missed
    scores = {t: 2 * right[chances >= t].sum() / ((chances >= t).sum() + marks) for t in sorted(set(chances))}
    threshold = fit_threshold(chances, right, marks)
    (shown,) = [t for t in scores if abs(t - threshold) < 1e-3]
    assert scores[shown] == pytest.approx(max(scores.values()))


@pytest.mark.parametrize("chance", [0.12345678, 0.99999, 0.5])
def test_a_threshold_has_four_digits_and_is_reached_by_the_pattern_that_it_is_of(chance):
    threshold = fit_threshold(np.array([chance]), np.array([1.0]), 1)
    assert threshold <= chance < threshold + 1e-4 and round(threshold, 4) == threshold
