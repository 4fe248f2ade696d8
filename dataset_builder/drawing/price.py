"""The price itself: candles, hollow candles, OHLC bars, a line or an area."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cryptoai_common.arrays import Floats
from cryptoai_common.candles import Candles
from dataset_builder.drawing.canvas import Canvas
from dataset_builder.drawing.layer import Layer
from dataset_builder.drawing.look import Look
from dataset_builder.drawing.plot import Plot

# Widths in screen pixels, or in units of the smallest mark that the picture shows (``Plot.pixel``).
THINNEST_BAR, THINNEST_WICK = 1.0, 0.6  # marks: an OHLC bar has no body that would show it, a candle has
SNAPPED_SPACING = 2  # pixels from candle to candle that edges on whole pixels need, or candles would join
BORDER_BODY = 3  # marks: a body must be wider for a border on either side to leave some of its own colour
HOLLOW_EDGE = (0.8, 1.2)  # pixels: thinnest and thickest outline of a hollow candle
HOLLOW_BODY = 2.5  # outlines: a body must be wider than that to show its inside
LINE_WIDTH = 0.9  # marks: thinnest line of a line chart
AREA_OPACITY = 0.18  # of the area under a line; platforms fill it with a faint tint


@dataclass(frozen=True)
class _Shapes:
    """Where the candles are drawn, in screen pixels: arrays of shape (candles,), x rising."""

    up: NDArray[np.bool]  # a candle that closes where it opened counts as rising
    left: Floats
    right: Floats
    top: Floats  # of the body
    bottom: Floats
    wick_left: Floats
    wick_right: Floats
    high: Floats
    low: Floats

    def bodies(self, inset: float = 0.0) -> Floats:
        """Rows (left, top, right, bottom), shape (candles, 4); ``inset`` makes them smaller on every side."""
        if not inset:
            return _boxes(self.left, self.top, self.right, self.bottom)
        middle, centre = (self.top + self.bottom) / 2, (self.left + self.right) / 2
        top, bottom = np.minimum(self.top + inset, middle), np.maximum(self.bottom - inset, middle)
        return _boxes(np.minimum(self.left + inset, centre), top, np.maximum(self.right - inset, centre), bottom)

    def wicks(self) -> Floats:
        """Rows from the high to the low, as wide as the wicks."""
        top, bottom = np.minimum(self.high, self.top), np.maximum(self.low, self.bottom)
        return _boxes(self.wick_left, top, self.wick_right, bottom)

    def joints(self) -> Floats:
        """Rows of the parts of the wicks that bodies cover."""
        return _boxes(self.wick_left, self.top, self.wick_right, self.bottom)


def _boxes(left: ArrayLike, top: ArrayLike, right: ArrayLike, bottom: ArrayLike) -> Floats:
    """Four edges of shape (n,) as rows of shape (n, 4)."""
    return np.array((left, top, right, bottom)).T


def _shapes(plot: Plot, look: Look, candles: Candles) -> _Shapes:
    opening, high, low, close = plot.y((candles.open, candles.high, candles.low, candles.close))
    top, bottom = np.minimum(opening, close), np.maximum(opening, close)
    centre = plot.centres
    width = min(max(plot.spacing * look.body_width, plot.pixel[0]), plot.spacing)
    thinnest = THINNEST_BAR if look.style.kind == "bars" else THINNEST_WICK
    wick = min(max(look.wick_width, thinnest * plot.pixel[0]), width)
    left, wick_left = centre - width / 2, centre - wick / 2
    if look.snapped and plot.spacing >= SNAPPED_SPACING:
        width, wick = max(round(width), 1), max(round(wick), 1)
        left, top, bottom = np.rint(centre - width / 2), np.rint(top), np.rint(bottom)
        wick_left = left + (width - wick) // 2
    right = left + width
    right[:-1] = np.minimum(right[:-1], left[1:])
    return _Shapes(
        up=candles.close >= candles.open,
        left=left,
        right=right,
        top=top,
        bottom=np.maximum(bottom, top + plot.pixel[1]),
        wick_left=wick_left,
        wick_right=np.minimum(wick_left + wick, right),
        high=high,
        low=low,
    )


def _candles(canvas: Canvas, plot: Plot, look: Look, candles: Candles) -> None:
    """Filled bodies, with a border if the style has one and there is room for it."""
    shapes = _shapes(plot, look, candles)
    border = look.style.border if plot.spacing * look.body_width > BORDER_BODY * plot.pixel[0] else None
    wick = look.style.wick or border
    bodies, wicks, layers = shapes.bodies(), shapes.wicks(), []
    if wick:
        layers.append(Layer(wick, wicks, holes=shapes.joints()))
    if border:
        outer, bodies = bodies, shapes.bodies(max(plot.pixel))
        layers.append(Layer(border, outer, holes=bodies))
    for side, colour in ((shapes.up, look.up), (~shapes.up, look.down)):
        layers.append(Layer(colour, bodies[side], None if wick else wicks[side]))
    canvas.paint(*layers)


def _hollow(canvas: Canvas, plot: Plot, look: Look, candles: Candles) -> None:
    """Rising candles are outlines, empty or filled; falling ones are filled with their own colour."""
    shapes = _shapes(plot, look, candles)
    edge = min(max(look.wick_width, HOLLOW_EDGE[0]), HOLLOW_EDGE[1])
    if plot.spacing * look.body_width <= HOLLOW_BODY * edge:
        return _candles(canvas, plot, look, candles)
    up, bodies, wicks = shapes.up, shapes.bodies(), shapes.wicks()
    inside = shapes.bodies(edge)[up]
    layers = [Layer(look.up, bodies[up], wicks[up], inside), Layer(look.down, bodies[~up], wicks[~up])]
    if look.style.filling:
        layers.append(Layer(look.style.filling, inside))
    canvas.paint(*layers)


def _bars(canvas: Canvas, plot: Plot, look: Look, candles: Candles) -> None:
    """OHLC bars: a line from low to high, a tick to the left at the open and one to the right at the close."""
    shapes = _shapes(plot, look, candles)
    half = max(look.wick_width, plot.pixel[1]) / 2
    opening, close = plot.y(candles.open), plot.y(candles.close)
    parts = (
        _boxes(shapes.left, opening - half, shapes.wick_left, opening + half),
        _boxes(shapes.wick_left, shapes.high, shapes.wick_right, shapes.low),
        _boxes(shapes.wick_right, close - half, shapes.right, close + half),
    )
    bars = np.stack(parts, axis=1)
    sides = ((shapes.up, look.up), (~shapes.up, look.down))
    canvas.paint(*(Layer(colour, bars[side].reshape(-1, 4)) for side, colour in sides))


def _line(canvas: Canvas, plot: Plot, look: Look, candles: Candles) -> None:
    """A line through the closes."""
    canvas.curve(plot.centres, plot.y(candles.close), look.up, max(look.wick_width, LINE_WIDTH * plot.pixel[1]))


def _area(canvas: Canvas, plot: Plot, look: Look, candles: Candles) -> None:
    """A line through the closes, and a tint below it."""
    canvas.area(plot.centres, plot.y(candles.close), look.up, AREA_OPACITY)
    _line(canvas, plot, look, candles)


# For each kind of style, the function that draws the price.
DRAW: dict[str, Callable[[Canvas, Plot, Look, Candles], None]] = {
    "candles": _candles,
    "hollow": _hollow,
    "bars": _bars,
    "line": _line,
    "area": _area,
    "heikin_ashi": _candles,
}


def heikin_ashi(candles: Candles) -> Candles:
    """Heikin-Ashi candles: the close is the mean of a bar's four prices, the open the middle of the last body.

    Source: Valcu, "Using the Heikin-Ashi technique", Stocks & Commodities 22(2), 2004. The first open is the middle of
    the bar's own body. High and low include the averaged open and close; volume is kept.
    """
    close = (candles.open + candles.high + candles.low + candles.close) / 4
    opening = np.empty_like(close)
    opening[0] = (candles.open[0] + candles.close[0]) / 2
    for bar in range(1, len(close)):
        opening[bar] = (opening[bar - 1] + close[bar - 1]) / 2
    high = np.maximum(candles.high, np.maximum(opening, close))
    low = np.minimum(candles.low, np.minimum(opening, close))
    return Candles(opening, high, low, close, candles.volume)
