"""Bounds, and how often guessing is right."""

from __future__ import annotations

import numpy as np
import pytest

from dataset_builder.audit.finding import Finding, chance_interval


@pytest.mark.parametrize(
    ("value", "low", "high", "passed"),
    [
        (1, 0, 2, True),
        (3, 0, 2, False),
        (-1, 0, 2, False),
        (2, None, 2, True),
        (2, 2, None, True),
        (0, 0, 2, True),
        (2, 0, 2, True),
        (1.9, 2, None, False),
        (5, None, None, True),
    ],
)
def test_bounds(value, low, high, passed):
    finding = Finding("measure", value, low, high)
    assert finding.passed is passed
    assert ("fails" in finding.row()) is not passed


def test_chance_interval_of_ten_even_classes():
    low, high = chance_interval(np.arange(10_000) % 10)
    assert low == pytest.approx(0.1 - 1.96 * 0.003, abs=3e-4)
    assert high == pytest.approx(0.1 + 1.96 * 0.003, abs=3e-4)
