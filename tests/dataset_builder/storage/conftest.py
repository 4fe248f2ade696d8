"""One dataset for the tests of building, merging and verifying. Tests must not change it."""

from __future__ import annotations

from pathlib import Path

import pytest
from drawn_datasets import SIZE

from dataset_builder.config import BuildConfig
from dataset_builder.storage.build import build


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> Path:
    return build(BuildConfig(tmp_path_factory.mktemp("built") / "charts", size=SIZE, negatives=5, workers=2))
