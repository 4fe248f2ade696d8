"""Paints what is on a page beside the chart: bars, lists, tables and texts. Nothing of it depends on prices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dataset_builder.drawing.canvas import Canvas
from dataset_builder.drawing.look import LINE_COLOURS, Look
from dataset_builder.drawing.mixing import Colour
from dataset_builder.drawing.overlays import Label, gather
from dataset_builder.drawing.page import Box, Page, Panel
from dataset_builder.drawing.text import coarse
from dataset_builder.drawing.words import VARIANTS, word_mask
from dataset_builder.streams import random_stream

# Sizes are in heights of a letter, as pages scale with their text; shares are from 0 to 1. The numbers were chosen:
# each range spans what pages of exchanges, brokers, news sites and charting platforms look like.
EDGE = 1.0  # from a panel's edge to its content
THIN = 12  # letters are that many times as high as lines are thick
BORDERED = 0.7  # share of pages with a line between panels
WORD_STEP = (5.5, 9.0)  # from a word of a bar to the next
ROW_STEP = (1.5, 2.6)  # from a row of a list to the next
LINE_STEP = (1.4, 1.8)  # from a line of text to the next
DEPTH_TINT = 0.25  # how strong the bars of an order book are
RISING = 0.5  # share of rows that show a rise
COLUMN = 48.0  # from a column of sentences to the next in a wide panel: most sentences are shorter
BIG = (1.6, 3.0)  # headings and large prices


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


def draw_page(screen: Canvas, look: Look, page: Page) -> None:
    """Draw the page with all its panels, the chart's paper and the ground of the price's pane."""
    rng = random_stream(page.seed, "page")
    bordered, thin = rng.random() < BORDERED, max(page.letter / THIN, 1.0)
    sheet = Sheet(screen, [page.chart], [page.paper], {}, {})
    for panel in page.panels:
        if _raised(panel):
            sheet.boxes.append(panel.box)
            sheet.fills.append(page.panel)
            if bordered:
                sheet.boxes.append(_edge(panel.box, page, thin))
                sheet.fills.append(page.line)
    sheet.boxes.append(page.pane)
    sheet.fills.append(look.background)
    for panel in page.panels:
        ink = Ink(page, look, panel.box, sheet, rng)
        PANELS[panel.kind](ink)
        ink.finish()
    sheet.paint()


def _raised(panel: Panel) -> bool:
    """Whether the panel has a ground of its own."""
    return panel.kind not in ("title", "news", "caption")


def _edge(box: Box, page: Page, thin: float) -> tuple[float, float, float, float]:
    """The line along the side of a panel that faces the chart."""
    left, top, right, bottom = box
    if right <= page.chart[0]:
        return right - thin, top, right, bottom
    if left >= page.chart[2]:
        return left, top, left + thin, bottom
    return (left, bottom - thin, right, bottom) if bottom <= page.chart[1] else (left, top, right, top + thin)


def _bar(ink: Ink, kind: str = "words") -> None:
    """Words in a row, perhaps one of them on a button."""
    step, y = ink.uniform(*WORD_STEP), ink.middle()
    end = ink.width * ink.uniform(0.3, 0.9)
    at = [(x, y) for x in ink.steps(EDGE, end, step)]
    if ink.happens(0.5) and ink.width > 12:
        ink.rectangle(ink.width - 8, 0.2 * ink.height, ink.width - 1, 0.8 * ink.height, ink.page.accent)
    chosen = int(ink.rng.random() * (len(at) + 1))
    if chosen < len(at) and ink.happens(0.5):
        ink.rectangle(at[chosen][0], 0.92 * ink.height, at[chosen][0] + step * 0.7, ink.height, ink.page.accent)
    ink.write(kind, at, ink.page.text)


def _header(ink: Ink) -> None:
    """The name of the site or market in large letters, words, and a button."""
    size, step, y = ink.uniform(1.2, 1.8), ink.uniform(*WORD_STEP), ink.middle()
    at = [(x, y) for x in ink.steps(14, ink.width * ink.uniform(0.4, 0.85), step)]
    if ink.happens(0.5):
        ink.rectangle(EDGE, 0.25 * ink.height, EDGE + 0.5 * ink.height, 0.75 * ink.height, ink.page.accent)
    if ink.happens(0.7) and ink.width > 24:
        ink.rectangle(ink.width - 8, 0.22 * ink.height, ink.width - 1, 0.78 * ink.height, ink.page.accent)
    ink.write("words", at, ink.page.text)
    ink.write("symbols", [(EDGE + 0.6 * ink.height, ink.middle(size))], ink.page.text, size, bold=True)


def _ticker(ink: Ink) -> None:
    """Markets and their changes, side by side."""
    step, y = ink.uniform(12, 18), ink.middle()
    starts = ink.steps(EDGE, ink.width, step)
    up, down = _split(ink, starts)
    ink.write("symbols", [(x, y) for x in starts], ink.page.text)
    ink.write("percents", [(x + 6.5, y) for x in up], ink.look.up)
    ink.write("percents", [(x + 6.5, y) for x in down], ink.look.down)


def _browser(ink: Ink) -> None:
    """Tabs of a browser and its address bar."""
    half = 0.5 * ink.height
    ink.rectangle(EDGE + 4, 0.15 * ink.height, EDGE + 4 + ink.uniform(10, 20), half, ink.page.ground)
    ink.rectangle(EDGE + 6, 1.2 * half, ink.width * ink.uniform(0.6, 0.95), 1.85 * half, ink.page.ground)
    tabs = ink.steps(EDGE + 30, ink.width * ink.uniform(0.3, 0.9), ink.uniform(12, 18))
    ink.write("words", [(EDGE + 5, 0.4 * half)], ink.page.text)
    ink.write("words", [(x, 0.4 * half) for x in tabs], ink.page.text)
    ink.write("addresses", [(EDGE + 7, 1.25 * half)], ink.page.text)
    ink.write("icons", [(x, 1.25 * half) for x in (EDGE, EDGE + 2, EDGE + 4)], ink.page.text)


def _cookies(ink: Ink) -> None:
    """A notice with two buttons."""
    ink.rectangle(ink.width - 22, 0.25 * ink.height, ink.width - 12, 0.75 * ink.height, ink.page.accent)
    ink.rectangle(ink.width - 11, 0.25 * ink.height, ink.width - 1, 0.75 * ink.height, ink.page.line)
    lines = ink.steps(0.2 * ink.height, ink.height - 1, 1.6)
    ink.write("sentences", [(2 * EDGE, y) for y in lines], ink.page.text)


def _tools(ink: Ink) -> None:
    """Icons of drawing tools, one below the other."""
    step, size = ink.uniform(2.2, 3.4), ink.uniform(1.1, 1.6)
    ys = ink.steps(EDGE, ink.height * ink.uniform(0.5, 1.0), step)
    x = max(ink.width / 2 - 0.35 * size, 0.0)
    ink.write("icons", [(x, y) for y in ys], ink.page.text, size)


def _watchlist(ink: Ink) -> None:
    """A list of markets with price and change, some rows marked."""
    step = ink.uniform(*ROW_STEP)
    ys = ink.steps(2.5 * EDGE + 2, ink.height * ink.uniform(0.7, 1.0), step)
    up, down = _split(ink, ys)
    if ys and ink.happens(0.4):
        marked = ys[int(ink.rng.random() * len(ys))]
        ink.rectangle(0, marked - 0.3, ink.width, marked + 1.4, ink.page.line)
    middle, both = ink.width * ink.uniform(0.55, 0.68), ink.happens(0.3)
    ink.write("words", [(EDGE, 0.8)], ink.page.text, 1.2, bold=True)
    ink.write("symbols", [(EDGE, y) for y in ys], ink.page.text)
    ink.write("percents", [(ink.width - EDGE, y) for y in up], ink.look.up, right=True)
    ink.write("percents", [(ink.width - EDGE, y) for y in down], ink.look.down, right=True)
    if ink.width > 17 and not both:
        ink.write("prices", [(middle, y) for y in ys], ink.page.text, right=True)
    elif ink.width > 17:
        ink.write("prices", [(middle, y) for y in up], ink.look.up, right=True)
        ink.write("prices", [(middle, y) for y in down], ink.look.down, right=True)


def _orderbook(ink: Ink) -> None:
    """Offers above, bids below, with bars for their sizes, and the last price between."""
    step, middle = ink.uniform(1.35, 1.9), ink.height / 2
    ys = ink.steps(1.5 * EDGE + 1, ink.height, step)
    asks, bids = [y for y in ys if y < middle - step], [y for y in ys if y > middle + step]
    if ink.happens(0.7):
        from_right = ink.happens(0.7)
        for rows, colour, near in ((asks, ink.look.down, True), (bids, ink.look.up, False)):
            tint = _mixed(ink.page.panel, colour, DEPTH_TINT)
            depth = np.cumsum(ink.rng.exponential(1, len(rows)))
            for y, share in zip(rows, depth[::-1] if near else depth, strict=True):
                long = ink.width * share / depth[-1]
                left = ink.width - long if from_right else 0.0
                ink.rectangle(left, y - 0.1, left + long, y + 1.2, tint)
    size, rises = ink.uniform(1.2, 1.7), ink.happens(RISING)
    ink.write("words", [(share * ink.width + EDGE, 0.4) for share in (0.0, 0.36, 0.68)], ink.page.text, 0.9)
    ink.write("prices", [(EDGE, y) for y in asks], ink.look.down)
    ink.write("prices", [(EDGE, y) for y in bids], ink.look.up)
    ink.write("amounts", [(0.64 * ink.width, y) for y in asks + bids], ink.page.text, right=True)
    if ink.width > 18:
        ink.write("amounts", [(ink.width - EDGE, y) for y in asks + bids], ink.page.text, right=True)
    colour = ink.look.up if rises else ink.look.down
    ink.write("prices", [(EDGE, middle - size / 2)], colour, size, bold=True)


def _table(ink: Ink) -> None:
    """Tabs, and rows of words and numbers in columns."""
    step, columns = ink.uniform(*ROW_STEP), int(ink.uniform(4, 10))
    ys = ink.steps(2.4, ink.height * ink.uniform(0.5, 1.0), step)
    xs = [EDGE + (ink.width - EDGE) * place / columns for place in range(columns)]
    up, down = _split(ink, ys)
    striped = ink.happens(0.25)
    for y in ys[::2] if striped else []:
        ink.rectangle(0, y - 0.3, ink.width, y + step - 0.35, _mixed(ink.page.panel, ink.page.line, 0.5))
    tabs = ink.steps(EDGE, ink.width * ink.uniform(0.3, 0.7), 7)
    ink.write("words", [(x, 0.5) for x in tabs], ink.page.accent if ink.page.seed % 2 else ink.page.text)
    ink.write("symbols", [(xs[0], y) for y in ys], ink.page.text)
    kinds = ("prices", "amounts", "times", "words", "amounts", "prices")
    for place, x in enumerate(xs[1:-1]):
        ink.write(kinds[(place + ink.page.seed) % len(kinds)], [(x, y) for y in ys], ink.page.text)
    ink.write("percents", [(xs[-1], y) for y in up], ink.look.up)
    ink.write("percents", [(xs[-1], y) for y in down], ink.look.down)


def _news(ink: Ink) -> None:
    """Headings, lines of text and small pictures."""
    size, step = ink.uniform(*BIG), ink.uniform(*LINE_STEP)
    starts = [EDGE, *ink.steps(EDGE + COLUMN, ink.width - COLUMN / 2, COLUMN)]
    ys = ink.steps(EDGE + 1.6 * size, ink.height - 1, step)
    every = int(ink.uniform(4, 12))  # lines in a paragraph
    lines = [y for place, y in enumerate(ys) if place % every != every - 1]
    picture = ink.happens(0.3) and ink.height > 12 and ink.width > 12
    if picture:
        top, colour = ink.height - ink.uniform(5, 10), LINE_COLOURS[int(ink.rng.random() * len(LINE_COLOURS))]
        ink.rectangle(EDGE, top, EDGE + ink.uniform(8, 16), ink.height - 0.5, _mixed(ink.page.ground, colour, 0.6))
        lines = [y for y in lines if y < top - 1.3]
    ink.write("headings", [(EDGE, EDGE / 2)], ink.page.text, size, bold=True)
    ink.write("sentences", [(x, y) for y in lines for x in starts], ink.page.text)


def _sidebar(ink: Ink) -> None:
    """Words one below the other, as menus have them; one is chosen."""
    ys = ink.steps(2 * EDGE, ink.height * ink.uniform(0.4, 1.0), ink.uniform(2.2, 3.6))
    if ys and ink.happens(0.6):
        chosen = ys[int(ink.rng.random() * len(ys))]
        ink.rectangle(0, chosen - 0.5, ink.width, chosen + 1.7, _mixed(ink.page.panel, ink.page.accent, 0.3))
    ink.write("icons", [(EDGE, y) for y in ys], ink.page.text)
    ink.write("words", [(EDGE + 2.2, y) for y in ys], ink.page.text)


def _form(ink: Ink) -> None:
    """Fields to fill in, and buttons to buy and to sell."""
    top, wide = 2.6, ink.width - 2 * EDGE
    fields = ink.steps(top, ink.height - 7, 3.4)
    for y in fields:
        ink.rectangle(EDGE, y, EDGE + wide, y + 2.4, ink.page.line)
    bottom = (fields[-1] if fields else top) + 3.6
    ink.rectangle(EDGE, bottom, EDGE + 0.48 * wide, bottom + 2.6, ink.look.up)
    ink.rectangle(EDGE + 0.52 * wide, bottom, EDGE + wide, bottom + 2.6, ink.look.down)
    ink.write("words", [(EDGE, 0.7), (EDGE + 6, 0.7), (EDGE + 12, 0.7)], ink.page.text)
    ink.write("words", [(EDGE + 0.6, y + 0.5) for y in fields], ink.page.text)
    ink.write("amounts", [(EDGE + wide - 0.6, y + 0.5) for y in fields], ink.page.text, right=True)
    ink.write("words", [(EDGE + share * wide, bottom + 0.6) for share in (0.16, 0.7)], ink.page.panel, bold=True)


def _quote(ink: Ink) -> None:
    """A large price with its change, and a few numbers beside it."""
    size, rises = ink.uniform(*BIG), ink.happens(RISING)
    size = min(size, ink.height / 1.6)
    starts = ink.steps(0.5 * ink.width, ink.width, ink.uniform(7, 12))
    colour = ink.look.up if rises else ink.look.down
    ink.write("prices", [(EDGE, 0.3)], colour, size, bold=True)
    ink.write("percents", [(EDGE, 0.3 + 1.4 * size)], colour)
    for line, kind in enumerate(("words", "amounts", "prices")):
        ink.write(kind, [(x, 0.4 + 1.5 * line) for x in starts], ink.page.text)


def _title(ink: Ink) -> None:
    """The chart's title above it, in the middle or at the left."""
    size = min(ink.uniform(1.0, 2.2), max(ink.height / 1.4, 0.8))
    x = EDGE if ink.happens(0.5) else 0.35 * ink.width
    colour = ink.page.label
    kind = "headings" if ink.happens(0.6) else "symbols"
    bold = ink.happens(0.4)
    ink.write(kind, [(x, ink.middle(size))], colour, size, bold)


def _split(ink: Ink, places: list[float]) -> tuple[list[float], list[float]]:
    """The places divided at random: those of rising and those of falling markets."""
    up = ink.rng.random(len(places)) < RISING
    return [place for place, rises in zip(places, up, strict=True) if rises], [
        place for place, rises in zip(places, up, strict=True) if not rises
    ]


def _mixed(first: Colour, second: Colour, share: float) -> Colour:
    """The first colour with a share of the second one."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


# For each kind of panel, the function that notes its rectangles and returns what writes its texts.
PANELS: dict[str, Callable[[Ink], None]] = {
    "header": _header,
    "toolbar": _bar,
    "intervals": lambda ink: _bar(ink, "intervals"),
    "status": _bar,
    "ticker": _ticker,
    "browser": _browser,
    "cookies": _cookies,
    "tools": _tools,
    "watchlist": _watchlist,
    "orderbook": _orderbook,
    "table": _table,
    "news": _news,
    "sidebar": _sidebar,
    "form": _form,
    "quote": _quote,
    "title": _title,
}
