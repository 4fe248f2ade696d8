"""Boxes and names on a screenshot."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from PIL import Image, ImageColor

from trainer.figures.found import COLOURS, draw_found, draw_read, name_of, pane_of, place_names
from trainer.models.answer import Found, answer_screen
from trainer.models.finder import Prices

CLASSES = ("double_top", "head_and_shoulders", "bullish_flag")
PICTURE = (200, 120)
names = some.lists(
    some.tuples(
        some.tuples(some.integers(1, 90), some.integers(1, 30)),  # width and height of the name
        some.tuples(*[some.floats(-20, 220)] * 4),
    ),
    max_size=20,
)


@given(names)
def test_no_name_leaves_the_picture_or_covers_another(given_names):
    sizes, boxes = [size for size, _ in given_names], [box for _, box in given_names]
    places = place_names(sizes, boxes, PICTURE)
    taken = np.zeros((PICTURE[1], PICTURE[0]), int)
    for place, (width, height) in zip(places, sizes, strict=True):
        if place is not None:
            x, y = place
            assert x >= 0 and x + width <= PICTURE[0] and y >= 0 and y + height <= PICTURE[1]
            taken[y : y + height, x : x + width] += 1
    assert taken.max(initial=0) <= 1


def test_a_name_stands_above_its_box_or_else_below():
    assert place_names([(50, 10)], [(20, 40, 90, 80)], PICTURE) == [(20, 30)]
    assert place_names([(50, 10)] * 2, [(20, 40, 90, 80)] * 2, PICTURE) == [(20, 30), (20, 80)]
    assert place_names([(50, 10)], [(180, 0, 200, 80)], PICTURE) == [(150, 0)]
    assert place_names([(250, 10)], [(20, 40, 90, 80)], PICTURE) == [None]


def _answer(boxes, label="double_top"):
    return answer_screen(CLASSES, [Found(label, 0.9, box) for box in boxes], 0.5, None, None)


@pytest.mark.parametrize("ground", ["white", "black", "#131722"])
@pytest.mark.parametrize("label", CLASSES)
def test_box_and_name_are_seen_on_light_and_dark(ground, label):
    picture = Image.new("RGB", (400, 300), ground)
    drawn = np.asarray(draw_found(picture, _answer([(100, 100, 300, 200)], label)))
    colour = ImageColor.getrgb(COLOURS[CLASSES.index(label)])
    assert (drawn == colour).all(axis=2)[100, 100:300].all() and (drawn == 255).all(axis=2)[99, 100:300].all()
    assert (drawn[120:180, 120:280] == picture.getpixel((0, 0))).all()
    assert np.asarray(picture).std() < 60, "the given picture is as it was"


def test_a_picture_full_of_boxes_and_a_tiny_one():
    boxes = [(x, y, x + 120, y + 60) for x in range(0, 500, 130) for y in range(0, 300, 60)]
    for size in ((640, 400), (30, 20), (1, 1)):
        assert draw_found(Image.new("RGB", size, "white"), _answer(boxes)).size == size


def test_a_name_says_where_it_is():
    (pattern,) = answer_screen(CLASSES, [Found("double_top", 0.834, (0, 0, 9, 9))], 0.5, None, np.arange(10))[
        "patterns"
    ]
    assert name_of(pattern) == "double top 83%, right edge"


def _relative_luminance(colour: str) -> float:
    """As WCAG 2.2 defines it."""
    parts = [value / 255 for value in ImageColor.getrgb(colour)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


def test_white_letters_are_legible_on_every_colour():
    assert min(1.05 / (_relative_luminance(colour) + 0.05) for colour in COLOURS) >= 4.5
    assert len(set(COLOURS)) == 10


def test_the_prices_and_their_extent_are_drawn():
    x = np.arange(20.0, 80)
    prices = Prices(x, np.full(60, 30.0), np.full(60, 50.0))
    assert pane_of(prices) == (20, 30, 79, 50)
    drawn = np.asarray(draw_read(Image.new("RGB", (100, 80), "black"), prices))
    assert drawn[30, 20:80].any(axis=1).all() and drawn[50, 20:80].any(axis=1).all() and drawn[30:50, 20].any()
    assert not drawn[33:47, 25:75].any() and not drawn[:, :15].any()
    none = Prices(*np.empty((3, 0)))
    assert not np.asarray(draw_read(Image.new("RGB", (100, 80), "black"), none)).any()


@settings(max_examples=20)
@given(some.integers(30, 70), some.integers(10, 25))
def test_a_hole_in_the_prices_is_not_bridged(start, wide):
    x = np.delete(np.arange(100.0), np.arange(start, start + wide))
    high, low = np.full(len(x), 30.0), np.full(len(x), 50.0)
    high[0], low[0] = 10, 70  # so that the frame around all prices is elsewhere
    drawn = np.asarray(draw_read(Image.new("RGB", (140, 80), "black"), Prices(x, high, low)))
    assert not drawn[15:65, start + 2 : start + wide - 2].any()
    assert drawn[30, 5 : start - 1].any(axis=1).all() and drawn[50, start + wide + 1 : 95].any(axis=1).all()
