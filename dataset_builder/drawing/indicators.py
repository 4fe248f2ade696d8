"""What is drawn from the market beside the candles: volume, averages, bands, last price, and lines on the pattern."""

from __future__ import annotations

from typing import Any

import numpy as np

from cryptoai_common.arrays import Floats
from cryptoai_common.candles import Candles
from dataset_builder.drawing.canvas import Canvas
from dataset_builder.drawing.layer import Layer
from dataset_builder.drawing.look import LINE_COLOURS, Look
from dataset_builder.drawing.overlays import LABEL_GAP, letter_size, price_label, write
from dataset_builder.drawing.plot import Plot
from dataset_builder.drawing.text import text_mask
from dataset_builder.market.zigzag import zigzag

# What is drawn. Sizes are in screen pixels. The numbers were chosen, not measured, unless a source is given.
OVERLAY_HEIGHT = 1.6  # of volume behind the price, in heights of a pane: it takes no room from the price
VOLUME_OPACITY = 0.5  # without a page, which has its own
AVERAGE_WIDTH, BAND_WIDTH, BAND_OPACITY = 1.1, 0.9, 0.8
BAND_PERIOD, BAND_DEVIATIONS = 20, 2  # the usual ones: Bollinger, Bollinger on Bollinger Bands, 2001
LAST_PRICE_DASH = 2.0
TAG_HALF, TAG_TEXT = 0.8, 0.65  # of the letter size: half the height of a price tag, and of its text
MAIN_TURNS = 0.6  # share of marks through the main turns only, the others go through every pivot
MAIN_MOVE = 0.3  # of all that the pivots span: the smallest move between two main turns
PEN_WIDTH, PEN_DASH = (0.8, 2.5), (0.0, 0.0, 2.5)  # two thirds of the lines are solid
SAME_BAR = 1e-3  # added to x from pivot to pivot: two may share a bar, and a curve needs rising x
OUTER_LEVELS = 0.5  # share of charts whose levels are the highest and the lowest pivot, not any
LEVELS = (1, 3)  # one level or two
LEVEL_BEFORE, LEVEL_AFTER = 5, (5, 60)  # how far a level reaches beyond the pivots, to the left and to the right
TREND_LINE_AFTER = 0.15  # how far a trend line reaches beyond its last pivot, as a share of its length
MARK_WORD, WORD_ABOVE = 0.6, (0.02, 0.12)  # share of marks with a word; how far above, in heights of the screenshot
ARC_BEYOND, ARC_POINTS = (1.0, 1.3), 17  # height of an arc in heights of its pivot; points that it is drawn through


def draw_volume(canvas: Canvas, plot: Plot, look: Look, candles: Candles) -> None:
    """Draw volume bars at the lower edge of the chart: in a pane of their own, or behind the price."""
    base = plot.floor if look.axes else canvas.height
    tallest = look.volume_share * (plot.floor - plot.top) * (1.0 if look.volume == "pane" else OVERLAY_HEIGHT)
    centre, half = plot.centres, plot.spacing * look.body_width / 2
    top = base - tallest * candles.volume / candles.volume.max()
    boxes = np.column_stack((centre - half, top, centre + half, np.full(len(top), base)))
    up = candles.close >= candles.open
    opacity = look.page.volume_opacity if look.page else VOLUME_OPACITY
    canvas.paint(Layer(look.up, boxes[up]), Layer(look.down, boxes[~up]), opacity=opacity)


def draw_indicators(canvas: Canvas, plot: Plot, look: Look, candles: Candles) -> None:
    """Draw moving averages, Bollinger bands and the last price, in front of the candles as platforms do."""
    colours = [LINE_COLOURS[i] for i in look.line_colours]
    for period, colour in zip(look.averages, colours, strict=False):
        canvas.curve(plot.centres, plot.y(exponential_average(candles.close, period)), colour, AVERAGE_WIDTH)
    if look.bollinger:
        middle, deviation = rolling_mean_and_deviation(candles.close, BAND_PERIOD)
        width = BAND_DEVIATIONS * deviation
        for level in (middle - width, middle, middle + width):
            canvas.curve(plot.centres, plot.y(level), colours[-1], BAND_WIDTH, BAND_OPACITY)
    if look.last_price:
        _draw_last_price(canvas, plot, look, candles)


def draw_marks(canvas: Canvas, plot: Plot, look: Look, marks: Floats, rng: np.random.Generator) -> None:
    """Draw the lines that people draw on a pattern, from its pivots in the same way for every pattern.

    ``marks`` are the pivots (bar, price), shape (pivots, 2), at least two.
    """
    marks = _main_turns(marks) if rng.random() < MAIN_TURNS else marks
    x, y = plot.x(marks[:, 0]), plot.y(marks[:, 1])
    x = x + np.arange(len(x)) * SAME_BAR
    thickness, dash = rng.uniform(*PEN_WIDTH), PEN_DASH[rng.integers(len(PEN_DASH))]
    pen: dict[str, Any] = {"colour": look.mark_colour, "thickness": thickness, "dash": dash}
    if "zigzag" in look.marks:
        canvas.curve(x, y, **pen)
    if "levels" in look.marks:
        levels = np.array([y.min(), y.max()]) if rng.random() < OUTER_LEVELS else y
        for level in levels[rng.permutation(len(levels))[: rng.integers(*LEVELS)]]:
            canvas.curve([x[0] - LEVEL_BEFORE, x[-1] + rng.uniform(*LEVEL_AFTER)], [level, level], **pen)
    if "trend_lines" in look.marks:
        for side in (slice(0, None, 2), slice(1, None, 2)):
            _draw_trend_line(canvas, x[side], y[side], pen)
    if "arcs" in look.marks:
        _draw_arcs(canvas, x, y, pen, rng)
    if rng.random() < MARK_WORD:
        write(canvas, rng.uniform(x[0], x[-1]), y.min() - rng.uniform(*WORD_ABOVE) * canvas.height, look, rng)


def _main_turns(marks: Floats) -> Floats:
    """The pivots between which the price moves by MAIN_MOVE or more, so that one arc spans a cup of nine pivots.

    All pivots if there are fewer than three of them.
    """
    bars, prices = marks.T.tolist()
    turns = zigzag(prices, prices, MAIN_MOVE * (max(prices) - min(prices)))
    return np.array([(bars[turn.bar], turn.price) for turn in turns]) if len(turns) >= 3 else marks


def _draw_last_price(canvas: Canvas, plot: Plot, look: Look, candles: Candles) -> None:
    """Draw a dashed line at the last close, and a tag with its price beside the axis if there is one."""
    line = np.floor(plot.y(candles.close[-1:]))
    colour = look.up if candles.close[-1] >= candles.open[-1] else look.down
    canvas.rows(line, line + 1, colour, dash=LAST_PRICE_DASH)
    if look.axes:
        y, size = float(line[0]), letter_size(canvas)
        canvas.rectangle(plot.right + 1, y - TAG_HALF * size, canvas.width, y + TAG_HALF * size, colour)
        text = text_mask(price_label(y, canvas, look), size)
        canvas.stamp(text, plot.right + LABEL_GAP, y - TAG_TEXT * size, look.background)


def _draw_trend_line(canvas: Canvas, x: Floats, y: Floats, pen: dict[str, Any]) -> None:
    """Draw a line through the first and the last of the points, and a little beyond; nothing for a single point."""
    if len(x) < 2:
        return
    ends = np.array([x[0], x[-1] + TREND_LINE_AFTER * (x[-1] - x[0])])
    canvas.curve(ends, y[0] + (ends - x[0]) * (y[-1] - y[0]) / (x[-1] - x[0]), **pen)


def _draw_arcs(canvas: Canvas, x: Floats, y: Floats, pen: dict[str, Any], rng: np.random.Generator) -> None:
    """Draw parabolas from a pivot to the next but one.

    The vertex lies at the pivot between them or beyond it: below a low, above a high.
    """
    beyond = rng.uniform(*ARC_BEYOND)
    for first in range(int(rng.integers(2)), len(x) - 2, 2):
        t = np.linspace(-1, 1, ARC_POINTS)
        rim = (y[first] + y[first + 2]) / 2
        bow = rim + beyond * (y[first + 1] - rim) * (1 - t**2) + (y[first + 2] - y[first]) / 2 * t * np.abs(t)
        canvas.curve(x[first] + (x[first + 2] - x[first]) * (t + 1) / 2, bow, **pen)


def exponential_average(close: Floats, period: int) -> Floats:
    """Exponential moving average with alpha = 2 / (period + 1), started at the first close; shape (bars,)."""
    weights = (1 - 2 / (period + 1)) ** np.arange(len(close))
    history = np.concatenate((np.full(len(close) - 1, close[0]), close))
    average: Floats = np.convolve(history - close[0], weights, mode="valid") * 2 / (period + 1) + close[0]
    return average


def rolling_mean_and_deviation(close: Floats, period: int) -> tuple[Floats, Floats]:
    """Mean and standard deviation of the last ``period`` closes at each bar, both of shape (bars,).

    Before the first bar, its close counts as often as is needed.
    """
    history = np.concatenate((np.full(period - 1, close[0]), close))
    windows = np.lib.stride_tricks.sliding_window_view(history, period)
    return windows.mean(axis=1), windows.std(axis=1)
