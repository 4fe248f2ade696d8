"""A finder that looks at screens."""

import numpy as np
import pytest
from finder_file import write_finder, write_reader
from PIL import Image

from cryptoai_common.errors import UserError
from trainer.data.boxes import Mark, Screen
from trainer.models.finder import PatternFinder
from trainer.models.pattern_model import FINDER, READER
from trainer.scoring.screens import see_all

BOX = (10.0, 10.0, 50.0, 30.0)


@pytest.fixture
def screens(tmp_path) -> list[Screen]:
    """Blocks whose right edges differ; the marks end as said, or nobody said where."""
    found = []
    for i, mark in enumerate((Mark("a", BOX, "forming", 0.98), Mark("a", BOX, "forming", 0.97), Mark("a", BOX), None)):
        pixels = np.full((60, 90 + i, 3), 255, np.uint8)
        pixels[10:30, 10 : 50 + i] = 0
        Image.fromarray(pixels).save(tmp_path / f"{i}.png")
        found.append(Screen(f"{i}.png", tmp_path / f"{i}.png", (mark,) if mark else ()))
    return found


def test_all_places_are_seen_in_the_order_of_the_screens(tmp_path, screens):
    finder = PatternFinder(write_finder(tmp_path / FINDER, ("a",), probability=0.3, threshold=0.5), threads=1)
    seen = see_all(finder, screens)
    assert [each.width for each in seen] == [90, 91, 92, 93]
    assert [place.box[2] for each in seen for place in each.places] == [50, 51, 52, 53]
    assert [each.at_edge for each in seen] == [(True,), (False,), (None,), ()]


def test_the_reader_tells_of_marks_of_which_nothing_is_recorded(tmp_path, screens):
    write_reader(tmp_path / READER)
    finder = PatternFinder(write_finder(tmp_path / FINDER, ("a",)), threads=1)
    assert [each.at_edge for each in see_all(finder, screens)] == [(True,), (False,), (False,), ()]
    near = Screen("near", screens[2].source, (Mark("a", (10, 10, 51, 30)),))
    assert see_all(finder, [near])[0].at_edge == (True,)


def test_a_damaged_picture_is_named(tmp_path, screens):
    (tmp_path / "1.png").write_bytes(b"none")
    finder = PatternFinder(write_finder(tmp_path / FINDER, ("a",)), threads=1)
    with pytest.raises(UserError, match=r"1\.png is not a picture"):
        see_all(finder, screens)
