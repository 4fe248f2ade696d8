"""A screenshot with what was found in it: a box and a name at each pattern, and the prices that were read.

Pictures keep their size. Every line has a white edge, so that it shows on dark and on light charts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from cryptoai_common.percent import percent
from trainer.figures.colours import BLUE, GREEN, ORANGE, RED, spoken
from trainer.models.answer import Answer, Pattern
from trainer.models.finder import Prices

# One for each class, by turns. White letters on them have a contrast of at least 4.5 (WCAG 2.2, level AA).
COLOURS = (BLUE, RED, GREEN, "#8250df", ORANGE, "#0e7490", "#a21caf", "#57606a", "#7d4e00", "#3b5323")
WHITE = "#ffffff"
SMALLEST, LARGEST = 7, 26  # pixels of a letter's height, the smallest where a picture is tiny or crowded
LETTERS = 64  # letters of the usual size that are as wide as the picture
PAD = 3  # pixels around the letters
GAP = 4  # widths of the usual step from one column to the next: from here on a line of prices is interrupted
Place = tuple[int, int]
Size = tuple[int, int]


def draw_found(picture: Image.Image, answer: Answer) -> Image.Image:
    """A copy of the RGB picture with a box around each pattern, and its name and probability beside the box.

    No name covers another or leaves the picture; where there is no room, letters get smaller, and in the end the least
    sure patterns have a box without a name.
    """
    drawn, patterns, classes = picture.copy(), answer["patterns"], list(answer["probabilities"])
    draw = ImageDraw.Draw(drawn)
    colours = [COLOURS[classes.index(pattern["label"]) % len(COLOURS)] for pattern in patterns]
    line = max(picture.width // 500, 2)
    for pattern, colour in zip(reversed(patterns), reversed(colours), strict=True):  # the surest is drawn last
        box = _inside(pattern["box"], picture.size)
        draw.rectangle(_grown(box, 1, picture.size), outline=WHITE, width=line + 2)
        draw.rectangle(box, outline=colour, width=line)
    font, places = _lettering([name_of(pattern) for pattern in patterns], patterns, picture.size)
    for pattern, colour, place in zip(patterns, colours, places, strict=True):
        if place is not None:
            _draw_name(draw, name_of(pattern), place, font, colour)
    return drawn


def draw_read(picture: Image.Image, prices: Prices) -> Image.Image:
    """A copy of the RGB picture with the prices that were read (orange: highest, blue: lowest) and their extent."""
    drawn = picture.copy()
    if not len(prices.x):
        return drawn
    draw, line = ImageDraw.Draw(drawn), max(picture.width // 700, 2)
    pane = _inside(list(pane_of(prices)), picture.size)
    draw.rectangle(_grown(pane, 1, picture.size), outline=WHITE, width=3)
    draw.rectangle(pane, outline=GREEN, width=1)
    for heights, colour in ((prices.high, ORANGE), (prices.low, BLUE)):
        parts = list(_parts(prices.x, heights))
        for width, fill in ((line + 2, WHITE), (line, colour)):
            for part in parts:
                draw.line(part, fill=fill, width=width, joint="curve")
    return drawn


def pane_of(prices: Prices) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the prices that were read, of which there must be one."""
    low, high = float(prices.low.max()), float(prices.high.min())
    return float(prices.x.min()), high, float(prices.x.max()), low


def name_of(pattern: Pattern) -> str:
    """What is written at a pattern."""
    edge = ", right edge" if pattern["at_right_edge"] else ""
    return f"{spoken(pattern['label'])} {percent(pattern['probability'], 0)}{edge}"


def place_names(sizes: Sequence[Size], boxes: Sequence[Sequence[float]], picture: Size) -> list[Place | None]:
    """Left and top of each name, given the width and height of each and the boxes that they belong to.

    All lie in the picture, of that width and height, and none covers another. A name stands above or below its box
    where it can, else as near to it as there is room; None where there is none.
    """
    placed: list[tuple[int, int, int, int]] = []
    places: list[Place | None] = []
    for (width, height), box in zip(sizes, boxes, strict=True):
        free = (
            (x, y)
            for x, y in _candidates(width, height, box, picture)
            if all(x >= r or x + width <= a or y >= b or y + height <= t for a, t, r, b in placed)
        )
        place = next(free, None)
        places.append(place)
        if place is not None:
            placed.append((*place, place[0] + width, place[1] + height))
    return places


def _candidates(width: int, height: int, box: Sequence[float], picture: Size) -> Iterator[Place]:
    """Places for a name of this size, all in the picture, the best first."""
    most_left, most_top = picture[0] - width, picture[1] - height
    if most_left < 0 or most_top < 0:
        return
    left, top, right, bottom = (round(edge) for edge in box)
    for x, y in (
        *((left, top - height), (right - width, top - height), (left, bottom), (right - width, bottom)),
        *((left, top), (right - width, top), (left, bottom - height), (right - width, bottom - height)),
    ):
        yield min(max(x, 0), most_left), min(max(y, 0), most_top)
    xs = {*range(0, most_left + 1, max(width // 4, 1)), most_left}
    ys = {*range(0, most_top + 1, max(height // 2, 1)), most_top}
    near = sorted((abs(x - left) + abs(y + height - top), x, y) for x in xs for y in ys)
    yield from ((x, y) for _, x, y in near)


def _lettering(
    names: Sequence[str], patterns: Sequence[Pattern], picture: Size
) -> tuple[ImageFont.ImageFont | ImageFont.FreeTypeFont, list[Place | None]]:
    """The largest letters with which all names have a place, or else the smallest, and the places."""
    letters = min(max(picture[0] // LETTERS, 11), LARGEST)
    while True:
        font = ImageFont.load_default(letters)
        sizes = [_size(name, font) for name in names]
        places = place_names(sizes, [pattern["box"] for pattern in patterns], picture)
        if None not in places or letters == SMALLEST:
            return font, places
        letters -= 1


def _size(name: str, font: ImageFont.ImageFont | ImageFont.FreeTypeFont) -> Size:
    """Width and height of a name with its ground."""
    left, top, right, bottom = font.getbbox(name)
    return int(right - left) + 2 * PAD + 1, int(bottom - top) + 2 * PAD + 1


def _draw_name(
    draw: ImageDraw.ImageDraw, name: str, place: Place, font: ImageFont.ImageFont | ImageFont.FreeTypeFont, colour: str
) -> None:
    (x, y), (width, height) = place, _size(name, font)
    left, top, *_ = font.getbbox(name)
    draw.rectangle((x, y, x + width - 1, y + height - 1), fill=colour, outline=WHITE)
    draw.text((x + PAD - left, y + PAD - top), name, fill=WHITE, font=font)


def _inside(box: Sequence[float], picture: Size) -> tuple[int, int, int, int]:
    """The box in whole pixels of the picture."""
    width, height = picture
    left, top = min(max(round(box[0]), 0), width - 1), min(max(round(box[1]), 0), height - 1)
    return left, top, min(max(round(box[2]), left), width - 1), min(max(round(box[3]), top), height - 1)


def _grown(box: tuple[int, int, int, int], by: int, picture: Size) -> tuple[int, int, int, int]:
    return _inside((box[0] - by, box[1] - by, box[2] + by, box[3] + by), picture)


def _parts(x: np.ndarray, heights: np.ndarray) -> Iterator[list[tuple[float, float]]]:
    """The points of a line, in pieces where columns without a price lie between."""
    steps = np.diff(x)
    usual = float(np.median(steps)) if len(steps) else 1.0
    cuts = np.flatnonzero(steps > GAP * usual) + 1
    for columns, values in zip(np.split(x, cuts), np.split(heights, cuts), strict=True):
        points = list(zip(columns.tolist(), values.tolist(), strict=True))
        yield points if len(points) > 1 else points * 2
