"""Coverage to colour: how much of a pixel is painted, and what it looks like then. Exact in 16-bit integers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from dataset_builder.drawing.axis import SUB, Axis

FULL = np.uint16(SUB * SUB)  # coverage of a pixel that a rectangle covers wholly
Colour = tuple[int, int, int]


def bands(axis: Axis, low: ArrayLike, high: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Which pixels the intervals touch, and their coverage from 0 to FULL."""
    cover = np.add.reduce(axis.cover(low, high), axis=0, dtype=np.int16)
    (hit,) = cover.nonzero()
    return hit, cover[hit].view(np.uint16) * np.uint16(SUB)


def dashes(axis: Axis, dash: float) -> np.ndarray:
    """1 where a dash is and 0 where a gap is, for each pixel."""
    return (np.arange(axis.size) * axis.scale % (2 * dash) < dash).astype(np.uint16)


def mix(part: np.ndarray, masks: Sequence[np.ndarray], colours: Sequence[Colour], opacity: float) -> None:
    """Mix colours into a part of the picture, in place, through masks that add up to no more than FULL."""
    if opacity < 1:
        masks = [(mask * np.uint16(round(opacity * 128))) >> np.uint16(7) for mask in masks]
    rest = FULL - masks[0]
    for mask in masks[1:]:
        rest -= mask
    part *= rest
    for mask, colour in zip(masks, colours, strict=True):
        part += mask * np.array(colour, np.uint16)[:, None, None]
    part >>= np.uint16(8)
