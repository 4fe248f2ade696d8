"""Shares of charts that a threshold or the order of the probabilities picks out, by hand."""

import numpy as np
import pytest

from trainer.scoring.evaluate import false_alarms, figures
from trainer.scoring.metrics import wilson_interval

CLASSES = ("a", "b")


@pytest.mark.parametrize(("charts", "third"), [(2, 1), (3, 1), (5, 1), (6, 2), (30, 10)])
def test_the_surest_third_are_those_with_the_highest_probabilities(charts, third):
    """Charts get less sure from the first to the last; the surest third are right, all others wrong."""
    sure = np.linspace(0.9, 0.6, charts)
    probabilities = np.stack([sure, 1 - sure], axis=1)
    truth = (np.arange(charts) >= third).astype(int)
    shuffled = np.random.default_rng(0).permutation(charts)
    found = figures(probabilities[shuffled], truth[shuffled], CLASSES, 0.0)
    assert (found["surest_third"], found["accuracy"]) == (1.0, pytest.approx(third / charts))
    truth[third - 1] = 1
    assert figures(probabilities, truth, CLASSES, 0.0)["surest_third"] == pytest.approx(1 - 1 / third)


def test_charts_that_reach_the_threshold_are_called_a_pattern():
    probabilities = np.array([[0.9, 0.1], [0.25, 0.75], [0.5, 0.5], [0.6, 0.4], [0.3, 0.7]])
    alarms = false_alarms(probabilities, 0.75)
    assert (alarms["charts"], alarms["false_alarms"]) == (5, 0.4)
    assert alarms["false_alarms_interval"] == wilson_interval(2, 5)
    assert figures(probabilities, np.zeros(5, int), CLASSES, 0.75)["clear"] == pytest.approx(0.4)
