"""Texts on a page: articles, a market's price in large figures, and the chart's title."""

from __future__ import annotations

from dataset_builder.drawing.look import LINE_COLOURS
from dataset_builder.drawing.panels.sheet import EDGE, RISING, Ink, mixed

LINE_STEP = (1.4, 1.8)  # from a line of text to the next
COLUMN = 48.0  # from a column of sentences to the next in a wide panel: most sentences are shorter
BIG = (1.6, 3.0)  # headings and large prices


def news(ink: Ink) -> None:
    """Headings, lines of text and small pictures."""
    size, step = ink.uniform(*BIG), ink.uniform(*LINE_STEP)
    starts = [EDGE, *ink.steps(EDGE + COLUMN, ink.width - COLUMN / 2, COLUMN)]
    ys = ink.steps(EDGE + 1.6 * size, ink.height - 1, step)
    every = int(ink.uniform(4, 12))  # lines in a paragraph
    lines = [y for place, y in enumerate(ys) if place % every != every - 1]
    picture = ink.happens(0.3) and ink.height > 12 and ink.width > 12
    if picture:
        top, colour = ink.height - ink.uniform(5, 10), LINE_COLOURS[int(ink.rng.random() * len(LINE_COLOURS))]
        ink.rectangle(EDGE, top, EDGE + ink.uniform(8, 16), ink.height - 0.5, mixed(ink.page.ground, colour, 0.6))
        lines = [y for y in lines if y < top - 1.3]
    ink.write("headings", [(EDGE, EDGE / 2)], ink.page.text, size, bold=True)
    ink.write("sentences", [(x, y) for y in lines for x in starts], ink.page.text)


def quote(ink: Ink) -> None:
    """A large price with its change, and a few numbers beside it."""
    size, rises = ink.uniform(*BIG), ink.happens(RISING)
    size = min(size, ink.height / 1.6)
    starts = ink.steps(0.5 * ink.width, ink.width, ink.uniform(7, 12))
    colour = ink.look.up if rises else ink.look.down
    ink.write("prices", [(EDGE, 0.3)], colour, size, bold=True)
    ink.write("percents", [(EDGE, 0.3 + 1.4 * size)], colour)
    for line, kind in enumerate(("words", "amounts", "prices")):
        ink.write(kind, [(x, 0.4 + 1.5 * line) for x in starts], ink.page.text)


def title(ink: Ink) -> None:
    """The chart's title above it, in the middle or at the left."""
    size = min(ink.uniform(1.0, 2.2), max(ink.height / 1.4, 0.8))
    x = EDGE if ink.happens(0.5) else 0.35 * ink.width
    colour = ink.page.label
    kind = "headings" if ink.happens(0.6) else "symbols"
    bold = ink.happens(0.4)
    ink.write(kind, [(x, ink.middle(size))], colour, size, bold)
