"""Bars along the edges of a page: its name, menus, markets and tools."""

from __future__ import annotations

from dataset_builder.drawing.panels.sheet import EDGE, Ink, split

WORD_STEP = (5.5, 9.0)  # from a word of a bar to the next


def bar(ink: Ink, kind: str = "words") -> None:
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


def header(ink: Ink) -> None:
    """The name of the site or market in large letters, words, and a button."""
    size, step, y = ink.uniform(1.2, 1.8), ink.uniform(*WORD_STEP), ink.middle()
    at = [(x, y) for x in ink.steps(14, ink.width * ink.uniform(0.4, 0.85), step)]
    if ink.happens(0.5):
        ink.rectangle(EDGE, 0.25 * ink.height, EDGE + 0.5 * ink.height, 0.75 * ink.height, ink.page.accent)
    if ink.happens(0.7) and ink.width > 24:
        ink.rectangle(ink.width - 8, 0.22 * ink.height, ink.width - 1, 0.78 * ink.height, ink.page.accent)
    ink.write("words", at, ink.page.text)
    ink.write("symbols", [(EDGE + 0.6 * ink.height, ink.middle(size))], ink.page.text, size, bold=True)


def ticker(ink: Ink) -> None:
    """Markets and their changes, side by side."""
    step, y = ink.uniform(12, 18), ink.middle()
    starts = ink.steps(EDGE, ink.width, step)
    up, down = split(ink, starts)
    ink.write("symbols", [(x, y) for x in starts], ink.page.text)
    ink.write("percents", [(x + 6.5, y) for x in up], ink.look.up)
    ink.write("percents", [(x + 6.5, y) for x in down], ink.look.down)


def browser(ink: Ink) -> None:
    """Tabs of a browser and its address bar."""
    half = 0.5 * ink.height
    ink.rectangle(EDGE + 4, 0.15 * ink.height, EDGE + 4 + ink.uniform(10, 20), half, ink.page.ground)
    ink.rectangle(EDGE + 6, 1.2 * half, ink.width * ink.uniform(0.6, 0.95), 1.85 * half, ink.page.ground)
    tabs = ink.steps(EDGE + 30, ink.width * ink.uniform(0.3, 0.9), ink.uniform(12, 18))
    ink.write("words", [(EDGE + 5, 0.4 * half)], ink.page.text)
    ink.write("words", [(x, 0.4 * half) for x in tabs], ink.page.text)
    ink.write("addresses", [(EDGE + 7, 1.25 * half)], ink.page.text)
    ink.write("icons", [(x, 1.25 * half) for x in (EDGE, EDGE + 2, EDGE + 4)], ink.page.text)


def cookies(ink: Ink) -> None:
    """A notice with two buttons."""
    ink.rectangle(ink.width - 22, 0.25 * ink.height, ink.width - 12, 0.75 * ink.height, ink.page.accent)
    ink.rectangle(ink.width - 11, 0.25 * ink.height, ink.width - 1, 0.75 * ink.height, ink.page.line)
    lines = ink.steps(0.2 * ink.height, ink.height - 1, 1.6)
    ink.write("sentences", [(2 * EDGE, y) for y in lines], ink.page.text)


def tools(ink: Ink) -> None:
    """Icons of drawing tools, one below the other."""
    step, size = ink.uniform(2.2, 3.4), ink.uniform(1.1, 1.6)
    ys = ink.steps(EDGE, ink.height * ink.uniform(0.5, 1.0), step)
    x = max(ink.width / 2 - 0.35 * size, 0.0)
    ink.write("icons", [(x, y) for y in ys], ink.page.text, size)
