"""Whole charts: the same bytes for the same chart, legible in every style, and blank where there is no price."""

import io
import random
import zlib
from dataclasses import replace

import numpy as np
import pytest
from drawings import BY_NAME, TRAINING, frame_of, plain_look, random_candles
from hypothesis import given, settings
from hypothesis import strategies as some
from pages import page_look, plain_page
from PIL import Image
from zlib_ng import zlib_ng

from cryptoai_common.candles import Candles
from dataset_builder.drawing import chart, price, studies
from dataset_builder.drawing.chart import FILLING, encode_png, render, render_blank
from dataset_builder.drawing.look import MARKS
from dataset_builder.drawing.page import STUDIES
from dataset_builder.drawing.random_look import draw_look
from dataset_builder.drawing.style import KINDS
from dataset_builder.styles import STYLES

PIVOTS = np.array([[3, 99.0], [10, 103.0], [15, 100.0], [15, 104.0], [18, 98.0]])  # two of them on one bar


def drawn(look, seed=0, size=224):
    candles = random_candles(look.bars, seed)
    return render(candles, look, frame_of(candles), PIVOTS, size)


@given(some.integers(0, 10**6))
@settings(max_examples=40)
def test_the_same_chart_has_the_same_bytes_whatever_ran_before(seed):
    look = draw_look(STYLES, np.random.default_rng(seed))
    first = encode_png(drawn(look).pixels)
    np.random.seed(seed % 1000)
    random.seed(seed)
    drawn(draw_look(STYLES, np.random.default_rng(seed + 1)))
    assert encode_png(drawn(look).pixels) == first


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)
@pytest.mark.parametrize("size", [32, 224, 1024])
def test_every_style_draws_at_every_size(style, size):
    for seed in range(2):
        chart = drawn(draw_look((style,), np.random.default_rng(seed), size), size=size)
        assert chart.image.size == (size, size) and chart.image.mode == "RGB"
        assert len(set(chart.image.resize((32, 32)).get_flattened_data())) > 8


@pytest.mark.parametrize("marks", MARKS)
def test_every_kind_of_mark_changes_the_picture(marks):
    look = plain_look(BY_NAME["tradingview_light"])
    without = np.asarray(drawn(look).image)
    with_marks = np.asarray(drawn(replace(look, marks=marks)).image)
    assert 20 < (without != with_marks).any(axis=2).sum() < 0.5 * without.shape[0] * without.shape[1]


@pytest.mark.parametrize("change", [
    {"volume": "pane"}, {"volume": "overlay"}, {"averages": (5, 20)}, {"bollinger": True}, {"last_price": True},
    {"grid": (4, 4)}, {"axes": True}, {"watermark": True}, {"legend": True}, {"crosshair": (0.5, 0.5)},
    {"stray_lines": 3}, {"words": 2}, {"jpeg": 60}, {"blur": 1.8}, {"cut": (1.0, 1.0)},
], ids=lambda change: next(iter(change)))  # fmt: skip
def test_every_field_of_the_look_does_something(change):
    look = plain_look(BY_NAME["mplfinance_yahoo"])
    assert drawn(look).image.tobytes() != drawn(replace(look, **change)).image.tobytes()


def test_looks_are_legible():
    """The price fills 40 % of the height at least, candles are a pixel wide, and differ from the background."""
    for seed in range(400):
        look = draw_look(STYLES, np.random.default_rng(seed))
        candles = random_candles(look.bars, seed)
        chart = render(candles, look, frame_of(candles), PIVOTS)
        assert np.clip(chart.low.max(), 0, 224) - np.clip(chart.high.min(), 0, 224) >= 0.4 * 224
        assert np.median(np.diff(chart.x)) * look.body_width >= 1
        blank = np.asarray(render_blank(look)).astype(int)
        ink = np.abs(np.asarray(chart.image).astype(int) - blank).sum(axis=2)
        columns = np.clip(chart.x.astype(int), 0, 223)
        assert np.mean(ink.max(axis=0)[columns] > 60) > 0.9, look


def test_a_blank_chart_is_what_is_left_without_the_price(monkeypatch):
    for kind in KINDS:
        monkeypatch.setitem(price.DRAW, kind, lambda *_: None)
    for seed in range(80):
        look = draw_look(STYLES, np.random.default_rng(seed))
        bare = replace(look, volume="none", marks="none", last_price=False, averages=(), bollinger=False)
        assert drawn(bare, seed).image.tobytes() == render_blank(look).tobytes()


def test_a_page_whose_pane_fills_it_shows_what_is_drawn_without_a_page():
    for seed in range(60):
        look = replace(draw_look(STYLES, np.random.default_rng(seed)), axes=False, last_price=False)
        sides = {"width": look.width, "height": look.height, "pane": (0, 0, look.width, look.height)}
        page = plain_page(BY_NAME["area"], **sides, chart=sides["pane"], letter=0.0).page
        page = replace(page, ground=look.background, paper=look.background)
        assert drawn(look, seed).image.tobytes() == drawn(replace(look, page=page), seed).image.tobytes()


def test_a_blank_page_is_what_is_left_without_the_price(monkeypatch):
    for kind in KINDS:
        monkeypatch.setitem(price.DRAW, kind, lambda *_: None)
    for kind in STUDIES:
        monkeypatch.setitem(studies.DRAW, kind, lambda *_: None)
    for seed in range(60):
        bare = {"volume": "none", "marks": "none", "last_price": False, "averages": (), "bollinger": False}
        look = replace(page_look(seed), **bare)
        assert drawn(look, seed).image.tobytes() == render_blank(look).tobytes()


@pytest.mark.parametrize("size", [32, 100, 1024, (1024, 576), (300, 640)])
def test_pages_are_drawn_at_every_size(size):
    for seed in range(12):
        look = page_look(seed, size)
        chart = drawn(look, seed, size)
        sides = (size, size) if isinstance(size, int) else size
        assert chart.image.size == sides == render_blank(look, size).size
        left, top, right, bottom = chart.pane
        assert 0 <= left < right <= sides[0] and 0 <= top < bottom <= sides[1]


def test_the_price_is_drawn_where_the_metadata_says():
    """Drawing the price changes pixels from the highest high to the lowest low, and none outside the pane."""
    for seed in range(150):
        bare = {"volume": "none", "averages": (), "bollinger": False, "last_price": False, "marks": "none", "blur": 1.0}
        look = replace(page_look(seed, 448), **bare, frame="window", jpeg=0, cut=(0.0, 0.0))
        look = replace(look, page=replace(look.page, studies=()))
        if look.style.kind in ("line", "area"):  # an area reaches to the lower edge
            continue
        chart = drawn(look, seed, 448)
        ink = np.abs(chart.pixels.astype(int) - np.asarray(render_blank(look, 448))).sum(axis=2) > 30
        left, top, right, bottom = (round(edge) for edge in chart.pane)
        rows, columns = ink.nonzero()
        assert top - 1 <= rows.min() and rows.max() <= bottom and left - 1 <= columns.min() and columns.max() <= right
        assert abs(rows.min() - chart.high.min()) < 4 and abs(rows.max() - chart.low.max()) < 4
        assert abs(columns.min() - chart.x[0]) < 3 + chart.plot.spacing * chart.stretch[0] / 2
        points = chart.to_pixels(np.array([[0.0, 100.0], [look.bars - 1.0, 100.0]]))
        assert points[:, 0] == pytest.approx(chart.x[[0, -1]])


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)
def test_a_chart_shows_how_the_price_moves_and_nowhere_how_high_it_is(style):
    """Labels on the axis, at the last price and in the legend are made up: at 64 times the price nothing changes.

    A power of two scales floats exactly.
    """
    for seed in range(3):
        look = draw_look((style,), np.random.default_rng(seed))
        look = replace(look, axes=True, last_price=True, legend=True)
        candles = random_candles(look.bars, seed)
        dear = Candles(*(64 * series for series in candles.series()[:4]), candles.volume)
        cheap = render(candles, look, frame_of(candles), PIVOTS)
        same = render(dear, look, frame_of(dear), PIVOTS * (1, 64))
        assert cheap.image.tobytes() == same.image.tobytes()
        assert cheap.image.tobytes() != render_blank(look).tobytes()


@pytest.mark.parametrize("size", [(1, 1), (224, 224), (33, 50)])
def test_png_keeps_every_pixel(size):
    pixels = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    image = Image.fromarray(pixels)
    opened = Image.open(io.BytesIO(encode_png(np.asarray(image))))
    opened.load()
    assert (opened.format, opened.mode, opened.size) == ("PNG", "RGB", size)
    assert (np.asarray(opened) == pixels).all()


def test_png_has_the_same_bytes_with_either_zlib(monkeypatch):
    for seed in range(40):
        pixels = drawn(draw_look(TRAINING, np.random.default_rng(seed)), seed).pixels
        monkeypatch.setattr(chart, "zlib", zlib)
        slow = encode_png(pixels)
        monkeypatch.setattr(chart, "zlib", zlib_ng)
        assert encode_png(pixels) == slow


def test_png_of_a_chart_is_little_larger_than_pillows_fastest():
    own = pillow = 0
    for seed in range(20):
        image = drawn(draw_look(TRAINING, np.random.default_rng(seed)), seed).image
        buffer = io.BytesIO()
        image.save(buffer, "PNG", compress_level=1)
        own += encode_png(np.asarray(image)).rindex(FILLING)  # without the filling
        pillow += len(buffer.getvalue())
    assert own < 1.2 * pillow


@pytest.mark.parametrize("noisy", [False, True])
@given(width=some.integers(60, 300), height=some.integers(60, 300), levels=some.integers(1, 256))
def test_the_size_of_a_png_says_as_little_as_can_be(noisy, width, height, levels):
    pixels = np.random.default_rng(0).integers(0, levels, (height, width, 3)).astype(np.uint8)
    size, half = len(encode_png(pixels, noisy)), height * width // 2
    assert size % half == 0 and size >= (2 if noisy else 1) * half
    assert size == (2 if noisy else 1) * half or len(encode_png(pixels).split(FILLING)[0]) > size - half - 24


def test_pivots_are_where_their_candles_are():
    candles = random_candles(40)
    look = plain_look(BY_NAME["tradingview_light"], width=150, height=300, cut=(0.7, 0.3))
    chart = render(candles, look, frame_of(candles), PIVOTS)
    bars = np.array([0, 7, 39])
    points = chart.to_pixels(np.column_stack((bars, candles.high[bars])))
    assert points == pytest.approx(np.column_stack((chart.x[bars], chart.high[bars])))
    assert chart.x[0] < 224 * 0.05 < chart.x[1]  # most of the first candle is cut off
