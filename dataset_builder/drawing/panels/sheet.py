"""Notes the rectangles and texts of the panels of a page, and paints them all at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dataset_builder.drawing.canvas import Canvas
from dataset_builder.drawing.look import Look
from dataset_builder.drawing.mixing import Colour
from dataset_builder.drawing.overlays import Label, gather
from dataset_builder.drawing.page import Box, Page
from dataset_builder.drawing.text import coarse
from dataset_builder.drawing.words import VARIANTS, word_mask

EDGE = 1.0  # from a panel's edge to its content
RISING = 0.5  # share of rows that show a rise


class Sheet(NamedTuple):
    """What is noted while panels are laid out, and painted afterwards: all rectangles, then all texts by colour."""

    screen: Canvas
    boxes: list[tuple[float, float, float, float]]
    fills: list[Colour]  # of the boxes
    texts: dict[Colour, NDArray[np.uint8]]  # masks as large as the picture
    labels: dict[tuple[Colour, int, float], list[Label]]  # of a panel, by colour, font size and zoom

    def paint(self) -> None:
        """Paint what was noted."""
        self.screen.rectangles(self.boxes, self.fills)
        for colour, mask in self.texts.items():
            self.screen.tint(mask, colour)


class Ink(NamedTuple):
    """A panel to paint in: positions count from its corner, in letters."""

    page: Page
    look: Look
    box: Box
    sheet: Sheet
    rng: np.random.Generator

    @property
    def width(self) -> float:
        return (self.box[2] - self.box[0]) / self.page.letter

    @property
    def height(self) -> float:
        return (self.box[3] - self.box[1]) / self.page.letter

    def rectangle(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        """Note a rectangle to paint; the last ones lie above. What lies outside the panel is cut."""
        letter, (x, y, end, floor) = self.page.letter, self.box
        corner = max(x + left * letter, x), max(y + top * letter, y)
        box = (*corner, min(x + right * letter, end), min(y + bottom * letter, floor))
        if box[0] < box[2] and box[1] < box[3]:
            self.sheet.boxes.append(box)
            self.sheet.fills.append(colour)

    def write(
        self,
        kind: str,
        at: Sequence[tuple[float, float]],
        colour: Colour,
        size: float = 1.0,
        bold: bool = False,
        right: bool = False,
    ) -> None:
        """Write a text of a kind at each (x, y), its upper left corner or with ``right`` its upper right one."""
        letter, screen = self.page.letter, self.sheet.screen
        font, zoom = coarse(size * letter, min(screen.across.scale, screen.down.scale))
        first, labels, width, height = int(self.rng.random() * VARIANTS), [], self.width, self.height
        for place, (x, y) in enumerate(at):
            if 0 <= y < height and 0 <= x < width:
                mask = word_mask(kind, (first + place) % VARIANTS, font, bold)
                labels.append((mask, x * letter - mask.shape[1] * zoom * right, y * letter))
        if labels:
            self.sheet.labels.setdefault((colour, font, zoom), []).extend(labels)

    def finish(self) -> None:
        """Put the texts of this panel on the sheet, those of one colour and size at once, and cut at its edges."""
        screen = self.sheet.screen
        sides = zip(self.box, (screen.across, screen.down) * 2, strict=True)
        x0, y0, x1, y1 = (round(edge / axis.scale) for edge, axis in sides)
        for (colour, _, zoom), labels in self.sheet.labels.items():
            gathered, left, top = gather(labels, zoom)
            mask = screen.shrink(gathered, zoom, Image.Resampling.BOX)  # takes half the time of smoother ways
            x, y = round((self.box[0] + left) / screen.across.scale), round((self.box[1] + top) / screen.down.scale)
            part = mask[max(y0 - y, 0) : max(y1 - y, 0), max(x0 - x, 0) : max(x1 - x, 0)]
            x, y = max(x, x0), max(y, y0)
            if colour not in self.sheet.texts:
                self.sheet.texts[colour] = np.zeros(screen.planes.shape[1:], np.uint8)
            target = self.sheet.texts[colour][y : y + part.shape[0], x : x + part.shape[1]]
            np.maximum(target, part[: target.shape[0], : target.shape[1]], out=target)
        self.sheet.labels.clear()

    def uniform(self, low: float, high: float) -> float:
        return low + (high - low) * self.rng.random()

    def happens(self, probability: float) -> bool:
        return self.rng.random() < probability

    def middle(self, size: float = 1.0) -> float:
        """Where a line of text begins that lies in the middle of the panel's height."""
        return max((self.height - 1.3 * size) / 2, 0.0)

    def steps(self, start: float, end: float, step: float) -> list[float]:
        """Positions from ``start`` to before ``end``."""
        return [start + step * place for place in range(max(int((end - start) / step), 0))]


def split(ink: Ink, places: list[float]) -> tuple[list[float], list[float]]:
    """The places divided at random: those of rising and those of falling markets."""
    up = ink.rng.random(len(places)) < RISING
    return [place for place, rises in zip(places, up, strict=True) if rises], [
        place for place, rises in zip(places, up, strict=True) if not rises
    ]


def mixed(first: Colour, second: Colour, share: float) -> Colour:
    """The first colour with a share of the second one."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue
