"""Pictures that show no chart of prices at all: what people and programs send by mistake. A model must not name them.

Each function takes a random stream, a look, of which it uses colours alone, and the side of the picture in pixels; it
returns an RGB picture, uint8 of shape (size, size, 3).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from cryptoai_common.arrays import Floats
from dataset_builder.drawing.chart import render_blank
from dataset_builder.drawing.look import LINE_COLOURS, Look
from dataset_builder.drawing.mixing import Colour
from dataset_builder.drawing.text import text_mask

Pixels = NDArray[np.uint8]
Draw = Callable[[np.random.Generator, Look, int], Pixels]

# What is drawn. The numbers were chosen so that no two pictures are much alike.
OCTAVES = (2, 7)  # finest and coarsest detail of a photo, as powers of two of its side
CONTRAST = (20, 110)  # standard deviation of a photo's brightness, in levels of 255
NOISE = (4, 90)
LETTERS = "etaoinshrdlucmfwypvbgk"  # by frequency in English
LINES, WORD, LETTER_PIXELS = (6, 40), (2, 9), (6, 16)
BARS, BAR_GAP = (3, 24), 0.25
SHAPES = (3, 30)
CELLS = (3, 12)


def noise(rng: np.random.Generator, look: Look, size: int) -> Pixels:
    """Every pixel at random about one colour, grey or in colour, in grains of one pixel or more."""
    grain = int(rng.choice((1, 1, 2, 4, 8)))
    side = -(-size // grain)
    field = rng.normal(0, rng.uniform(*NOISE), (side, side, int(rng.choice((1, 3)))))
    return _levels(np.array(look.background) + field.repeat(grain, 0).repeat(grain, 1)[:size, :size])


def gradient(rng: np.random.Generator, look: Look, size: int) -> Pixels:
    """Two colours that run into each other along a line or about a point, in some pictures in bands."""
    y, x = np.mgrid[0:size, 0:size] / size
    angle, centre = rng.uniform(0, 2 * np.pi), rng.uniform(0, 1, 2)
    at = np.hypot(x - centre[0], y - centre[1]) if rng.random() < 0.4 else x * np.cos(angle) + y * np.sin(angle)
    at = (at - at.min()) / max(float(np.ptp(at)), 1e-9)
    if rng.random() < 0.3:
        at = np.floor(at * rng.integers(3, 12)) / 12
    first, second = rng.uniform(0, 255, (2, 3))
    return _levels(first + at[..., None] * (second - first))


def photo(rng: np.random.Generator, look: Look, size: int) -> Pixels:
    """Light and dark at all scales, as in pictures of nature, with a horizon or round things in some."""
    field = np.zeros((size, size, 3))
    for octave in range(*OCTAVES):
        cells = 2**octave
        coarse = rng.normal(0, 1, (cells, cells, 3)) * (0.4 + 0.6 * rng.random())
        coarse = coarse * 0.4 + coarse.mean(axis=2, keepdims=True)
        field += np.stack([_enlarged(coarse[..., channel], size) for channel in range(3)], axis=2) / cells
    field *= rng.uniform(*CONTRAST) / max(float(field.std()), 1e-9)
    picture = Image.fromarray(_levels(rng.uniform(50, 200, 3) + field))
    draw = ImageDraw.Draw(picture)
    for _ in range(int(rng.integers(0, 6))):
        left, top, right, bottom = _box(rng, size)
        draw.ellipse((left, top, right, bottom), fill=_colour(rng, look))
    return np.asarray(picture)


def text(rng: np.random.Generator, look: Look, size: int) -> Pixels:
    """Lines of words, as a page, a chat or source code has them."""
    picture = np.tile(np.array(look.background, np.uint8), (size, size, 1))
    letter = rng.uniform(*LETTER_PIXELS)
    y, indent = size * rng.uniform(0.0, 0.1), size * rng.uniform(0.0, 0.12)
    while y < size - 2 * letter:
        if rng.random() < 0.12:  # a paragraph ends
            y += letter
        words = "".join(rng.choice(list(LETTERS), int(rng.integers(*WORD)))) + " "
        longest = int(size / letter * rng.uniform(0.5, 1.9))
        line = (words * 3 + "".join(rng.choice(list(LETTERS + "    "), 60)))[:longest]
        _stamp(picture, text_mask(line, letter), indent * (1 + (rng.random() < 0.2)), y, look.style.text)
        y += letter * 1.5
    return picture


def bars(rng: np.random.Generator, look: Look, size: int) -> Pixels:
    """A bar chart, upright or lying, with or without an axis."""
    picture = Image.new("RGB", (size, size), look.background)
    draw = ImageDraw.Draw(picture)
    count = int(rng.integers(*BARS))
    margin, lying = size * rng.uniform(0.04, 0.15), rng.random() < 0.4
    colours = [_colour(rng, look) for _ in range(int(rng.integers(1, 5)))]
    each, heights = (size - 2 * margin) / count, rng.uniform(0.05, 1.0, count) * (size - 2 * margin)
    if rng.random() < 0.3:
        heights = np.sort(heights)[:: int(rng.choice((-1, 1)))]
    for i, height in enumerate(heights.tolist()):
        low, high = margin + (i + BAR_GAP / 2) * each, margin + (i + 1 - BAR_GAP / 2) * each
        box = (margin, low, margin + height, high) if lying else (low, size - margin - height, high, size - margin)
        draw.rectangle(box, fill=colours[i % len(colours)])
    if rng.random() < 0.6:
        draw.line((margin, margin, margin, size - margin, size - margin, size - margin), fill=look.style.text)
    return np.asarray(picture)


def shapes(rng: np.random.Generator, look: Look, size: int) -> Pixels:
    """Rectangles, ellipses and lines anywhere: drawings, logos, diagrams, pies."""
    picture = Image.new("RGB", (size, size), look.background)
    draw = ImageDraw.Draw(picture)
    for _ in range(int(rng.integers(*SHAPES))):
        box, colour = _box(rng, size), _colour(rng, look)
        kind = rng.integers(4)
        if kind == 0:
            draw.rectangle(box, fill=colour if rng.random() < 0.6 else None, outline=colour)
        elif kind == 1:
            draw.ellipse(box, fill=colour if rng.random() < 0.6 else None, outline=colour)
        elif kind == 2:
            start, stop = sorted(rng.uniform(0, 360, 2).tolist())
            draw.pieslice(box, start, stop, fill=colour)
        else:
            draw.line(tuple(rng.uniform(0, size, 4)), fill=colour, width=int(rng.integers(1, 6)))
    return np.asarray(picture)


def table(rng: np.random.Generator, look: Look, size: int) -> Pixels:
    """Cells with numbers, as in a spreadsheet or an order book, some of them coloured."""
    picture = np.tile(np.array(look.background, np.uint8), (size, size, 1))
    rows, columns = (int(number) for number in rng.integers(*CELLS, 2))
    rows *= 2
    letter = min(size / rows * 0.6, 14.0)
    for row in range(rows):
        for column in range(columns):
            left, top = size * column / columns, size * row / rows
            if rng.random() < 0.15:
                right = left + size / columns * rng.random()
                picture[int(top) : int(top + size / rows), int(left) : int(right)] = _colour(rng, look)
            number = f"{rng.uniform(0, 10 ** rng.integers(0, 6)):.{rng.integers(0, 5)}f}"
            shown = number[: max(int(size / columns / letter * 1.6), 1)]
            _stamp(picture, text_mask(shown, letter), left + 2, top + 1, look.style.text)
    return picture


def empty(rng: np.random.Generator, look: Look, size: int) -> Pixels:
    """The chart's page, grid and labels without a price."""
    return np.asarray(render_blank(look, size))


KINDS: dict[str, Draw] = {draw.__name__: draw for draw in (noise, gradient, photo, text, bars, shapes, table, empty)}


def draw_no_chart(rng: np.random.Generator, look: Look, size: int) -> tuple[str, Pixels]:
    """The name of a kind, each as likely as another, and a picture of it."""
    name = sorted(KINDS)[int(rng.integers(len(KINDS)))]
    return name, KINDS[name](rng, look, size)


def _levels(values: Floats) -> Pixels:
    levels: Pixels = values.clip(0, 255).round().astype(np.uint8)
    return np.broadcast_to(levels, (*levels.shape[:2], 3)).copy()


def _enlarged(field: Floats, size: int) -> Floats:
    """A field of few cells as one of ``size`` x ``size``, interpolated in both directions."""
    cells = len(field)
    at = np.linspace(0, cells - 1, size)
    rows = np.array([np.interp(at, np.arange(cells), row) for row in field])
    return np.array([np.interp(at, np.arange(cells), column) for column in rows.T]).T


def _box(rng: np.random.Generator, size: int) -> tuple[float, float, float, float]:
    left, right = np.sort(rng.uniform(-0.1, 1.1, 2)) * size
    top, bottom = np.sort(rng.uniform(-0.1, 1.1, 2)) * size
    return float(left), float(top), float(right), float(bottom)


def _colour(rng: np.random.Generator, look: Look) -> Colour:
    """One of the look's colours or of the usual ones, or any."""
    known = (look.up, look.down, look.style.text, *LINE_COLOURS)
    if rng.random() < 0.6:
        return known[int(rng.integers(len(known)))]
    red, green, blue = rng.integers(0, 256, 3).tolist()
    return red, green, blue


def _stamp(picture: Pixels, mask: NDArray[np.uint8], left: float, top: float, colour: Colour) -> None:
    """Mix a colour into the picture by a mask whose upper left corner lies at (left, top)."""
    x, y = int(left), int(top)
    part = picture[y : y + mask.shape[0], x : x + mask.shape[1]]
    share = mask[: part.shape[0], : part.shape[1], None] / 255
    part[:] = (part * (1 - share) + np.array(colour) * share).round()
