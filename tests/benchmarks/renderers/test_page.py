import numpy as np
import pytest

from benchmarks.renderers.browser import missing_browser
from benchmarks.renderers.page import SIZE, VARIANTS, draw_surroundings

pytestmark = pytest.mark.skipif(missing_browser() is not None, reason=str(missing_browser()))


@pytest.fixture(scope="module")
def pages():
    return draw_surroundings()


def test_pages_leave_the_same_empty_room_for_the_chart(pages):
    rooms = {page.room for variants in pages.values() for page in variants}
    assert len(rooms) == 1
    (left, top, right, bottom) = rooms.pop()
    assert right - left > SIZE[0] / 2 and bottom - top > SIZE[1] / 2
    for dark, variants in pages.items():
        for page in variants:
            room = np.asarray(page.image)[top:bottom, left:right]
            assert (room == room[0, 0]).all()
            assert (room.mean() < 64) == dark
            assert page.image.size == SIZE


def test_pages_are_full_of_different_text(pages):
    for variants in pages.values():
        assert len(variants) == VARIANTS
        assert len({page.image.tobytes() for page in variants}) == VARIANTS
        right = variants[0].room[2]
        beside = np.asarray(variants[0].image)[:, right + 1 :]
        assert (beside != beside[-1, -1]).any(axis=2).mean() > 0.03
