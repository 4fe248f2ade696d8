"""The colours of rising and falling candles: those of a style, varied as users and pictures on the web vary them."""

from __future__ import annotations

import numpy as np

from dataset_builder.drawing.chance import happens, pick, uniform
from dataset_builder.drawing.mixing import Colour
from dataset_builder.drawing.style import Style

SHIFT = 7  # standard deviation of the change of each channel, in levels of 0-255; chosen, not measured
RED_IS_UP = 0.06  # share of charts with the two colours exchanged: in East Asia, red means rising
# Pictures on the web store colour at half the resolution, which greys narrow candles on a light background: the ink of
# light real crops has a median chroma of 39 levels, that of dark ones 100.
FADED_LIGHT, FADED_DARK = 0.75, 0.15  # share of charts with faded colours, on a light and on a dark background
FADED_TO = (0.35, 1.0)  # the share of its chroma that a faded colour keeps
LIGHT = 384  # sum of the three channels above which a background is light: half of their largest sum, rounded up


def draw_palette(style: Style, background: Colour, rng: np.random.Generator) -> tuple[Colour, Colour]:
    """The colours of rising and of falling candles: one of the style's palettes, slightly changed and perhaps faded.

    They are equal where the palette has one colour for both.
    """
    up, down = pick(style.palettes, rng)
    shift = [round(SHIFT * change) for change in rng.standard_normal(6).tolist()]
    alike = up == down
    if happens(rng, RED_IS_UP):
        up, down = down, up
    faded = FADED_LIGHT if sum(background) > LIGHT else FADED_DARK
    keep = uniform(rng, *FADED_TO) if happens(rng, faded) else 1.0
    up = _faded(_shifted(up, shift[:3]), keep)
    return up, up if alike else _faded(_shifted(down, shift[3:]), keep)


def _faded(colour: Colour, keep: float) -> Colour:
    """The colour with the share ``keep`` of its chroma and the same mean of its channels."""
    red, green, blue = colour
    grey = sum(colour) / 3
    return round(grey + (red - grey) * keep), round(grey + (green - grey) * keep), round(grey + (blue - grey) * keep)


def _shifted(colour: Colour, shift: list[int]) -> Colour:
    """The colour with a number added to each channel, within 0 to 255."""
    red, green, blue = (min(max(value + change, 0), 255) for value, change in zip(colour, shift, strict=True))
    return red, green, blue
