"""Words and numbers as masks, in the font that comes with Pillow."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

SMALLEST = 6  # pixels: smaller letters are no letters


def text_mask(text: str, size: float, bold: bool = False) -> np.ndarray:
    """An 8-bit mask of one line of text in letters of about ``size`` pixels, shape (height, width)."""
    size = max(round(size), SMALLEST) if size < 13 else 2 * round(size / 2)  # fewer sizes, fewer letters to draw
    return np.concatenate([_letter(letter, size, bold) for letter in text], axis=1)


@lru_cache(maxsize=8192)
def _letter(letter: str, size: int, bold: bool) -> np.ndarray:
    """Letters are drawn once and set side by side: numbers on an axis hardly ever repeat, their digits do."""
    font = _font(size)
    mask = Image.new("L", (max(round(font.getlength(letter)), 1) + bold, round(size * 1.3)))
    ImageDraw.Draw(mask).text((0, size), letter, font=font, fill=255, anchor="ls", stroke_width=0.4 if bold else 0)
    return np.asarray(mask)


@lru_cache(maxsize=256)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.load_default(size)
