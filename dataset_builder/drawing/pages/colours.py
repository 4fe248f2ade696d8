"""Colours of pages: of paper and pane, of the ground around them, of lines and texts on it."""

from __future__ import annotations

from dataset_builder.drawing.chance import happens, whole
from dataset_builder.drawing.look import Look
from dataset_builder.drawing.mixing import Colour
from dataset_builder.drawing.palette import LIGHT
from dataset_builder.streams import Uniform

# Paper and pane differ on figures of plotly, mplfinance and many sites.
TINTED = {"export": 0.5, "terminal": 0.12, "site": 0.2, "phone": 0.1}
STRONG = 0.2  # share of tinted panes, and of pages, with any colour at all
TINT = (4, 34)  # levels between paper and pane
WHITE_GRID = 0.5  # share of tinted light panes with a white grid


def tint(rng: Uniform, look: Look, tinted: bool) -> tuple[Colour, Colour, Colour]:
    """The colours of pane, paper and grid."""
    background = look.background
    dark = sum(background) <= LIGHT
    change = [whole(rng, *TINT) for _ in range(3)]
    strong = (whole(rng, 0, 256), whole(rng, 0, 256), whole(rng, 0, 256))
    kind, white = rng.random(), happens(rng, WHITE_GRID)
    grid = look.style.grid or toward(background, whole(rng, 12, 50), dark)
    if not tinted:
        return background, background, grid
    if kind < STRONG:
        return background, strong, grid
    if kind < (1 + STRONG) / 2:  # the paper keeps the colour, the pane is tinted
        pane = _shift(background, change, 1 if dark else -1)
        return pane, background, (255, 255, 255) if white and not dark else toward(pane, whole(rng, 10, 50), dark)
    return background, _shift(background, change, 1 if dark else -1), grid


def shade(rng: Uniform, dark: bool) -> Colour:
    """A colour of a page's ground: nearly black or nearly white, or any."""
    levels = [whole(rng, 0, 45) for _ in range(2)]
    any_colour = (whole(rng, 0, 256), whole(rng, 0, 256), whole(rng, 0, 256))
    if happens(rng, STRONG / 4):
        return any_colour
    grey, blue = (levels[0], min(levels[0] + levels[1] // 3, 255)) if dark else (255 - levels[0] // 2, 255)
    return grey, grey, blue if dark or happens(rng, 0.3) else grey


def toward(colour: Colour, levels: int, dark: bool) -> Colour:
    """The colour made lighter, if it is dark, or darker, by a number of levels."""
    return _shift(colour, [levels] * 3, 1 if dark else -1)


def _shift(colour: Colour, levels: list[int], sign: int) -> Colour:
    red, green, blue = (min(max(value + sign * level, 0), 255) for value, level in zip(colour, levels, strict=True))
    return red, green, blue
