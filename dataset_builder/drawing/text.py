"""Words and numbers as masks, in the font that comes with Pillow."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

SMALLEST = 6  # pixels: smaller letters cannot be read
EVERY_SIZE = 13  # pixels: from this size on only even sizes are drawn, so that fewer letters are drawn and kept
LINE_HEIGHT = 1.3  # of the letter size: room above and below the letters
BOLD_STROKE = 0.4  # pixels added around bold letters


def text_mask(text: str, size: float, bold: bool = False) -> NDArray[np.uint8]:
    """One line of text as a mask: 0 to 255, shape (height, width).

    ``size`` is the size of the font in pixels, rounded to one that is drawn.
    """
    size = max(round(size), SMALLEST) if size < EVERY_SIZE else 2 * round(size / 2)
    return np.concatenate([_letter(letter, size, bold) for letter in text], axis=1)


def coarse(size: float, scale: float) -> tuple[int, float]:
    """The font size for letters of ``size`` screen pixels, and by how much its masks are enlarged to have that size.

    ``scale`` is the number of screen pixels in a pixel of the picture: where it is large, letters need not be drawn
    larger than they can be seen, which takes less time.
    """
    font = max(round(min(size / scale, size)), SMALLEST)
    font = font if font < EVERY_SIZE else 2 * round(font / 2)
    return font, size / font


@lru_cache(maxsize=8192)
def _letter(letter: str, size: int, bold: bool) -> NDArray[np.uint8]:
    """The mask of one letter. Letters are kept one by one: numbers on an axis hardly ever repeat, their digits do."""
    font = _font(size)
    mask = Image.new("L", (max(round(font.getlength(letter)), 1) + bold, round(size * LINE_HEIGHT)))
    stroke = BOLD_STROKE if bold else 0
    ImageDraw.Draw(mask).text((0, size), letter, font=font, fill=255, anchor="ls", stroke_width=stroke)
    return np.asarray(mask)


@lru_cache(maxsize=256)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
