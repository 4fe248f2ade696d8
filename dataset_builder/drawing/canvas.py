"""A small anti-aliasing rasteriser for charts, in exact integer arithmetic.

Charts are rectangles and functions of time, so coverage can be computed instead of supersampled. A chart is laid
out in *screen pixels*, those of a screenshot of any shape, and painted straight into the picture that the model
sees: squeezing the screenshot only makes edges fall between the picture's pixels and fade over more of them. The
coverage of all pixels by many rectangles is one product of two matrices of small integers, so no rounding depends
on the machine and the same chart has the same pixels everywhere.
"""

from __future__ import annotations

from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image

from dataset_builder.drawing.axis import SUB, Axis
from dataset_builder.drawing.mixing import Colour, bands, dashes, mix

BLOCK = 24  # rectangles a block of columns, about: most are narrow, and one product over all would be mostly zeros


class Layer(NamedTuple):
    """Shapes of one colour, beside each other from left to right: arrays of shape (n, 4), one row a shape.

    Rows are (left, top, right, bottom) in screen pixels. Each shape is a rectangle, with a narrower and taller one
    across it if there are ``wicks``, less a part of it if there are ``holes``. Layers that are painted together don't
    overlap.
    """

    colour: Colour
    bodies: np.ndarray
    wicks: np.ndarray | None = None
    holes: np.ndarray | None = None

    def boxes(self) -> np.ndarray:
        """Body, wick and hole of each shape, as far as there are any: shape (n, 1 to 3, 4)."""
        return np.array([boxes for boxes in self[1:] if boxes is not None]).transpose(1, 0, 2)

    def disjoin(self, across: np.ndarray) -> None:
        """Make coverages across, shape (n, 1 to 3, columns), such that all boxes' products add up to the shapes'."""
        if self.wicks is not None:
            across[:, 0] -= across[:, 1]
        if self.holes is not None:
            across[:, -1] *= -1


class Canvas:
    """An RGB picture being painted; positions are screen pixels, y downwards."""

    def __init__(self, screen: tuple[int, int], picture: tuple[int, int], background: Colour, blur: float = 1.0):
        """``screen`` and ``picture`` are (width, height) in pixels; ``blur`` > 1 softens every edge."""
        self.width, self.height = screen
        self.across, self.down = (Axis(*sides, blur) for sides in zip(screen, picture, strict=True))
        self._reach = self.across.reach + self.across.scale  # a shape further away than that covers no part of a pixel
        self.planes = np.empty((3, self.down.size, self.across.size), np.uint16)
        for plane, value in zip(self.planes, background, strict=True):
            plane.fill(value)

    def paint(self, *layers: Layer, opacity: float = 1.0) -> None:
        """Paint rectangles, all layers at once, so that where two of them meet no background shows between them."""
        parts = [layer.boxes() for layer in layers]
        left, top, right, bottom = np.concatenate([boxes.reshape(-1, 4) for boxes in parts]).T
        rows = self.down.span(np.minimum.reduce(top), np.maximum.reduce(bottom))
        columns = self._span_across(np.minimum.reduce(left), np.maximum.reduce(right))
        down, across = self.down.cover(top, bottom, rows), self.across.cover(left, right, columns)
        stops = list(accumulate((boxes[..., 0].size for boxes in parts), initial=0))
        for layer, boxes, start, stop in zip(layers, parts, stops, stops[1:], strict=False):
            layer.disjoin(across[start:stop].reshape(*boxes.shape[:2], across.shape[1]))
        down, across = down.astype(np.float32), across.astype(np.float32)
        blocks = max(len(left) // BLOCK, 1)
        edges = [across.shape[1] * i // blocks for i in range(blocks + 1)]
        screen = (np.array(edges) + columns.start) * self.across.scale
        masks, product = [], np.empty((down.shape[1], across.shape[1]), np.float32)
        for layer, boxes, start in zip(layers, parts, stops, strict=False):
            first = start + boxes.shape[1] * layer.bodies[:, 2].searchsorted(screen[:-1] - self._reach)
            last = start + boxes.shape[1] * layer.bodies[:, 0].searchsorted(screen[1:] + self._reach)
            for touching, block in zip(map(slice, first, last), map(slice, edges, edges[1:]), strict=False):
                np.matmul(down[touching].T, across[touching, block], out=product[:, block])
            masks.append(product.astype(np.uint16))
        mix(self.planes[:, rows, columns], masks, [layer.colour for layer in layers], opacity)

    def rectangle(self, left: float, top: float, right: float, bottom: float, colour: Colour, opacity: float = 1.0):
        """Paint one rectangle."""
        rows, columns = self.down.span(top, bottom), self.across.span(left, right)
        down = self.down.cover([top], [bottom], rows)
        across = self.across.cover([left], [right], columns)
        mix(self.planes[:, rows, columns], [(down.T * across).view(np.uint16)], [colour], opacity)

    def rows(self, top: ArrayLike, bottom: ArrayLike, colour: Colour, opacity: float = 1.0, dash: float = 0.0):
        """Paint bands from the left edge to the right; ``dash`` is the length of a dash and of a gap."""
        hit, mask = bands(self.down, top, bottom)
        mask, part = mask[:, None], self.planes.take(hit, axis=1)
        mix(part, [mask * dashes(self.across, dash) if dash else mask], [colour], opacity)
        self.planes[:, hit] = part

    def columns(self, left: ArrayLike, right: ArrayLike, colour: Colour, opacity: float = 1.0, dash: float = 0.0):
        """Paint bands from the top edge to the bottom."""
        hit, mask = bands(self.across, left, right)
        mask, part = mask[None], self.planes[:, :, hit]
        mix(part, [mask * dashes(self.down, dash)[:, None] if dash else mask], [colour], opacity)
        self.planes[:, :, hit] = part

    def curve(self, x, y, colour: Colour, thickness: float = 1.0, opacity: float = 1.0, dash: float = 0.0) -> None:
        """Paint a line through points with rising x."""
        at, slope, inside = self._trace(np.asarray(x, float), np.asarray(y, float))
        half = thickness / 2 * np.sqrt(1 + np.minimum(slope**2, 16.0))
        half = np.maximum(half, np.abs(slope) * (self.across.scale / 4))
        if dash:
            inside &= np.repeat(dashes(self.across, dash), 2) > 0
        self._stroke(at - half, at + half, inside, colour, opacity)

    def area(self, x, y, colour: Colour, opacity: float) -> None:
        """Fill from a line through points with rising x down to the lower edge."""
        at, _, inside = self._trace(np.asarray(x, float), np.asarray(y, float))
        self._stroke(at, np.full(len(at), self.height + self.down.reach), inside, colour, opacity)

    def stamp(self, mask: np.ndarray, left: float, top: float, colour: Colour, opacity: float = 1.0) -> None:
        """Paint a colour through an 8-bit mask (text) with its corner there; what lies outside is cut."""
        shape = (max(1, round(mask.shape[1] / self.across.scale)), max(1, round(mask.shape[0] / self.down.scale)))
        if shape != mask.shape[::-1]:
            mask = np.asarray(Image.fromarray(mask).resize(shape, Image.Resampling.BILINEAR))
        x, y = round(left / self.across.scale), round(top / self.down.scale)
        rows, columns = slice(max(y, 0), max(y + mask.shape[0], 0)), slice(max(x, 0), max(x + mask.shape[1], 0))
        part = mask[rows.start - y :, columns.start - x :].astype(np.uint16)
        part = part[: max(self.down.size - rows.start, 0), : max(self.across.size - columns.start, 0)]
        mix(self.planes[:, rows, columns], [part + (part >> 7)], [colour], opacity)

    def pixels(self) -> np.ndarray:
        """The picture, RGB: uint8, shape (height, width, 3)."""
        pixels = np.empty((self.down.size, self.across.size, 3), np.uint8)
        for channel, plane in enumerate(self.planes):
            pixels[..., channel] = plane
        return pixels

    def _span_across(self, left: float, right: float) -> slice:
        """The columns to paint: all of them where most are touched, because whole rows lie together in memory."""
        columns = self.across.span(left, right)
        return columns if 2 * (columns.stop - columns.start) < self.across.size else slice(0, self.across.size)

    def _trace(self, x: np.ndarray, y: np.ndarray):
        """A line's y and slope in each half-pixel column of the picture, and which columns it crosses."""
        edges = np.arange(2 * self.across.size + 1) * (self.across.scale / 2)
        at = np.interp(edges, x, y)
        slope = (at[1:] - at[:-1]) / (self.across.scale / 2)
        inside = (edges[1:] > x[0]) & (edges[:-1] < x[-1])
        return (at[1:] + at[:-1]) / 2, slope, inside

    def _stroke(self, top: np.ndarray, bottom: np.ndarray, inside: np.ndarray, colour: Colour, opacity: float) -> None:
        if not inside.any():
            return
        rows = self.down.span(top[inside].min(), bottom[inside].max())
        bottom = np.where(inside, bottom, top)  # of no height where there is no line
        mask, half = self.down.cover_down(top.reshape(-1, 2).T, bottom.reshape(-1, 2).T, rows)
        mask += half
        mask *= np.int16(SUB // 2)
        mix(self.planes[:, rows], [mask.view(np.uint16)], [colour], opacity)
