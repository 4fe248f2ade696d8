import numpy as np
import pytest
from PIL import Image
from renderer_fakes import LOOKS, OUTSIDE, PANE, PATTERN, boxes, draw

from benchmarks.renderers.charts import alone, draw_drafts
from benchmarks.renderers.framings import DRAWINGS, FRAMINGS, crop
from benchmarks.renderers.page import Surroundings

CHART = next(alone(draw_drafts(10)))
BY_NAME = {framing.name: framing for framing in FRAMINGS}


def colours(image: Image.Image) -> set[tuple[int, ...]]:
    return set(map(tuple, np.asarray(image).reshape(-1, 3).tolist()))


def test_framings_show_drawings_that_there_are():
    assert {framing.drawing for framing in FRAMINGS} == set(DRAWINGS)
    assert len(BY_NAME) == len(FRAMINGS)


def test_each_framing_shows_its_part_of_the_drawing():
    drawing = draw(CHART, LOOKS[0], None)
    assert BY_NAME["whole"].show(drawing, None) is drawing.image
    assert colours(BY_NAME["pane"].show(drawing, None)) == {PANE, PATTERN}
    cut = BY_NAME["half_cut"].show(drawing, None)
    assert cut.size == (180 - 30 - 90, 60 - 29)  # every pixel that the box's edges touch
    assert colours(cut) == {PATTERN}


def test_a_cut_stays_inside_the_picture():
    image = Image.new("RGB", (50, 40))
    assert crop(image, (-3.0, -0.5, 60.0, 40.2)).size == (50, 40)
    assert crop(image, (10.9, 5.0, 20.1, 6.0)).size == (11, 1)


def test_a_page_surrounds_a_chart_of_the_size_of_its_room():
    page = Surroundings(Image.new("RGB", (300, 200), "white"), room=(20, 30, 180, 150))
    drawing = draw(CHART, LOOKS[0], page.size)
    shown = np.asarray(BY_NAME["page"].show(drawing, page))
    assert shown.shape == (200, 300, 3)
    assert np.array_equal(shown[30:150, 20:180], np.asarray(drawing.image))
    surroundings = shown.copy()
    surroundings[30:150, 20:180] = 255
    assert (surroundings == 255).all()
    assert OUTSIDE in colours(page.around(drawing)) and OUTSIDE not in colours(page.image)
    with pytest.raises(ValueError, match="room"):
        page.around(draw(CHART, LOOKS[0], None))
    with pytest.raises(ValueError, match="needs the page"):
        BY_NAME["page"].show(drawing, None)


def test_the_boxes_of_the_fake_lie_in_each_other():
    pane, pattern = boxes((180, 120))
    assert pane[0] < pattern[0] and pattern[2] <= pane[2] and pane[1] < pattern[1] and pattern[3] < pane[3]
