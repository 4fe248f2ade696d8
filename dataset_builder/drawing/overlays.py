"""What surrounds the price on a chart and doesn't depend on it: grid, sessions, labels, stray lines and words."""

from __future__ import annotations

import numpy as np

from dataset_builder.drawing.canvas import Canvas, Colour
from dataset_builder.drawing.look import MARK_COLOURS, Look
from dataset_builder.drawing.plot import Plot
from dataset_builder.drawing.text import text_mask

SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "BTC/USD", "ETHBTC", "XRPUSDT", "ADAUSDT", "BNBUSDT", "DOGEUSDT", "LTCUSD")
INTERVALS = ("1m", "5m", "15m", "1h", "4h", "1D", "1W")
WORDS = (
    "Resistance",
    "Support",
    "Volume",
    "TP",
    "SL",
    "BO Zone",
    "Buy",
    "Sell",
    "1.618",
    "0.618",
    "Target",
    "?",
    "Entry",
)


def draw_backdrop(canvas: Canvas, plot: Plot, look: Look, rng: np.random.Generator) -> None:
    """What lies behind the price: session shading, grid, price and time labels, watermark."""
    if look.sessions:
        width = plot.spacing * look.sessions
        starts = np.arange(plot.left - rng.uniform(0, 2) * width, canvas.width, 2 * width)
        canvas.columns(starts, starts + width, look.style.sessions)
    rows = _lines(look.grid[0], canvas.height, rng)
    columns = _lines(look.grid[1], canvas.width, rng)
    if look.grid[0]:
        canvas.rows(rows, [y + 1 for y in rows], look.style.grid, look.grid_opacity, look.style.grid_dash)
    if look.grid[1]:
        canvas.columns(columns, [x + 1 for x in columns], look.style.grid, look.grid_opacity, look.style.grid_dash)
    if look.axes:
        _draw_axes(canvas, plot, look, rows, columns, rng)
    if look.watermark:
        mask = text_mask(_symbol(rng), min(canvas.width, canvas.height) * rng.uniform(0.06, 0.16))
        left, top = (canvas.width - mask.shape[1]) / 2, (canvas.height - mask.shape[0]) / 2
        canvas.stamp(mask, left, top, look.style.text, 0.16)


def draw_annotations(canvas: Canvas, plot: Plot, look: Look, rng: np.random.Generator) -> None:
    """What lies in front of the price and has nothing to do with it: legend, cross-hair, stray lines and words."""
    if look.legend:
        high, opening, close, low = np.sort(rng.uniform(0, canvas.height, 4))
        heights = {"O": opening, "H": high, "L": low, "C": close}
        prices = " ".join(f"{name} {price_label(y, canvas, look)}" for name, y in heights.items())
        canvas.stamp(text_mask(f"{_symbol(rng)}  {prices}", letter_size(canvas)), 4, 3, look.style.text)
    if look.crosshair:
        x, y = np.floor(np.array(look.crosshair) * (canvas.width, canvas.height))[:, None]
        canvas.rows(y, y + 1, look.style.text, 0.9, dash=3.0)
        canvas.columns(x, x + 1, look.style.text, 0.9, dash=3.0)
    for _ in range(look.stray_lines):
        _draw_stray_line(canvas, look, rng)
    for _ in range(look.words):
        write(canvas, rng.uniform(0, 0.85) * canvas.width, rng.uniform(0, 0.92) * canvas.height, look, rng)


def write(canvas: Canvas, x: float, y: float, look: Look, rng: np.random.Generator) -> None:
    """One of the words that people write on charts, with its upper left corner there."""
    size = min(canvas.width, canvas.height) * rng.uniform(0.05, 0.12)
    colour = look.mark_colour if rng.random() < 0.5 else MARK_COLOURS[rng.integers(len(MARK_COLOURS))]
    canvas.stamp(text_mask(WORDS[rng.integers(len(WORDS))], size, bold=rng.random() < 0.5), x, y, colour)


def price_label(y: float, canvas: Canvas, look: Look) -> str:
    """The price on the axis at that height: made up, so that it tells nothing of the market."""
    share, depth = look.seed % 997 / 997, 0.05 + 0.4 * (look.seed % 101) / 101
    return f"{10 ** (5 * share - 1) * (1 - depth * y / canvas.height):.5g}"


def letter_size(canvas: Canvas) -> float:
    """Height of a platform's labels, in screen pixels."""
    return max(7.0, 0.045 * min(canvas.width, canvas.height))


def _lines(count: int, length: int, rng: np.random.Generator) -> list[int]:
    """Evenly spaced whole positions along a side, with any offset; without a grid, where its labels would be."""
    count = count or int(rng.integers(4, 8))
    offset = rng.random()
    return [int((i + offset) / count * length) for i in range(count)]


def _draw_axes(
    canvas: Canvas, plot: Plot, look: Look, rows: list[int], columns: list[int], rng: np.random.Generator
) -> None:
    """Labels beside and below the plot, at the grid's lines."""
    size, edge = letter_size(canvas), plot.floor + 3
    minute, every = int(rng.integers(96)) * 15, (15, 60, 240, 720)[rng.integers(4)]
    if rng.random() < 0.5:
        canvas.rectangle(plot.right, 0, plot.right + 1, canvas.height, look.style.text, 0.5)
        canvas.rectangle(0, edge, canvas.width, edge + 1, look.style.text, 0.5)
    prices = [(text_mask(price_label(y, canvas, look), size), 0.0, y) for y in rows if y < plot.floor]
    _stamp_all(canvas, prices, plot.right + 3, -0.65 * size, look.style.text)
    times, written = [], 0.0  # up to there
    for i, x in enumerate(x for x in columns if x < plot.right):
        time = (minute + i * every) % 1440
        label = text_mask(f"{time // 60:02d}:{time % 60:02d}", size)
        left = x - label.shape[1] / 2
        if left > written:
            times.append((label, left, 0.0))
            written = left + 1.3 * label.shape[1]
    _stamp_all(canvas, times, 0.0, canvas.height - 1.3 * size, look.style.text)


def _stamp_all(canvas: Canvas, labels: list[tuple[np.ndarray, float, float]], x: float, y: float, colour: Colour):
    """Stamp masks (mask, left, top), as seen from (x, y), in one go: they don't overlap."""
    if not labels:
        return
    first = min(left for _, left, _ in labels), min(top for _, _, top in labels)
    placed = [(mask, round(left - first[0]), round(top - first[1])) for mask, left, top in labels]
    shape = [max(at[2 - side] + at[0].shape[side] for at in placed) for side in (0, 1)]
    sheet = np.zeros(shape, np.uint8)
    for mask, left, top in placed:
        sheet[top : top + mask.shape[0], left : left + mask.shape[1]] = mask
    canvas.stamp(sheet, x + first[0], y + first[1], colour)


def _draw_stray_line(canvas: Canvas, look: Look, rng: np.random.Generator) -> None:
    """A level or a trend line anywhere; some end in an arrowhead."""
    left, right = np.sort(rng.uniform(-0.1, 1.1, 2)) * canvas.width
    level = rng.uniform(0, canvas.height)
    rise = 0.0 if rng.random() < 0.5 else rng.normal(0, 0.25) * canvas.height
    thickness, dash = rng.uniform(0.8, 2.2), (0.0, 3.0)[rng.integers(2)]
    canvas.curve([left, right + 8], [level, level + rise], look.mark_colour, thickness, dash=dash)
    if rng.random() < 0.3:
        head = rng.uniform(4, 9)
        for side in (-head, head):
            ends = [level + rise + side, level + rise]
            canvas.curve([right + 8 - 1.5 * head, right + 8], ends, look.mark_colour, thickness)


def _symbol(rng: np.random.Generator) -> str:
    return f"{SYMBOLS[rng.integers(len(SYMBOLS))]} {INTERVALS[rng.integers(len(INTERVALS))]}"
