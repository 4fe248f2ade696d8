"""A model and a picture that tests of several commands use."""

from __future__ import annotations

from pathlib import Path

import pytest
from scanning import with_threshold

from trainer.models.pattern_model import CLASSIFIER_QUANTIZED
from trainer.shipped import SHIPPED, find_shipped


@pytest.fixture(scope="session")
def eager(tmp_path_factory) -> Path:
    """The shipped model with a threshold of 0: every window shows a pattern."""
    path = tmp_path_factory.mktemp("eager") / "eager.onnx"
    return with_threshold(0, find_shipped(SHIPPED / CLASSIFIER_QUANTIZED), path)


@pytest.fixture
def picture(charts) -> Path:
    """A chart of the test split."""
    return sorted(charts.glob("test/*/*.png"))[0]
