"""One side of a picture: which of its pixels an interval on the screen covers, and how much of each."""

from __future__ import annotations

import copy
import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

SUB = 16  # levels of coverage along one side: a product of two, up to 256, times a colour up to 255 fits in 16 bits
# Bilinear resizing turns a sharp edge into a ramp. When it enlarges, the ramp is one screen pixel wide; when it
# shrinks, it is RAMP picture pixels less RAMP_LESS screen pixels wide.
RAMP, RAMP_LESS = 1.3, 0.3
_NONE, _ALL = np.int16(0), np.int16(SUB)


class Axis:
    """A side of ``screen`` screen pixels, the unit of all positions, that is drawn as ``size`` picture pixels.

    ``size`` is at most 1024, so that positions fit in 16 bits. ``blur`` is the factor by which edges are wider than
    bilinear resizing makes them.
    """

    def __init__(self, screen: int, size: int, blur: float) -> None:
        self.size = size
        self.scale = screen / size  # screen pixels in a picture pixel
        self.origin = 0.0  # screen position of the first pixel's outer edge
        fade = max(1.0, RAMP * self.scale - RAMP_LESS) * blur
        self.reach = fade / 2  # how far beyond its ends an interval still covers part of a pixel's centre
        self._gain = SUB / fade
        self._end = (screen + 2 * fade) * self._gain
        self._centres = np.rint(np.arange(0.5, size) * (self.scale * self._gain)).astype(np.int16) + np.int16(SUB // 2)

    def part(self, low: float, high: float) -> tuple[Axis, slice]:
        """The pixels that the interval [low, high) touches as an axis whose position 0 lies at ``low``; and which.

        There is at least one. ``low`` and ``high`` are in screen pixels and lie inside the picture.
        """
        first = min(max(math.floor(low / self.scale), 0), self.size - 1)
        last = min(max(math.ceil(high / self.scale), first + 1), self.size)
        part = copy.copy(self)
        part.size, part.origin = last - first, first * self.scale - low
        centres = np.arange(0.5, part.size) * self.scale + part.origin
        part._centres = np.rint(centres * self._gain).astype(np.int16) + np.int16(SUB // 2)
        return part, slice(first, last)

    def span(self, low: float, high: float) -> slice:
        """The picture pixels of which the interval [low, high), in screen pixels, may cover a part."""
        first = int((low - self.origin - self.reach) / self.scale)
        last = int((high - self.origin + self.reach) / self.scale) + 1
        return slice(min(max(first, 0), self.size), min(max(last, 0), self.size))

    def cover(self, low: ArrayLike, high: ArrayLike, pixels: slice = slice(None)) -> NDArray[np.int16]:
        """How much of each pixel each interval [low, high) covers, from 0 to SUB: shape (intervals, pixels).

        ``low`` and ``high`` have shape (intervals,), in screen pixels. The coverages of intervals that do not overlap
        add up to SUB at most.
        """
        return self._between(self._centres[pixels], self._levels(low, high)[:, :, None])

    def cover_down(self, low: ArrayLike, high: ArrayLike, pixels: slice) -> NDArray[np.int16]:
        """The same as ``cover`` with the pixels before the intervals: intervals (..., n) give (..., pixels, n)."""
        return self._between(self._centres[pixels, None], self._levels(low, high)[..., None, :])

    def _levels(self, low: ArrayLike, high: ArrayLike) -> NDArray[np.int16]:
        """Low and high edges in units of a SUB-th of the ramp's width, as shape (2, ...).

        Positions far outside the picture are moved nearer to it, which changes no pixel, so that 16 bits hold them.
        """
        levels: NDArray[np.int16] = np.rint((np.array((low, high)) * self._gain).clip(-2 * SUB, self._end)).astype(
            np.int16
        )
        return levels

    def _between(self, centres: NDArray[np.int16], edges: NDArray[np.int16]) -> NDArray[np.int16]:
        """Coverage at each pixel's centre: the part of the low edge's ramp that it has passed, less the high edge's."""
        passed = centres - edges
        low, high = passed.clip(_NONE, _ALL, out=passed)
        covered: NDArray[np.int16] = np.subtract(low, high, out=low)
        return covered
