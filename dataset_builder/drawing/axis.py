"""One side of a picture: how positions on the screen fall on its pixels, and how much of each an interval covers."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

SUB = 16  # levels of coverage along one side
_NONE, _ALL = np.int16(0), np.int16(SUB)


class Axis:
    """A side of ``screen`` screen pixels, in which positions are given, and of ``size`` picture pixels, up to 1024."""

    def __init__(self, screen: int, size: int, blur: float):
        self.size = size
        self.scale = screen / size  # screen pixels a picture pixel
        # Bilinear resizing turns a sharp edge into a ramp: one screen pixel wide when it enlarges, 1.3 picture pixels
        # (less 0.3 screen pixels) wide when it shrinks.
        fade = max(1.0, 1.3 * self.scale - 0.3) * blur
        self.reach = fade / 2
        self._gain = SUB / fade
        self._end = (screen + 2 * fade) * self._gain
        self._centres = np.rint(np.arange(0.5, size) * (self.scale * self._gain)).astype(np.int16) + np.int16(SUB // 2)

    def span(self, low: float, high: float) -> slice:
        """The pixels that the interval [low, high) may touch."""
        first = int((low - self.reach) / self.scale)
        last = int((high + self.reach) / self.scale) + 1
        return slice(min(max(first, 0), self.size), min(max(last, 0), self.size))

    def cover(self, low: ArrayLike, high: ArrayLike, pixels: slice = slice(None)) -> np.ndarray:
        """How much of each pixel the intervals [low, high) cover, from 0 to SUB: int16, shape (intervals, pixels).

        Intervals that don't overlap never add up to more than SUB.
        """
        return self._between(self._centres[pixels], self._levels(low, high)[:, :, None])

    def cover_down(self, low: ArrayLike, high: ArrayLike, pixels: slice) -> np.ndarray:
        """The same as ``cover`` for intervals of shape (..., n): shape (..., pixels, n)."""
        return self._between(self._centres[pixels, None], self._levels(low, high)[..., None, :])

    def _levels(self, low: ArrayLike, high: ArrayLike) -> np.ndarray:
        """Edges in units of 1/SUB of the ramp's width, clipped far outside the picture so that int16 holds them."""
        return np.rint((np.array((low, high)) * self._gain).clip(-2 * SUB, self._end)).astype(np.int16)

    def _between(self, centres: np.ndarray, edges: np.ndarray) -> np.ndarray:
        """Coverage of each pixel centre: how far it lies past the low edges, less how far past the high ones."""
        passed = centres - edges
        low, high = passed.clip(_NONE, _ALL, out=passed)
        return np.subtract(low, high, out=low)
