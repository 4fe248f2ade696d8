from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from benchmarks.renderers.scores import accuracy_table, confidence_table, figures
from trainer.models.pattern_model import UNCLEAR

CLASSES = ("double_top", "breakout")
FRAMINGS = {"whole": "whole export", "pane": "price pane"}


class Brightness(SimpleNamespace):
    """A model that calls bright pictures a breakout, dark ones a double top, and grey ones unclear."""

    classes = CLASSES

    def __call__(self, pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        bright = pictures.mean(axis=(1, 2, 3)) / 255
        unclear = np.abs(bright - 0.5) < 0.2
        labels = np.where(unclear, UNCLEAR, (bright > 0.5).astype(int))
        return np.stack((1 - bright, bright), axis=1).astype(np.float32), labels


def pictures(*levels: int):
    return [lambda level=level: Image.new("RGB", (3 + level % 2, 2), (level,) * 3) for level in levels]


def test_figures_of_a_model_whose_answers_are_known():
    found = figures(Brightness(), pictures(0, 51, 255, 102), ["double_top", "double_top", "breakout", "breakout"])
    assert found["charts"] == 4
    assert found["balanced_accuracy"] == pytest.approx(0.75)
    assert found["recall"] == {"double_top": 1.0, "breakout": 0.5}
    assert found["top_probability"] == pytest.approx((1 + 0.8 + 1 + 0.6) / 4)
    assert found["called_pattern"] == pytest.approx(0.75)
    low, high = found["interval"]
    assert 0.25 < low < 0.75 < high < 1


def test_a_label_that_the_model_does_not_know_is_refused():
    with pytest.raises(ValueError):
        figures(Brightness(), pictures(0), ["head_and_shoulders"])


def test_tables_have_a_row_a_look_and_a_column_a_framing_and_leave_out_what_was_not_measured():
    known = {"balanced_accuracy": 0.904, "interval": [0.8, 0.951], "top_probability": 0.876, "called_pattern": 0.5}
    rows = [
        {"library": "ours", "look": "plain", "framing": "pane", **known},
        {"library": "plotly", "look": "dark", "framing": "whole", **known},
        {"library": "plotly", "look": "dark", "framing": "pane", **known},
    ]
    assert accuracy_table(rows, FRAMINGS).splitlines() == [
        "| drawn by | whole export | price pane |",
        "|---|---:|---:|",
        "| ours, plain |  | 90 (80–95) |",
        "| plotly, dark | 90 (80–95) | 90 (80–95) |",
    ]
    assert confidence_table(rows, FRAMINGS).splitlines()[-1] == "| plotly, dark | 0.88, 50 | 0.88, 50 |"
