"""Calibration at the end of training: what is stored is what the weights then answer."""

import numpy as np
import pytest
import torch

from trainer.data.mixture import read_mixture
from trainer.data.without_pattern import fitting_quarter
from trainer.models import calibration
from trainer.models.classifier import softmax
from trainer.models.vit import TorchClassifier
from trainer.scoring.evaluate import all_logits
from trainer.training import run_contents
from trainer.training.run_contents import _calibrate


@pytest.mark.parametrize("sharpened", [0.6, 3.0])
def test_the_temperature_goes_into_the_weights_and_the_threshold_is_of_the_calibrated_answers(
    finished_run, charts, sharpened, monkeypatch
):
    given = []

    def spy(with_pattern, without):
        given.append((with_pattern, without))
        return calibration.fit_threshold(with_pattern, without)

    monkeypatch.setattr(run_contents, "fit_threshold", spy)
    classifier, mixture = TorchClassifier.load(finished_run), read_mixture((charts,))
    with torch.no_grad():
        for parameter in classifier.model.classifier.parameters():
            parameter *= sharpened
    rows, labels = mixture.charts("validation")
    before = all_logits(classifier, rows)
    found = _calibrate(classifier, mixture)
    after = all_logits(classifier, rows)
    assert found["temperature"] == calibration.fit_temperature(before, np.array(labels)) != 1
    np.testing.assert_allclose(after, before / found["temperature"], atol=1e-4)
    without = softmax(all_logits(classifier, mixture.without_pattern(fitting_quarter)))
    assert found["threshold"] == pytest.approx(calibration.fit_threshold(softmax(after), without), abs=2e-4)
    np.testing.assert_allclose(given[0][0], softmax(after), atol=1e-4)
    np.testing.assert_allclose(given[0][1], without, atol=1e-4)


def test_a_finished_run_needs_no_temperature_any_more(finished_run, charts):
    """Its weights answer calibrated as they are: fitted once more, the temperature is 1 (or the search's end again)."""
    rows, labels = read_mixture((charts,)).charts("validation")
    logits = all_logits(TorchClassifier.load(finished_run), rows)
    stored = TorchClassifier.load(finished_run).model.config.calibration["temperature"]
    again = calibration.fit_temperature(logits, np.array(labels))
    ends = (round(float(calibration.TEMPERATURES[0]), 3), round(float(calibration.TEMPERATURES[-1]), 3))
    assert stored in ends or again == pytest.approx(1, abs=0.02)
