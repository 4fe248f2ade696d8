import json

import numpy as np
import pytest

from trainer.models.answer import is_clear
from trainer.models.calibration import fit_temperature, fit_threshold, read_threshold
from trainer.models.classifier import softmax
from trainer.scoring.metrics import calibration_error


def _draw(charts: int, temperature: float) -> tuple[np.ndarray, np.ndarray]:
    """Logits that are ``temperature`` times too sure, and labels drawn from the true probabilities."""
    rng = np.random.default_rng(0)
    true_logits = rng.normal(0, 2, (charts, 5))
    labels = np.array([rng.choice(5, p=p) for p in softmax(true_logits)])
    return true_logits * temperature, labels


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
def test_the_temperature_that_was_put_in_is_found_and_calibrates(temperature):
    logits, truth = _draw(4000, temperature)
    found = fit_temperature(logits, truth)
    assert found == pytest.approx(temperature, rel=0.08)
    probabilities = softmax(logits / found)
    right = probabilities.argmax(axis=1) == truth
    assert calibration_error(probabilities.max(axis=1), right) < 0.03


def _with_largest(values: np.ndarray) -> np.ndarray:
    return np.column_stack([values, 1 - values])


def test_the_threshold_lets_one_chart_in_ten_without_a_pattern_through():
    unsure, sure = np.linspace(0.5, 0.8, 1000), np.linspace(0.76, 1.0, 1000)
    threshold = fit_threshold(_with_largest(sure), _with_largest(unsure))
    assert is_clear(_with_largest(unsure), threshold).mean() == pytest.approx(0.1, abs=0.005)
    assert is_clear(_with_largest(sure), threshold).mean() > 0.75


def test_the_threshold_keeps_what_must_be_kept_of_the_patterns():
    values = np.linspace(0.5, 1.0, 1000)
    threshold = fit_threshold(_with_largest(values), _with_largest(values))
    assert is_clear(_with_largest(values), threshold).mean() == pytest.approx(0.5, abs=0.005)


def test_the_threshold_travels_in_the_config_and_a_model_without_it_is_taken_as_it_is(tmp_path):
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"calibration": {"temperature": 1.7, "threshold": 0.4}}))
    assert read_threshold(tmp_path) == 0.4
    config.write_text("{}")
    assert read_threshold(tmp_path) == 0
