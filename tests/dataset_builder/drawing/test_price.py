"""Every way to draw the price, and that it is drawn where the labels say."""

import numpy as np
import pytest
from drawings import BY_NAME, frame_of, plain_look, random_candles

from cryptoai_common.candles import Candles
from dataset_builder.drawing import price
from dataset_builder.drawing.chart import render

NO_MARKS = np.empty((0, 2))
KINDS = {"candles": "tradingview_light", "hollow": "stockcharts", "bars": "ohlc_bars", "heikin_ashi": "heikin_ashi",
         "line": "close_line", "area": "area"}  # fmt: skip


def ink(image, background) -> np.ndarray:
    """How far each pixel is from the background, shape (height, width)."""
    return np.abs(np.asarray(image).astype(int) - background).sum(axis=2)


@pytest.mark.parametrize("kind", ["candles", "hollow", "bars", "heikin_ashi"])
@pytest.mark.parametrize(("width", "height"), [(224, 224), (130, 300), (400, 180)])
@pytest.mark.parametrize("snapped", [False, True])
def test_the_reported_high_and_low_are_where_the_colour_changes(kind, width, height, snapped):
    candles = random_candles(24)
    look = plain_look(BY_NAME[KINDS[kind]], 24, width=width, height=height, snapped=snapped, wick_width=1.2)
    chart = render(candles, look, frame_of(candles), NO_MARKS)
    drawn = ink(chart.image, look.background) > 45
    slack = 0.5 + max(height / 224, 224 / height)  # a pixel's centre, and the fading of the edge
    for x, high, low in zip(chart.x, chart.high, chart.low, strict=True):
        column = np.flatnonzero(drawn[:, int(x) - 1 : int(x) + 2].any(axis=1))
        assert abs(column[0] - high) <= slack
        assert abs(column[-1] + 1 - low) <= slack


@pytest.mark.parametrize("kind", ["line", "area"])
def test_a_line_runs_through_the_closes(kind):
    candles = random_candles(24)
    look = plain_look(BY_NAME[KINDS[kind]], 24)
    chart = render(candles, look, frame_of(candles), NO_MARKS)
    colour = np.abs(np.asarray(chart.image).astype(int) - look.up).sum(axis=2)
    for x, y in list(zip(chart.x, chart.high, strict=True))[1:-1]:
        nearest = np.argmin(colour[:, int(x)])
        assert abs(nearest + 0.5 - y) <= 4  # steep joints are a few pixels tall


def test_rising_and_falling_candles_have_their_colours():
    candles = Candles(*np.array([[1.0, 2, 1], [2, 2.2, 2.4], [0.9, 0.8, 0.9], [2, 1, 2], [1, 1, 1]]))
    look = plain_look(BY_NAME["tradingview_light"], 3, up=(0, 200, 0), down=(200, 0, 0))
    chart = render(candles, look, (0.5, 2.5), NO_MARKS)
    middle = int(chart.plot.y(1.5))
    assert [chart.image.getpixel((int(x), middle)) for x in chart.x] == [(0, 200, 0), (200, 0, 0), (0, 200, 0)]


def test_hollow_candles_show_the_background_or_their_filling():
    candles = Candles(*np.array([[1.0, 2], [2, 2.2], [0.9, 0.8], [2, 1], [1, 1]]))
    for name in ("stockcharts", "mplfinance_default"):
        look = plain_look(BY_NAME[name], 2)
        chart = render(candles, look, (0.5, 2.5), NO_MARKS)
        rising, falling = (chart.image.getpixel((int(x), int(chart.plot.y(1.5)))) for x in chart.x)
        assert rising == (look.style.filling or look.background)
        assert falling == look.down


def test_a_border_surrounds_the_body():
    candles = Candles(*np.array([[1.0, 2], [2, 2.2], [0.9, 0.8], [2, 1], [1, 1]]))
    look = plain_look(BY_NAME["yahoo_classic"], 2, up=(0, 200, 0), snapped=True, body_width=0.8)
    chart = render(candles, look, (0.5, 2.5), NO_MARKS)
    row = np.asarray(chart.image)[int(chart.plot.y(1.5)), : int(chart.x.mean())].astype(int)
    border, body = (
        np.flatnonzero(np.abs(row - colour).sum(axis=1) < 12) for colour in (look.style.border, (0, 200, 0))
    )
    assert len(border) >= 1 and len(body) > 20
    assert border.min() <= body.min() and border.max() >= body.max()


def test_a_candle_without_a_body_is_still_seen():
    flat = Candles(*np.full((4, 20), 5.0), np.ones(20))
    for kind, name in KINDS.items():
        look = plain_look(BY_NAME[name], 20, width=420, height=420)
        drawn = ink(render(flat, look, (4.0, 6.0), NO_MARKS).image, look.background).max(axis=0)
        assert drawn[20:200].max() > 60, kind


def test_heikin_ashi_by_hand():
    candles = Candles(*np.array([[10.0, 12, 11], [13, 14, 12], [9, 11, 8], [12, 11, 9], [1, 1, 1]]))
    averaged = price.heikin_ashi(candles)
    assert averaged.close.tolist() == [11.0, 12.0, 10.0]
    assert averaged.open.tolist() == [11.0, 11.0, 11.5]
    assert averaged.high.tolist() == [13.0, 14.0, 12.0]
    assert averaged.low.tolist() == [9.0, 11.0, 8.0]
