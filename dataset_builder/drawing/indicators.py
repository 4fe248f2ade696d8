"""What is drawn from the prices beside the candles: volume, averages, bands, last price, and lines on the pattern."""

from __future__ import annotations

import numpy as np

from cryptoai_common.candles import Candles
from dataset_builder.drawing.canvas import Canvas, Layer
from dataset_builder.drawing.look import LINE_COLOURS, Look
from dataset_builder.drawing.overlays import letter_size, price_label, write
from dataset_builder.drawing.plot import Plot
from dataset_builder.drawing.text import text_mask
from dataset_builder.market.zigzag import zigzag


def draw_volume(canvas: Canvas, plot: Plot, look: Look, candles: Candles) -> None:
    """Volume bars at the foot of the chart: in a pane of their own, or behind the price."""
    base = plot.floor if look.axes else canvas.height
    tallest = look.volume_share * (plot.floor - plot.top) * (1.0 if look.volume == "pane" else 1.6)
    centre, half = plot.centres, plot.spacing * look.body_width / 2
    top = base - tallest * candles.volume / candles.volume.max()
    boxes = np.column_stack((centre - half, top, centre + half, np.full(len(top), base)))
    up = candles.close >= candles.open
    canvas.paint(Layer(look.up, boxes[up]), Layer(look.down, boxes[~up]), opacity=0.5)


def draw_indicators(canvas: Canvas, plot: Plot, look: Look, candles: Candles) -> None:
    """Moving averages, Bollinger bands and the last price, in front of the candles as platforms draw them."""
    colours = [LINE_COLOURS[i] for i in look.line_colours]
    for period, colour in zip(look.averages, colours, strict=False):
        canvas.curve(plot.centres, plot.y(exponential_average(candles.close, period)), colour, 1.1)
    if look.bollinger:
        middle, width = rolling_mean_and_deviation(candles.close, 20)
        for level in (middle - 2 * width, middle, middle + 2 * width):
            canvas.curve(plot.centres, plot.y(level), colours[-1], 0.9, opacity=0.8)
    if look.last_price:
        _draw_last_price(canvas, plot, look, candles)


def draw_marks(canvas: Canvas, plot: Plot, look: Look, marks: np.ndarray, rng: np.random.Generator) -> None:
    """Lines that people draw on a pattern. Each kind is drawn from the pivots in the same way for every pattern."""
    marks = _main_turns(marks) if rng.random() < 0.6 else marks
    x, y = plot.x(marks[:, 0]), plot.y(marks[:, 1])
    x = x + np.arange(len(x)) * 1e-3  # two pivots may share a bar
    pen = {"colour": look.mark_colour, "thickness": rng.uniform(0.8, 2.5), "dash": (0.0, 0.0, 2.5)[rng.integers(3)]}
    if "zigzag" in look.marks:
        canvas.curve(x, y, **pen)
    if "levels" in look.marks:
        levels = np.array([y.min(), y.max()]) if rng.random() < 0.5 else y
        for level in levels[rng.permutation(len(levels))[: rng.integers(1, 3)]]:
            canvas.curve([x[0] - 5, x[-1] + rng.uniform(5, 60)], [level, level], **pen)
    if "trend_lines" in look.marks:
        for side in (slice(0, None, 2), slice(1, None, 2)):
            _draw_trend_line(canvas, x[side], y[side], pen)
    if "arcs" in look.marks:
        _draw_arcs(canvas, x, y, pen, rng)
    if rng.random() < 0.6:
        write(canvas, rng.uniform(x[0], x[-1]), y.min() - rng.uniform(0.02, 0.12) * canvas.height, look, rng)


def _main_turns(marks: np.ndarray) -> np.ndarray:
    """The pivots between which the price moves by 30 % of all that they span: one arc spans a cup of nine pivots."""
    bars, prices = marks.T.tolist()
    turns = zigzag(prices, prices, 0.3 * (max(prices) - min(prices)))
    return np.array([(bars[turn.bar], turn.price) for turn in turns]) if len(turns) >= 3 else marks


def _draw_last_price(canvas: Canvas, plot: Plot, look: Look, candles: Candles) -> None:
    y = np.floor(plot.y(candles.close[-1:]))
    colour = look.up if candles.close[-1] >= candles.open[-1] else look.down
    canvas.rows(y, y + 1, colour, dash=2.0)
    if look.axes:
        y, size = float(y[0]), letter_size(canvas)
        canvas.rectangle(plot.right + 1, y - 0.8 * size, canvas.width, y + 0.8 * size, colour)
        canvas.stamp(text_mask(price_label(y, canvas, look), size), plot.right + 3, y - 0.65 * size, look.background)


def _draw_trend_line(canvas: Canvas, x: np.ndarray, y: np.ndarray, pen: dict) -> None:
    """A line through the first and the last of the points, drawn on a little."""
    if len(x) < 2:
        return
    ends = np.array([x[0], x[-1] + 0.15 * (x[-1] - x[0])])
    canvas.curve(ends, y[0] + (ends - x[0]) * (y[-1] - y[0]) / (x[-1] - x[0]), **pen)


def _draw_arcs(canvas: Canvas, x: np.ndarray, y: np.ndarray, pen: dict, rng: np.random.Generator) -> None:
    """Parabolas from pivot to next but one, their vertex at or beyond the pivot between: under lows, over highs."""
    beyond = rng.uniform(1.0, 1.3)
    for first in range(int(rng.integers(2)), len(x) - 2, 2):
        t = np.linspace(-1, 1, 17)
        rim = (y[first] + y[first + 2]) / 2
        bow = rim + beyond * (y[first + 1] - rim) * (1 - t**2) + (y[first + 2] - y[first]) / 2 * t * np.abs(t)
        canvas.curve(x[first] + (x[first + 2] - x[first]) * (t + 1) / 2, bow, **pen)


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
