"""What surrounds the price on a chart: grid, sessions, volume, indicators, labels and the lines people draw."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from dataset_builder.candles import Candles
from dataset_builder.canvas import Canvas

SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "BTC/USD", "ETHBTC", "XRPUSDT", "ADAUSDT", "BNBUSDT", "DOGEUSDT", "LTCUSD")
INTERVALS = ("1m", "5m", "15m", "1h", "4h", "1D", "1W")
WORDS = ("Resistance", "Support", "Volume", "TP", "SL", "BO Zone", "Buy", "Sell", "1.618", "0.618", "Target", "?")


def draw_background(canvas: Canvas, plot, look, rng: np.random.Generator) -> None:
    """Session shading, grid and watermark."""
    if look.sessions:
        width = plot.spacing * look.sessions
        starts = np.arange(plot.left - rng.uniform(0, 2) * width, canvas.width, 2 * width)
        canvas.rectangles(starts, 0 * starts, starts + width, 0 * starts + canvas.height, look.style.sessions)
    rows, columns = look.grid
    if rows:
        y = np.floor((np.arange(rows) + rng.uniform()) / rows * canvas.height)
        canvas.rectangles(0 * y, y, 0 * y + canvas.width, y + 1, look.style.grid, look.grid_opacity)
    if columns:
        x = np.floor((np.arange(columns) + rng.uniform()) / columns * canvas.width)
        canvas.rectangles(x, 0 * x, x + 1, 0 * x + canvas.height, look.style.grid, look.grid_opacity)
    if look.watermark:
        text = f"{SYMBOLS[rng.integers(len(SYMBOLS))]} {INTERVALS[rng.integers(len(INTERVALS))]}"
        mask = _text(text, int(min(canvas.width, canvas.height) * rng.uniform(0.05, 0.16)))
        corner = rng.random() < 0.5
        left, top = (4, 3) if corner else ((canvas.width - mask.width) // 2, (canvas.height - mask.height) // 2)
        canvas.stamp(mask, left, top, look.style.text, 0.8 if corner else 0.15)


def draw_volume(canvas: Canvas, plot, look, candles: Candles) -> None:
    """Volume bars at the foot of the chart: in a pane of their own, or behind the price."""
    height = look.volume_share * canvas.height * candles.volume / candles.volume.max()
    base = canvas.height if look.margins[3] < 0.1 else plot.bottom + look.volume_share * (plot.bottom - plot.top)
    centre, half = plot.x(np.arange(len(candles))), plot.spacing * look.body_width / 2
    up = candles.close >= candles.open
    for some, colour in ((up, look.up), (~up, look.down)):
        x, top = centre[some], base - height[some]
        canvas.rectangles(x - half, top, x + half, 0 * x + base, colour, 0.5)


def draw_indicators(canvas: Canvas, plot, look, candles: Candles) -> None:
    """Moving averages and Bollinger bands, behind the price."""
    x = plot.x(np.arange(len(candles)))
    for period, colour in zip(look.averages, look.average_colours, strict=False):
        canvas.curve(x, plot.y(exponential_average(candles.close, period)), colour, 1.1)
    if look.bollinger:
        middle, width = rolling_mean_and_deviation(candles.close, 20)
        for level in (middle - 2 * width, middle, middle + 2 * width):
            canvas.curve(x, plot.y(level), look.average_colours[-1], 0.9, opacity=0.8)


def draw_annotations(canvas: Canvas, plot, look, candles: Candles, marks: np.ndarray, rng) -> None:
    """Everything in front of the price: last price, labels, cross-hair, and lines drawn by hand."""
    if look.last_price:
        y = float(plot.y(candles.close[-1]))
        canvas.curve([0, canvas.width], [y, y], look.up, 1.0, dash=2.0)
    if look.crosshair:
        x, y = look.crosshair[0] * canvas.width, look.crosshair[1] * canvas.height
        canvas.curve([0, canvas.width], [y, y], look.style.text, 1.0, dash=3.0)
        canvas.rectangle(round(x), 0, round(x) + 1, canvas.height, look.style.text, 0.6)
    for _ in range(look.stray_lines):
        ends = np.sort(rng.uniform(0, canvas.width, 2))
        level = rng.uniform(0, canvas.height)
        rise = 0.0 if rng.random() < 0.5 else rng.normal(0, 0.25) * canvas.height
        canvas.curve(ends + [0, 8], [level, level + rise], look.mark_colour, rng.uniform(0.8, 2.2))
        if rng.random() < 0.3:
            _write(canvas, WORDS[rng.integers(len(WORDS))], ends[0], level, look.mark_colour, rng)
    if look.marks != "none" and len(marks) >= 2:
        _draw_marks(canvas, plot, look, marks, rng)
    if look.axes:
        _draw_axes(canvas, plot, look, rng)


def _draw_marks(canvas: Canvas, plot, look, marks: np.ndarray, rng) -> None:
    """Lines that people draw on the pattern: through its pivots, or level with some of them."""
    x, y = plot.x(marks[:, 0]), plot.y(marks[:, 1])
    thickness = rng.uniform(0.8, 2.5)
    if look.marks in ("zigzag", "both"):
        canvas.curve(x + np.arange(len(x)) * 1e-3, y, look.mark_colour, thickness, dash=rng.choice([0.0, 3.0]))
    if look.marks in ("levels", "both"):
        for level in y[rng.permutation(len(y))[: rng.integers(1, 3)]]:
            canvas.curve([x[0] - 5, x[-1] + 5], [level, level], look.mark_colour, thickness)
    if rng.random() < 0.4:
        _write(canvas, WORDS[rng.integers(len(WORDS))], x[0], y.min() - 12, look.mark_colour, rng)


def _draw_axes(canvas: Canvas, plot, look, rng) -> None:
    """Price labels to the right of the plot and time labels below it."""
    size = max(7, int(canvas.height * 0.045))
    start = 10.0 ** rng.uniform(-1, 4)
    for i, y in enumerate(np.linspace(plot.top, plot.bottom, int(rng.integers(4, 8)))):
        mask = _text(f"{start * (1.2 - 0.03 * i):.5g}", size)
        canvas.stamp(mask, int(plot.right) + 2, int(y) - size // 2, look.style.text)
    for x in np.linspace(0.05, 0.75, int(rng.integers(3, 6))) * canvas.width:
        mask = _text(f"{rng.integers(1, 24):02d}:{15 * rng.integers(4):02d}", size)
        canvas.stamp(mask, int(x), canvas.height - size - 3, look.style.text)


def _write(canvas: Canvas, text: str, x: float, y: float, colour, rng) -> None:
    mask = _text(text, int(min(canvas.width, canvas.height) * rng.uniform(0.05, 0.1)))
    canvas.stamp(mask, int(x), int(y), colour)


@lru_cache(maxsize=512)
def _text(text: str, size: int) -> Image.Image:
    """An 8-bit mask of one line of text, ``size`` pixels high, in the font that comes with Pillow."""
    font = ImageFont.load_default(max(size, 6))
    left, top, right, bottom = font.getbbox(text)
    mask = Image.new("L", (int(right - left) + 2, int(bottom - top) + 2))
    ImageDraw.Draw(mask).text((1 - left, 1 - top), text, font=font, fill=255)
    return mask


def exponential_average(close: np.ndarray, period: int) -> np.ndarray:
    """EMA with alpha = 2 / (period + 1), started at the first close."""
    weights = (1 - 2 / (period + 1)) ** np.arange(len(close))
    history = np.concatenate((np.full(len(close) - 1, close[0]), close))
    return np.convolve(history - close[0], weights, mode="valid") * 2 / (period + 1) + close[0]


def rolling_mean_and_deviation(close: np.ndarray, period: int) -> tuple[np.ndarray, np.ndarray]:
    """Simple moving average and standard deviation; the first bars use what there is so far."""
    history = np.concatenate((np.full(period - 1, close[0]), close))
    windows = np.lib.stride_tricks.sliding_window_view(history, period)
    return windows.mean(axis=1), windows.std(axis=1)
