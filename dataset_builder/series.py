"""The price itself: candles, hollow candles, OHLC bars, a line or an area."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dataset_builder.candles import Candles
from dataset_builder.canvas import Canvas, Colour


@dataclass(frozen=True)
class _Side:
    """The rising or the falling candles of a chart, in pixels; arrays of shape (candles,)."""

    rising: bool
    colour: Colour
    candles: Candles
    centre: np.ndarray
    left: np.ndarray
    right: np.ndarray
    top: np.ndarray  # of the body
    bottom: np.ndarray


def _sides(plot, look, candles: Candles) -> Iterator[_Side]:
    """Falling candles, then rising ones; a candle that closes where it opened counts as rising."""
    up = candles.close >= candles.open
    for rising, colour in ((False, look.down), (True, look.up)):
        bars = np.flatnonzero(up == rising)
        some = candles[bars]
        centre = plot.x(bars)
        half = max(plot.spacing * look.body_width, 1.0) / 2
        left, right = centre - half, centre + half
        top, bottom = plot.y(np.maximum(some.open, some.close)), plot.y(np.minimum(some.open, some.close))
        if look.snapped:
            left = np.round(left)
            right = left + max(round(2 * half), 1)
            centre = (left + right) / 2
            top, bottom = np.round(top), np.round(bottom)
        yield _Side(rising, colour, some, centre, left, right, top, np.maximum(bottom, top + 1))


def _wicks(canvas: Canvas, plot, look, side: _Side, colour: Colour) -> None:
    left, width = side.centre - look.wick_width / 2, look.wick_width
    if look.snapped:
        left, width = np.floor(side.centre - 0.25), max(round(width), 1)
    canvas.rectangles(left, plot.y(side.candles.high), left + width, plot.y(side.candles.low), colour)


def _candles(canvas: Canvas, plot, look, candles: Candles) -> None:
    for side in _sides(plot, look, candles):
        _wicks(canvas, plot, look, side, look.style.wick or side.colour)
        left, top, right, bottom = side.left, side.top, side.right, side.bottom
        if look.style.border and plot.spacing * look.body_width > 3:
            canvas.rectangles(left, top, right, bottom, look.style.border)
            left, top, right, bottom = left + 1, top + 1, right - 1, np.maximum(bottom - 1, top + 1)
        canvas.rectangles(left, top, right, bottom, side.colour)


def _hollow(canvas: Canvas, plot, look, candles: Candles) -> None:
    edge = min(max(look.wick_width, 0.8), 1.2)
    for side in _sides(plot, look, candles):
        _wicks(canvas, plot, look, side, side.colour)
        canvas.rectangles(side.left, side.top, side.right, side.bottom, side.colour)
        if side.rising and plot.spacing * look.body_width > 2.5 * edge:
            inside = np.maximum(side.bottom - edge, side.top + edge)
            canvas.rectangles(side.left + edge, side.top + edge, side.right - edge, inside, look.background)


def _bars(canvas: Canvas, plot, look, candles: Candles) -> None:
    half = look.wick_width / 2
    for side in _sides(plot, look, candles):
        _wicks(canvas, plot, look, side, side.colour)
        opening, close = plot.y(side.candles.open), plot.y(side.candles.close)
        canvas.rectangles(side.left, opening - half, side.centre, opening + half, side.colour)
        canvas.rectangles(side.centre, close - half, side.right, close + half, side.colour)


def _line(canvas: Canvas, plot, look, candles: Candles) -> None:
    canvas.curve(plot.x(np.arange(len(candles))), plot.y(candles.close), look.up, look.wick_width)


def _area(canvas: Canvas, plot, look, candles: Candles) -> None:
    canvas.area(plot.x(np.arange(len(candles))), plot.y(candles.close), look.up, 0.18)
    _line(canvas, plot, look, candles)


DRAW = {
    "candles": _candles,
    "hollow": _hollow,
    "bars": _bars,
    "line": _line,
    "area": _area,
    "heikin_ashi": _candles,
}


def heikin_ashi(candles: Candles) -> Candles:
    """Averaged candles: close is the bar's mean price, open the middle of the previous averaged body."""
    close = (candles.open + candles.high + candles.low + candles.close) / 4
    opening = np.empty_like(close)
    opening[0] = (candles.open[0] + candles.close[0]) / 2
    for bar in range(1, len(close)):
        opening[bar] = (opening[bar - 1] + close[bar - 1]) / 2
    high = np.maximum(candles.high, np.maximum(opening, close))
    low = np.minimum(candles.low, np.minimum(opening, close))
    return Candles(opening, high, low, close, candles.volume)
