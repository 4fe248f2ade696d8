"""Coverage to colour: how much of a pixel is painted, and what it looks like then. Exact in 16-bit integers."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np

from dataset_builder.drawing.axis import SUB, Axis

FULL = np.uint16(SUB * SUB)  # coverage of a pixel that a rectangle covers wholly
Colour = tuple[int, int, int]


def bands(axis: Axis, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which pixels the intervals touch, and their coverage from 0 to FULL."""
    cover = np.add.reduce(axis.cover(low, high), axis=0, dtype=np.uint16)
    hit = cover.nonzero()[0]
    return hit, cover[hit] * np.uint16(SUB)


def dashes(axis: Axis, dash: float) -> np.ndarray:
    """1 where a dash is and 0 where a gap is, for each pixel; without gaps, a single 1 for all of them."""
    if not dash:
        return np.ones(1, np.uint16)
    return (np.arange(axis.size) * axis.scale % (2 * dash) < dash).astype(np.uint16)


def tint(part: np.ndarray, mask: np.ndarray, colour: Colour, opacity: float) -> None:
    """Mix one colour into a small part of the picture, in place: as ``mix``, in fewer calls."""
    if opacity < 1:
        mask = (mask * np.uint16(round(opacity * 128))) >> np.uint16(7)
    part *= FULL - mask
    part += mask * np.array(colour, np.uint16)[:, None, None]
    part >>= np.uint16(8)


def mix(part: np.ndarray, masks: Sequence[np.ndarray], colours: list[Colour], opacity: float) -> None:
    """Mix colours into a part of the picture, in place, through masks that add up to no more than FULL."""
    if opacity < 1:
        masks = [(mask * np.uint16(round(opacity * 128))) >> np.uint16(7) for mask in masks]
    rest = functools.reduce(np.subtract, masks, FULL)
    share = np.empty_like(rest)
    for plane, values in zip(part, zip(*colours, strict=True), strict=True):
        plane *= rest
        for mask, value in zip(masks, values, strict=True):
            plane += np.multiply(mask, np.uint16(value), out=share)
        plane >>= np.uint16(8)
