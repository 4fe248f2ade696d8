"""Pictures that show no chart: their form, their variety, and that each depends on its random stream alone."""

import numpy as np
import pytest
from drawings import BY_NAME, plain_look
from hypothesis import given
from hypothesis import strategies as some

from dataset_builder.drawing.not_a_chart import KINDS, draw_no_chart

STYLE_LOOK = plain_look(BY_NAME["tradingview_dark"])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [32, 97, 224])
def test_a_picture_has_the_side_asked_for_and_three_bytes_a_pixel(kind, size):
    for seed in range(4):
        pixels = KINDS[kind](np.random.default_rng(seed), STYLE_LOOK, size)
        assert pixels.shape == (size, size, 3) and pixels.dtype == np.uint8


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"empty"}))
def test_pictures_of_a_kind_differ_and_show_something(kind):
    pictures = [KINDS[kind](np.random.default_rng(seed), STYLE_LOOK, 64) for seed in range(8)]
    assert len({picture.tobytes() for picture in pictures}) == 8
    assert all(picture.astype(float).std() > 1 for picture in pictures)


def test_an_empty_chart_is_the_chart_without_a_price():
    for changes in ({"grid": (3, 3)}, {"axes": True}):
        pixels = KINDS["empty"](np.random.default_rng(0), plain_look(BY_NAME["tradingview_dark"], **changes), 224)
        ground = np.array(plain_look(BY_NAME["tradingview_dark"]).background)
        assert 0.5 < (np.abs(pixels.astype(int) - ground).max(axis=2) < 8).mean() < 1


@given(some.integers(0, 2**32))
def test_a_picture_depends_on_its_stream_alone(seed):
    first, again = (draw_no_chart(np.random.default_rng(seed), STYLE_LOOK, 48) for _ in range(2))
    assert first[0] == again[0] in KINDS
    np.testing.assert_array_equal(first[1], again[1])


def test_every_kind_is_as_likely_as_another():
    kinds = [draw_no_chart(np.random.default_rng(seed), STYLE_LOOK, 32)[0] for seed in range(800)]
    assert all(60 <= kinds.count(kind) <= 145 for kind in KINDS)
