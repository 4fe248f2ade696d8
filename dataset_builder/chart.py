"""Candles and a look to a picture. Nothing here knows the pattern's name."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from dataset_builder import overlays, series
from dataset_builder.candles import Candles
from dataset_builder.canvas import Canvas
from dataset_builder.look import Look


@dataclass(frozen=True)
class Plot:
    """Where prices lie on the drawing: bar i is centred at x(i), price p at y(p), in pixels of the drawing."""

    left: float
    spacing: float
    bottom: float
    scale: float  # pixels a unit of price
    low: float  # price at ``bottom``
    right: float
    top: float

    def x(self, bar):
        return self.left + (np.asarray(bar, float) + 0.5) * self.spacing

    def y(self, price):
        return self.bottom - (np.asarray(price, float) - self.low) * self.scale


@dataclass(frozen=True)
class Chart:
    """A finished picture, and the pixel of everything drawn: x, high and low have shape (bars,), y downwards."""

    image: Image.Image
    plot: Plot
    stretch: tuple[float, float]  # picture pixels a drawing pixel, across and down
    x: np.ndarray
    high: np.ndarray
    low: np.ndarray

    def to_pixels(self, points: np.ndarray) -> np.ndarray:
        """Points (bar, price), shape (n, 2), to pixels (x, y) of the picture."""
        return np.column_stack((self.plot.x(points[:, 0]), self.plot.y(points[:, 1]))) * self.stretch


def render(candles: Candles, look: Look, frame: tuple[float, float], marks: np.ndarray, size: int = 224) -> Chart:
    """Draw a chart of ``size`` x ``size`` pixels.

    ``frame`` is the price range to show (lowest, highest); ``marks`` are points (bar, price) that the look may
    connect or draw levels through, as people do on their charts.
    """
    shown = series.heikin_ashi(candles) if look.style.kind == "heikin_ashi" else candles
    canvas = Canvas(look.width, look.height, look.background)
    plot = _layout(look, len(candles), frame)
    rng = np.random.default_rng(look.seed)
    overlays.draw_background(canvas, plot, look, rng)
    if look.volume != "none":
        overlays.draw_volume(canvas, plot, look, candles)
    overlays.draw_indicators(canvas, plot, look, candles)
    series.DRAW[look.style.kind](canvas, plot, look, shown)
    overlays.draw_annotations(canvas, plot, look, candles, marks, rng)
    image = _finish(canvas.image(), look, size)
    stretch = (size / look.width, size / look.height)
    high, low = (shown.close, shown.close) if look.style.kind in ("line", "area") else (shown.high, shown.low)
    return Chart(
        image=image,
        plot=plot,
        stretch=stretch,
        x=plot.x(np.arange(len(candles))) * stretch[0],
        high=plot.y(high) * stretch[1],
        low=plot.y(low) * stretch[1],
    )


def _layout(look: Look, bars: int, frame: tuple[float, float]) -> Plot:
    left, top, right, bottom = look.margins
    x0, x1 = look.width * left, look.width * (1 - right)
    spacing = (x1 - x0) / (bars - look.shift)
    y0, y1 = look.height * top, look.height * (1 - bottom)
    if look.volume == "pane":
        y1 -= look.volume_share * (y1 - y0)
    low, high = frame
    return Plot(
        left=x0 - look.shift * spacing,
        spacing=spacing,
        bottom=y1,
        scale=(y1 - y0) / max(high - low, 1e-12),
        low=low,
        right=x1,
        top=y0,
    )


def _finish(image: Image.Image, look: Look, size: int) -> Image.Image:
    """Resize to the square that the model sees, and compress as the web does."""
    if look.jpeg and look.seed % 2:
        image = _compress(image, look.jpeg)
    if image.size != (size, size):
        image = image.resize((size, size), Image.Resampling.BILINEAR)
    if look.jpeg and not look.seed % 2:
        image = _compress(image, look.jpeg)
    return image


def _compress(image: Image.Image, quality: int) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")
