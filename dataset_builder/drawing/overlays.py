"""What surrounds the price on a chart and doesn't depend on it: grid, sessions, labels, stray lines and words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dataset_builder.drawing.canvas import Canvas
from dataset_builder.drawing.look import MARK_COLOURS, Look
from dataset_builder.drawing.mixing import Colour
from dataset_builder.drawing.plot import Plot
from dataset_builder.drawing.text import text_mask

SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "BTC/USD", "ETHBTC", "XRPUSDT", "ADAUSDT", "BNBUSDT", "DOGEUSDT", "LTCUSD")
INTERVALS = ("1m", "5m", "15m", "1h", "4h", "1D", "1W")
WORDS = (
    *("Resistance", "Support", "Volume", "TP", "SL", "BO Zone", "Buy", "Sell"),
    *("1.618", "0.618", "Target", "?", "Entry"),
)

# What is drawn. Sizes are in screen pixels, or in shares of the shorter side of the screenshot where they say so. The
# numbers were chosen, not measured; each range spans what platforms and their users draw.
WATERMARK_SIZE, WATERMARK_OPACITY = (0.06, 0.16), 0.16  # shares of the shorter side; faint, as it lies behind the price
LEGEND_LEFT, LEGEND_TOP = 4, 3  # of the legend's upper left corner
CROSSHAIR_OPACITY, CROSSHAIR_DASH = 0.9, 3.0
WORDS_LEFT, WORDS_TOP = 0.85, 0.92  # shares of width and height from which words begin: most fit in the picture
WORD_SIZE = (0.05, 0.12)  # shares of the shorter side
WORD_IN_MARK_COLOUR, WORD_BOLD = 0.5, 0.5  # shares of the words
LETTER_SIZE, SMALLEST_LETTER = 0.045, 7.0  # of a platform's labels: share of the shorter side, and pixels at least
LABELS = (4, 8)  # labels on an axis without a grid: from 4 to 7
AXIS_LINES, AXIS_LINE_OPACITY = 0.5, 0.5  # share of charts with lines between plot and labels
LABEL_GAP = 3  # from the plot to the labels
LABEL_MIDDLE, LABEL_LINE = 0.65, 1.3  # of the letter size: half the height of a label, and all of it
LABEL_SPACE = 1.3  # of a time label's width: from its left edge to the earliest left edge of the next
BAR_MINUTES = (15, 60, 240, 720)  # between two time labels
DAY, QUARTER_HOUR = 1440, 15  # minutes
STRAY_ENDS = (-0.1, 1.1)  # shares of the width between which a stray line lies
STRAY_LEVEL, STRAY_RISE = 0.5, 0.25  # share of horizontal ones; deviation of the others' rise, in heights of the screen
STRAY_WIDTH, STRAY_DASH = (0.8, 2.2), (0.0, 3.0)  # half of them are solid
STRAY_MORE = 8  # that every stray line is longer, so that none is a dot
ARROWS, ARROW_HEAD, ARROW_LENGTH = 0.3, (4, 9), 1.5  # share with an arrowhead; half its width; its length in these

# Made-up prices. Two prime numbers make two nearly independent shares of a look's seed.
PRICE_SHARE, FALL_SHARE = 997, 101
PRICE_DECADES, LOWEST_DECADE = 5, -1  # the price at the top lies between 0.1 and 10,000
FALL_LEAST, FALL_MORE = 0.05, 0.4  # of it, by which the price falls from the top of the picture to the bottom

Label = tuple[NDArray[np.uint8], float, float]  # mask, left and top of its corner


def draw_backdrop(canvas: Canvas, plot: Plot, look: Look, rng: np.random.Generator) -> tuple[list[int], list[int]]:
    """Draw what lies behind the price: session shading, grid, price and time labels, watermark.

    Returns the positions of the grid's rows and columns in screen pixels, where labels belong.
    """
    if look.sessions and look.style.sessions:
        width = plot.spacing * look.sessions
        starts = np.arange(plot.left - rng.uniform(0, 2) * width, canvas.width, 2 * width)
        canvas.columns(starts, starts + width, look.style.sessions)
    rows = _lines(look.grid[0], canvas.height, rng)
    columns = _lines(look.grid[1], canvas.width, rng)
    if look.grid[0] and look.style.grid:
        canvas.rows(rows, [y + 1 for y in rows], look.style.grid, look.grid_opacity, look.style.grid_dash)
    if look.grid[1] and look.style.grid:
        canvas.columns(columns, [x + 1 for x in columns], look.style.grid, look.grid_opacity, look.style.grid_dash)
    if look.axes:
        _draw_axes(canvas, plot, look, rows, columns, rng)
    if look.watermark:
        mask = text_mask(_symbol(rng), min(canvas.width, canvas.height) * rng.uniform(*WATERMARK_SIZE))
        left, top = (canvas.width - mask.shape[1]) / 2, (canvas.height - mask.shape[0]) / 2
        canvas.stamp(mask, left, top, look.style.text, WATERMARK_OPACITY)
    return rows, columns


def draw_annotations(canvas: Canvas, plot: Plot, look: Look, rng: np.random.Generator) -> None:
    """Draw what lies in front of the price but does not depend on it: legend, cross-hair, stray lines and words."""
    if look.legend:
        high, opening, close, low = np.sort(rng.uniform(0, canvas.height, 4))
        heights = {"O": opening, "H": high, "L": low, "C": close}
        prices = " ".join(f"{name} {price_label(y, canvas, look)}" for name, y in heights.items())
        canvas.stamp(
            text_mask(f"{_symbol(rng)}  {prices}", letter_size(canvas)), LEGEND_LEFT, LEGEND_TOP, look.style.text
        )
    if look.crosshair:
        x, y = np.floor(np.array(look.crosshair) * (canvas.width, canvas.height))[:, None]
        canvas.rows(y, y + 1, look.style.text, CROSSHAIR_OPACITY, CROSSHAIR_DASH)
        canvas.columns(x, x + 1, look.style.text, CROSSHAIR_OPACITY, CROSSHAIR_DASH)
    for _ in range(look.stray_lines):
        _draw_stray_line(canvas, look, rng)
    for _ in range(look.words):
        left, top = rng.uniform(0, WORDS_LEFT) * canvas.width, rng.uniform(0, WORDS_TOP) * canvas.height
        write(canvas, left, top, look, rng)


def write(canvas: Canvas, x: float, y: float, look: Look, rng: np.random.Generator) -> None:
    """Draw one of the words that people write on charts, with its upper left corner at (x, y), in screen pixels."""
    size = min(canvas.width, canvas.height) * rng.uniform(*WORD_SIZE)
    colour = look.mark_colour if rng.random() < WORD_IN_MARK_COLOUR else MARK_COLOURS[rng.integers(len(MARK_COLOURS))]
    canvas.stamp(text_mask(WORDS[rng.integers(len(WORDS))], size, bold=rng.random() < WORD_BOLD), x, y, colour)


def price_label(y: float, canvas: Canvas, look: Look) -> str:
    """The text of a price label at height ``y``, in screen pixels.

    The price is made up from the seed of the look, so that labels say nothing about the market or its pattern.
    """
    share = look.seed % PRICE_SHARE / PRICE_SHARE
    depth = FALL_LEAST + FALL_MORE * (look.seed % FALL_SHARE) / FALL_SHARE
    return f"{10 ** (PRICE_DECADES * share + LOWEST_DECADE) * (1 - depth * y / canvas.height):.5g}"


def letter_size(canvas: Canvas) -> float:
    """Size of the letters of a platform's labels, in screen pixels."""
    return canvas.letters or max(SMALLEST_LETTER, LETTER_SIZE * min(canvas.width, canvas.height))


def _lines(count: int, length: int, rng: np.random.Generator) -> list[int]:
    """Evenly spaced whole positions along a side of ``length`` pixels, from a random first one.

    There are ``count`` of them, or without grid lines (0) as many as LABELS says: there the labels are placed.
    """
    count = count or int(rng.integers(*LABELS))
    offset = rng.random()
    return [int((i + offset) / count * length) for i in range(count)]


def _draw_axes(
    canvas: Canvas, plot: Plot, look: Look, rows: list[int], columns: list[int], rng: np.random.Generator
) -> None:
    """Draw price labels beside the plot and time labels below it, at the lines of the grid."""
    size, edge = letter_size(canvas), plot.floor + LABEL_GAP
    minute = int(rng.integers(DAY // QUARTER_HOUR)) * QUARTER_HOUR
    every = BAR_MINUTES[rng.integers(len(BAR_MINUTES))]
    if rng.random() < AXIS_LINES:
        canvas.rectangle(plot.right, 0, plot.right + 1, canvas.height, look.style.text, AXIS_LINE_OPACITY)
        canvas.rectangle(0, edge, canvas.width, edge + 1, look.style.text, AXIS_LINE_OPACITY)
    prices: list[Label] = [(text_mask(price_label(y, canvas, look), size), 0.0, y) for y in rows if y < plot.floor]
    stamp_all(canvas, prices, plot.right + LABEL_GAP, -LABEL_MIDDLE * size, look.style.text)
    times: list[Label] = []
    written = 0.0  # right end of the labels so far and the space after them
    for i, x in enumerate(x for x in columns if x < plot.right):
        time = (minute + i * every) % DAY
        label = text_mask(f"{time // 60:02d}:{time % 60:02d}", size)
        left = x - label.shape[1] / 2
        if left > written:
            times.append((label, left, 0.0))
            written = left + LABEL_SPACE * label.shape[1]
    stamp_all(canvas, times, 0.0, canvas.height - LABEL_LINE * size, look.style.text)


def stamp_all(canvas: Canvas, labels: Sequence[Label], x: float, y: float, colour: Colour, zoom: float = 1.0) -> None:
    """Stamp labels whose positions are relative to (x, y), all at once, which is faster.

    Where two overlap, the later one shows. Positions are in screen pixels; a pixel of a mask is ``zoom`` of them wide
    and high.
    """
    if labels:
        sheet, left, top = gather(labels, zoom)
        canvas.stamp(sheet, x + left, y + top, colour, zoom=zoom)


def gather(labels: Sequence[Label], zoom: float) -> Label:
    """Labels on one sheet, with the sheet's corner. ``zoom`` is the size of a mask's pixel in screen pixels."""
    first = min(left for _, left, _ in labels), min(top for _, _, top in labels)
    placed = [(mask, round((left - first[0]) / zoom), round((top - first[1]) / zoom)) for mask, left, top in labels]
    shape = [max(at[2 - side] + at[0].shape[side] for at in placed) for side in (0, 1)]
    sheet = np.zeros(shape, np.uint8)
    for mask, left, top in placed:
        sheet[top : top + mask.shape[0], left : left + mask.shape[1]] = mask
    return sheet, *first


def _draw_stray_line(canvas: Canvas, look: Look, rng: np.random.Generator) -> None:
    """Draw a horizontal or sloping line at a random place; some end in an arrowhead."""
    left, right = np.sort(rng.uniform(*STRAY_ENDS, 2)) * canvas.width
    level = rng.uniform(0, canvas.height)
    rise = 0.0 if rng.random() < STRAY_LEVEL else rng.normal(0, STRAY_RISE) * canvas.height
    thickness, dash = rng.uniform(*STRAY_WIDTH), STRAY_DASH[rng.integers(len(STRAY_DASH))]
    canvas.curve([left, right + STRAY_MORE], [level, level + rise], look.mark_colour, thickness, dash=dash)
    if rng.random() < ARROWS:
        head = rng.uniform(*ARROW_HEAD)
        for side in (-head, head):
            ends = [level + rise + side, level + rise]
            canvas.curve(
                [right + STRAY_MORE - ARROW_LENGTH * head, right + STRAY_MORE], ends, look.mark_colour, thickness
            )


def _symbol(rng: np.random.Generator) -> str:
    """A market and the length of its candles, as a chart's title names them."""
    return f"{SYMBOLS[rng.integers(len(SYMBOLS))]} {INTERVALS[rng.integers(len(INTERVALS))]}"
