"""From coverage to colour: mixes a colour into a pixel by the share of it that is covered, in 16-bit integers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dataset_builder.drawing.axis import SUB, Axis

FULL = np.uint16(SUB * SUB)  # coverage of a pixel that a rectangle covers wholly; a power of two, see ``mix``
OPACITY_STEPS, OPACITY_BITS = 128, np.uint16(7)  # opacity is rounded to steps of 1/128, a shift by 7 bits
Colour = tuple[int, int, int]  # red, green and blue, 0 to 255
Mask = NDArray[np.uint16]  # coverages of pixels, from 0 to FULL


def bands(axis: Axis, low: ArrayLike, high: ArrayLike) -> tuple[NDArray[np.intp], Mask]:
    """The indices of the pixels along a side that intervals [low, high) cover a part of, and their coverages.

    ``low`` and ``high`` are in screen pixels, shape (intervals,); both results have shape (pixels,).
    """
    cover = np.add.reduce(axis.cover(low, high), axis=0, dtype=np.int16)
    (hit,) = cover.nonzero()
    return hit, cover[hit].view(np.uint16) * np.uint16(SUB)


def dashes(axis: Axis, dash: float) -> NDArray[np.uint16]:
    """1 for each pixel along a side where a dash is, and 0 where a gap is; both are ``dash`` screen pixels long."""
    return ((np.arange(axis.size) * axis.scale + axis.origin) % (2 * dash) < dash).astype(np.uint16)


def mix(part: NDArray[np.uint16], masks: Sequence[Mask], colours: Sequence[Colour], opacity: float) -> None:
    """Mix colours into a part of the picture, in place.

    ``part`` has shape (3, rows, columns) and holds values from 0 to 255. Each of the masks, which has the shape (rows,
    columns) or broadcasts to it, belongs to one colour; together they add up to FULL at most. ``opacity`` is 0 to 1.
    """
    if opacity < 1:
        masks = [(mask * np.uint16(round(opacity * OPACITY_STEPS))) >> OPACITY_BITS for mask in masks]
    rest: Mask = FULL - masks[0]
    for mask in masks[1:]:
        rest -= mask
    part *= rest
    for mask, colour in zip(masks, colours, strict=True):
        part += mask * np.array(colour, np.uint16)[:, None, None]
    part >>= np.uint16(8)  # divides by FULL
