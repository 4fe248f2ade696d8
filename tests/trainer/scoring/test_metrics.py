import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.scoring.metrics import calibration_error, score, wilson_interval

CLASSES = ("a", "b", "c", "d")


@pytest.mark.parametrize(
    ("right", "charts", "expected"),
    [
        (0, 10, (0.0, 0.2775)),  # the published examples of the score interval
        (10, 10, (0.7225, 1.0)),
        (81, 263, (0.2553, 0.3662)),  # Newcombe 1998, table I
        (15, 148, (0.0624, 0.1605)),
    ],
)
def test_wilson_interval(right, charts, expected):
    assert wilson_interval(right, charts) == pytest.approx(expected, abs=1e-4)


@given(charts=st.integers(1, 100_000), data=st.data())
def test_wilson_interval_is_where_the_score_test_rejects(charts, data):
    """Wilson 1927, equation 4: the two shares p with (share - p)² = z² p (1 - p) / charts."""
    right = data.draw(st.integers(0, charts))
    share, spread = right / charts, 1.959963984540054**2 / charts
    half = math.sqrt(spread * share * (1 - share) + spread**2 / 4)
    expected = [(share + spread / 2 + sign * half) / (1 + spread) for sign in (-1, 1)]
    assert wilson_interval(right, charts) == pytest.approx(expected, abs=1e-9)


def test_no_charts_have_no_interval():
    with pytest.raises(ValueError, match="not less than 1"):
        wilson_interval(0, 0)


def test_calibration_error_is_the_distance_of_confidence_and_accuracy():
    assert calibration_error(np.full(10, 0.8), np.array([True] * 8 + [False] * 2)) == pytest.approx(0.0)
    assert calibration_error(np.full(10, 1.0), np.array([True] * 7 + [False] * 3)) == pytest.approx(0.3)
    mixed = calibration_error(np.array([0.9] * 5 + [0.5] * 5), np.array([True] * 5 + [False] * 5))
    assert mixed == pytest.approx(0.5 * 0.1 + 0.5 * 0.5)


def test_calibration_error_has_fifteen_bins():
    """Two charts a bin: both right, both wrong, or one of each: wider or narrower bins would add up to another sum."""
    low, high = (np.arange(15) + 0.05) / 15, (np.arange(15) + 0.95) / 15
    outcomes = np.array([[True, True], [False, False], [True, False]] * 5)
    gaps = np.abs(low + high - outcomes.sum(axis=1))
    found = calibration_error(np.concatenate([low, high]), outcomes.T.ravel())
    assert found == pytest.approx(gaps.sum() / 30)


def _sure(*guesses: int) -> np.ndarray:
    return np.eye(len(CLASSES))[list(guesses)] * 0.7 + 0.075


def test_every_figure_by_hand():
    figures = score(_sure(0, 0, 1, 1, 3), np.array([0, 0, 0, 1, 1]), CLASSES)
    assert figures["charts"] == 5
    assert figures["accuracy"] == pytest.approx(3 / 5)
    assert figures["accuracy_interval"] == pytest.approx(wilson_interval(3, 5))
    assert figures["per_class"] == {
        "a": {"precision": 1.0, "recall": pytest.approx(2 / 3), "charts": 3},
        "b": {"precision": 0.5, "recall": 0.5, "charts": 2},
    }
    assert figures["balanced_accuracy"] == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert figures["macro_f1"] == pytest.approx((0.8 + 0.5) / 2)
    assert figures["calibration_error"] == pytest.approx(abs(0.775 - 0.6), abs=1e-6)
    assert figures["confusion_matrix"] == [[2, 1, 0, 0], [0, 1, 0, 1], [0, 0, 0, 0], [0, 0, 0, 0]]


def test_absent_classes_do_not_dilute_the_means():
    figures = score(_sure(0, 1), np.array([0, 1]), CLASSES)
    assert figures["balanced_accuracy"] == figures["macro_f1"] == 1.0
    assert set(figures["per_class"]) == {"a", "b"}
