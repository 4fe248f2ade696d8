"""The colours of rising and falling candles: a platform's own, changed as users and pictures on the web change them."""

from __future__ import annotations

import numpy as np

from dataset_builder.drawing.chance import happens, pick, uniform
from dataset_builder.drawing.mixing import Colour
from dataset_builder.drawing.style import Style


def draw_palette(style: Style, background: Colour, rng: np.random.Generator) -> tuple[Colour, Colour]:
    """The colours of rising and falling candles, each a little off the platform's own.

    Many are faded where the background is light: pictures on the web store colour at half the resolution, which greys
    narrow candles (the ink of light real crops has a median chroma of 39 levels, that of dark ones 100).
    """
    up, down = pick(style.palettes, rng)
    shift = [round(7 * change) for change in rng.standard_normal(6).tolist()]
    alike = up == down
    if happens(rng, 0.06):  # East Asian convention: red is up
        up, down = down, up
    keep = uniform(rng, 0.35, 1.0) if happens(rng, 0.75 if sum(background) > 384 else 0.15) else 1.0
    up = _faded(_shifted(up, shift[:3]), keep)
    return up, up if alike else _faded(_shifted(down, shift[3:]), keep)


def _faded(colour: Colour, keep: float) -> Colour:
    """The colour with that share of its chroma, as light as before."""
    grey = sum(colour) / 3
    return tuple(round(grey + (value - grey) * keep) for value in colour)


def _shifted(colour: Colour, shift: list[int]) -> Colour:
    return tuple(min(max(value + change, 0), 255) for value, change in zip(colour, shift, strict=True))
