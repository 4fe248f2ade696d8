import numpy as np
import pytest

from trainer.scoring.baselines.rules import DETECTORS, SILENT, fired, rule_based

pytest.importorskip("ta_patterns", reason="the package to compare with is an extra of its own")
CLASSES = ("head_and_shoulders", "double_top", "double_bottom", "breakout")


def _candles(*turns: float) -> dict[str, list[float]]:
    """Straight legs of ten bars between the turns."""
    close = np.interp(np.arange(10 * (len(turns) - 1) + 1), 10 * np.arange(len(turns)), turns)
    return {"open": [*close[:1], *close[:-1]], "high": [*(close + 0.2)], "low": [*(close - 0.2)], "close": [*close]}


TOP, BOTTOM, RISE = _candles(80, 100, 90, 100, 85), _candles(100, 80, 90, 80, 95), _candles(80, 100)


def test_a_detector_fires_on_what_it_is_named_after():
    watched = ["double_top", "double_bottom"]
    assert fired([TOP, BOTTOM, RISE], watched).tolist() == [[True, False], [False, True], [False, False]]
    assert rule_based([TOP, BOTTOM], [TOP, BOTTOM, RISE], CLASSES).tolist() == [1, 2, SILENT]


def test_the_price_level_makes_no_difference():
    cheap = {name: [price / 1e5 for price in prices] for name, prices in TOP.items()}
    assert fired([cheap], list(DETECTORS)).tolist() == fired([TOP], list(DETECTORS)).tolist()
