"""How large a page is, and which panels lie around its chart."""

from __future__ import annotations

from dataset_builder.drawing.chance import happens, uniform
from dataset_builder.drawing.page import Box, Panel
from dataset_builder.market.sketch import log_uniform
from dataset_builder.streams import Uniform

# The whole page, in screen pixels. Libraries export 600 to 1400 pixels by default settings and common ones; browser
# windows are 1000 to 2560 wide; phones have 2 to 3 pixels a point.
KINDS = ("export", "export", "export", "export", "terminal", "terminal", "site", "site", "phone")  # equally likely
EXPORT_WIDTH, EXPORT_SHAPE = (600, 1400), (1.0, 1.9)  # width; width over height
WINDOW_WIDTH, WINDOW_SHAPE = (1000, 2560), (1.0, 1.8)
PHONE_WIDTH, PHONE_SHAPE = (600, 1290), (0.5, 1.0)
LETTER, PHONE_LETTERS = (10.0, 15.0), (28, 36)  # pixels; letters that a phone is wide

# How small the chart with its axes may become, as shares of the page: 0.4 has 90 of 224 pixels. Panels that would leave
# less are left out.
NARROWEST, LOWEST = 0.42, 0.4

# For each kind of page its panels, in the order in which they take their part of what is left: name, side, probability,
# thickness in heights of a letter.
PANELS: dict[str, tuple[tuple[str, str, float, tuple[float, float]], ...]] = {
    "export": (),
    "terminal": (
        ("browser", "top", 0.25, (5.5, 7.5)),
        ("ticker", "top", 0.2, (2.0, 3.0)),
        ("header", "top", 0.75, (3.0, 5.0)),
        ("cookies", "bottom", 0.06, (5.0, 9.0)),
        ("status", "bottom", 0.35, (1.8, 2.6)),
        ("sidebar", "left", 0.12, (9.0, 15.0)),
        ("watchlist", "right", 0.5, (14.0, 28.0)),
        ("form", "right", 0.2, (14.0, 24.0)),
        ("table", "bottom", 0.45, (8.0, 22.0)),
        ("orderbook", "right", 0.4, (15.0, 26.0)),
        ("orderbook", "left", 0.12, (15.0, 24.0)),
        ("quote", "top", 0.3, (4.5, 6.0)),
        ("toolbar", "top", 0.6, (2.4, 3.6)),
        ("intervals", "bottom", 0.25, (2.0, 3.0)),
        ("tools", "left", 0.6, (3.0, 4.5)),
    ),
    "site": (
        ("browser", "top", 0.35, (5.5, 7.5)),
        ("header", "top", 0.8, (4.0, 6.5)),
        ("ticker", "top", 0.3, (2.4, 3.4)),
        ("cookies", "bottom", 0.15, (5.0, 11.0)),
        ("status", "bottom", 0.2, (2.0, 4.0)),
        ("sidebar", "left", 0.25, (10.0, 18.0)),
        ("news", "right", 0.4, (16.0, 32.0)),
        ("watchlist", "right", 0.25, (16.0, 28.0)),
        ("news", "left", 0.15, (14.0, 26.0)),
        ("news", "top", 0.45, (5.0, 16.0)),
        ("quote", "top", 0.4, (4.5, 7.0)),
        ("news", "bottom", 0.45, (6.0, 24.0)),
        ("table", "bottom", 0.25, (8.0, 20.0)),
        ("toolbar", "top", 0.5, (2.4, 3.6)),
        ("intervals", "bottom", 0.2, (2.0, 3.0)),
    ),
    "phone": (
        ("status", "top", 0.8, (1.6, 2.2)),
        ("header", "top", 0.8, (3.0, 4.5)),
        ("toolbar", "bottom", 0.7, (3.5, 5.0)),
        ("quote", "top", 0.7, (4.5, 6.0)),
        ("intervals", "top", 0.6, (2.2, 3.2)),
        ("form", "bottom", 0.2, (8.0, 14.0)),
        ("orderbook", "bottom", 0.35, (10.0, 24.0)),
        ("watchlist", "bottom", 0.3, (10.0, 24.0)),
        ("news", "bottom", 0.2, (6.0, 16.0)),
        ("intervals", "bottom", 0.3, (2.2, 3.2)),
    ),
}
CARD, CARD_EDGE = 0.35, (0.5, 2.5)  # share of charts with a gap to the panels around them; how wide


def draw_size(rng: Uniform, kind: str) -> tuple[int, int, float]:
    """Width and height of the page and the size of its letters, in screen pixels."""
    widths, shapes = {
        "export": (EXPORT_WIDTH, EXPORT_SHAPE),
        "phone": (PHONE_WIDTH, PHONE_SHAPE),
    }.get(kind, (WINDOW_WIDTH, WINDOW_SHAPE))
    width, shape = round(log_uniform(rng, *widths)), log_uniform(rng, *shapes)
    letter = width / uniform(rng, *PHONE_LETTERS) if kind == "phone" else uniform(rng, *LETTER)
    return width, round(width / shape), round(letter, 3)


def panels_around(rng: Uniform, kind: str, width: int, height: int, letter: float) -> tuple[Box, tuple[Panel, ...]]:
    """What is left for the chart when all panels have taken their parts, and the panels."""
    left, top, right, bottom = 0, 0, width, height
    panels = []
    for name, side, probability, (thinnest, thickest) in PANELS[kind]:
        there, thick = happens(rng, probability), round(letter * uniform(rng, thinnest, thickest))
        across, down = right - left, bottom - top
        enough = across - thick >= NARROWEST * width if side in ("left", "right") else down - thick >= LOWEST * height
        if not (there and enough):
            continue
        if side == "left":
            box, left = (left, top, left + thick, bottom), left + thick
        elif side == "right":
            box, right = (right - thick, top, right, bottom), right - thick
        elif side == "top":
            box, top = (left, top, right, top + thick), top + thick
        else:
            box, bottom = (left, bottom - thick, right, bottom), bottom - thick
        panels.append(Panel(name, box))
    edge = round(letter * uniform(rng, *CARD_EDGE)) if panels and happens(rng, CARD) else 0
    return (left + edge, top + edge, right - edge, bottom - edge), tuple(panels)
