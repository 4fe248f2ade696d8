"""Lists and tables on a page: markets, orders, menus and fields to fill in."""

from __future__ import annotations

import numpy as np

from dataset_builder.drawing.panels.sheet import EDGE, RISING, Ink, mixed, split

ROW_STEP = (1.5, 2.6)  # from a row of a list to the next
DEPTH_TINT = 0.25  # how strong the bars of an order book are


def watchlist(ink: Ink) -> None:
    """A list of markets with price and change, some rows marked."""
    step = ink.uniform(*ROW_STEP)
    ys = ink.steps(2.5 * EDGE + 2, ink.height * ink.uniform(0.7, 1.0), step)
    up, down = split(ink, ys)
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


def orderbook(ink: Ink) -> None:
    """Offers above, bids below, with bars for their sizes, and the last price between."""
    step, middle = ink.uniform(1.35, 1.9), ink.height / 2
    ys = ink.steps(1.5 * EDGE + 1, ink.height, step)
    asks, bids = [y for y in ys if y < middle - step], [y for y in ys if y > middle + step]
    if ink.happens(0.7):
        from_right = ink.happens(0.7)
        for rows, colour, near in ((asks, ink.look.down, True), (bids, ink.look.up, False)):
            tint = mixed(ink.page.panel, colour, DEPTH_TINT)
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


def table(ink: Ink) -> None:
    """Tabs, and rows of words and numbers in columns."""
    step, columns = ink.uniform(*ROW_STEP), int(ink.uniform(4, 10))
    ys = ink.steps(2.4, ink.height * ink.uniform(0.5, 1.0), step)
    xs = [EDGE + (ink.width - EDGE) * place / columns for place in range(columns)]
    up, down = split(ink, ys)
    striped = ink.happens(0.25)
    for y in ys[::2] if striped else []:
        ink.rectangle(0, y - 0.3, ink.width, y + step - 0.35, mixed(ink.page.panel, ink.page.line, 0.5))
    tabs = ink.steps(EDGE, ink.width * ink.uniform(0.3, 0.7), 7)
    ink.write("words", [(x, 0.5) for x in tabs], ink.page.accent if ink.page.seed % 2 else ink.page.text)
    ink.write("symbols", [(xs[0], y) for y in ys], ink.page.text)
    kinds = ("prices", "amounts", "times", "words", "amounts", "prices")
    for place, x in enumerate(xs[1:-1]):
        ink.write(kinds[(place + ink.page.seed) % len(kinds)], [(x, y) for y in ys], ink.page.text)
    ink.write("percents", [(xs[-1], y) for y in up], ink.look.up)
    ink.write("percents", [(xs[-1], y) for y in down], ink.look.down)


def sidebar(ink: Ink) -> None:
    """Words one below the other, as menus have them; one is chosen."""
    ys = ink.steps(2 * EDGE, ink.height * ink.uniform(0.4, 1.0), ink.uniform(2.2, 3.6))
    if ys and ink.happens(0.6):
        chosen = ys[int(ink.rng.random() * len(ys))]
        ink.rectangle(0, chosen - 0.5, ink.width, chosen + 1.7, mixed(ink.page.panel, ink.page.accent, 0.3))
    ink.write("icons", [(EDGE, y) for y in ys], ink.page.text)
    ink.write("words", [(EDGE + 2.2, y) for y in ys], ink.page.text)


def form(ink: Ink) -> None:
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
