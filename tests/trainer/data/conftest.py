"""A folder of pictures that tests may change."""

from pathlib import Path

import pytest
from own_pictures import draw


@pytest.fixture
def bare(tmp_path) -> Path:
    """60 pictures of two classes, without splits."""
    for i in range(60):
        draw(tmp_path / "mine" / ("breakout" if i % 2 else "wedge") / f"test {i}.png", i)
    return tmp_path / "mine"
