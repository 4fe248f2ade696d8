"""A small anti-aliasing rasteriser for charts, in exact integer arithmetic.

Charts are rectangles and functions of time, so coverage can be computed instead of supersampled. Positions lie
on a grid of 1/16 pixel; the coverage of many rectangles by a pixel is then one product of two small integer
matrices. No rounding depends on the machine, so the same chart has the same bytes everywhere.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

SUB = 16  # sub-pixel positions a pixel; SUB * SUB is full coverage
Colour = tuple[int, int, int]


class Canvas:
    """An RGB picture being painted, ``width`` x ``height`` pixels, y downwards."""

    def __init__(self, width: int, height: int, background: Colour):
        self.width, self.height = width, height
        self.planes = np.empty((3, height, width), np.uint16)
        self.planes[:] = np.array(background, np.uint16)[:, None, None]

    def blend(self, coverage: np.ndarray, colour: Colour, opacity: float = 1.0) -> None:
        """Paint a colour through a mask of shape (height, width) with values from 0 to 256."""
        rows = np.flatnonzero(coverage.any(axis=1))
        if len(rows) == 0:
            return
        rows = slice(rows[0], rows[-1] + 1)
        mask = coverage[rows].astype(np.uint16)
        if opacity < 1:
            mask = (mask * np.uint16(round(opacity * 128))) >> 7
        rest = np.uint16(256) - mask
        for plane, value in zip(self.planes, colour, strict=True):
            part = plane[rows]
            part *= rest
            part += mask * np.uint16(value)
            part += np.uint16(128)
            part >>= np.uint16(8)

    def rectangles(self, left, top, right, bottom, colour: Colour, opacity: float = 1.0) -> None:
        """Paint rectangles (arrays or numbers, in pixels) that don't overlap one another."""
        across = _cover(left, right, self.width)
        down = _cover(top, bottom, self.height)
        self.blend(np.minimum(down.T @ across, SUB * SUB), colour, opacity)

    def rectangle(self, left: float, top: float, right: float, bottom: float, colour: Colour, opacity: float = 1.0):
        """Paint one rectangle."""
        self.rectangles([left], [top], [right], [bottom], colour, opacity)

    def curve(self, x, y, colour: Colour, thickness: float = 1.0, opacity: float = 1.0, dash: float = 0.0) -> None:
        """Paint a line through points with rising x. ``dash`` is the length of a dash and of a gap, in pixels."""
        upper, lower, inside = self._outline(np.asarray(x, float), np.asarray(y, float), thickness)
        if dash:
            inside &= (np.arange(len(inside)) / 2) % (2 * dash) < dash
        down = _cover(upper, lower, self.height) * inside[:, None]
        self.blend(((down[0::2] + down[1::2]) * (SUB / 2)).T, colour, opacity)

    def area(self, x, y, colour: Colour, opacity: float) -> None:
        """Fill from a line through points with rising x down to the lower edge."""
        upper, _, inside = self._outline(np.asarray(x, float), np.asarray(y, float), 0.0)
        down = _cover(upper, np.full(len(upper), self.height), self.height) * inside[:, None]
        self.blend(((down[0::2] + down[1::2]) * (SUB / 2)).T, colour, opacity)

    def _outline(self, x: np.ndarray, y: np.ndarray, thickness: float):
        """Top and bottom of a stroke in each half-pixel column, and which columns it crosses."""
        edges = np.arange(2 * self.width + 1) / 2
        at = np.interp(edges, x, y)
        slope = np.diff(at) * 2
        half = thickness / 2 * np.sqrt(1 + np.minimum(slope**2, 16.0))
        inside = (edges[1:] > x[0]) & (edges[:-1] < x[-1])
        middle = (at[1:] + at[:-1]) / 2
        half = np.maximum(half, np.abs(slope) / 4)
        return middle - half, middle + half, inside

    def stamp(self, mask: Image.Image, left: int, top: int, colour: Colour, opacity: float = 1.0) -> None:
        """Paint a colour through an 8-bit mask (text) with its corner at that pixel; what lies outside is cut."""
        sheet = Image.new("L", (self.width, self.height))
        sheet.paste(mask, (left, top))
        values = np.asarray(sheet, np.uint16)
        self.blend(values + (values >> 7), colour, opacity)

    def image(self) -> Image.Image:
        """The picture as Pillow RGB."""
        return Image.fromarray(np.ascontiguousarray(self.planes.astype(np.uint8).transpose(1, 2, 0)))


def _cover(low, high, size: int) -> np.ndarray:
    """How much of each pixel the intervals [low, high) cover, shape (intervals, size), values 0 to SUB."""
    low = np.round(np.asarray(low, float) * SUB).astype(np.float32)[:, None]
    high = np.round(np.asarray(high, float) * SUB).astype(np.float32)[:, None]
    pixels = (np.arange(size, dtype=np.float32) * SUB)[None, :]
    return np.clip(high - pixels, 0, SUB) - np.clip(low - pixels, 0, SUB)
