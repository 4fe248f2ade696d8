"""A small anti-aliasing rasteriser for charts, in exact integer arithmetic.

Charts consist of rectangles and functions of time, so the share of a pixel that they cover can be computed, without
supersampling. Positions are given in *screen pixels*, those of a screenshot of any width and height, and painted
directly into the smaller picture that the model sees. The result is that of resizing the screenshot: edges lie between
the picture's pixels and their colours change over more than one of them. The coverage of all pixels by many rectangles
is one product of two matrices of small integers, so no rounding depends on the machine, and the same chart has the same
pixels everywhere.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from itertools import accumulate

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from cryptoai_common.arrays import Floats
from dataset_builder.drawing.axis import SUB, Axis
from dataset_builder.drawing.layer import Layer
from dataset_builder.drawing.mixing import FULL, Colour, bands, dashes, mix

# About how many rectangles one matrix product paints, in a block of columns. Most rectangles are narrow, so that one
# product over the whole width would multiply mostly zeros.
BLOCK = 24
# Pixels between rectangles that may be painted with them: to paint one more rectangle takes as long as so many pixels.
AT_ONCE = 1500
STEEPEST = 16.0  # largest squared slope for which a curve is thickened, so that steep lines keep a bounded height


class Canvas:
    """An RGB picture being painted. Positions are in screen pixels, x to the right, y downwards; opacity is 0 to 1."""

    def __init__(
        self, screen: tuple[int, int], picture: tuple[int, int], background: Colour, blur: float = 1.0
    ) -> None:
        """``screen`` and ``picture`` are (width, height) in pixels; a ``blur`` above 1 makes edges that much wider."""
        self.width, self.height = screen
        self.letters = 0.0  # size of a platform's labels in screen pixels; 0: a share of the shorter side
        self.across, self.down = (Axis(*sides, blur) for sides in zip(screen, picture, strict=True))
        self._reach = self.across.reach + self.across.scale  # a shape further away than that covers no part of a pixel
        self.planes: NDArray[np.uint16] = np.empty((3, self.down.size, self.across.size), np.uint16)
        for plane, value in zip(self.planes, background, strict=True):
            plane.fill(value)

    def window(self, box: tuple[int, int, int, int]) -> Canvas:
        """A canvas that is a part of this one: positions count from its corner, and nothing is painted outside of it.

        ``box`` is (left, top, right, bottom) in screen pixels. What is painted shows on this canvas too. Where edges of
        the box lie inside pixels of the picture, the window has these pixels wholly.
        """
        left, top, right, bottom = box
        window = copy.copy(self)
        window.width, window.height = right - left, bottom - top
        window.across, columns = self.across.part(left, right)
        window.down, rows = self.down.part(top, bottom)
        window.planes = self.planes[:, rows, columns]
        return window

    def paint(self, *layers: Layer, opacity: float = 1.0) -> None:
        """Paint the shapes of all layers at once, so that no background shows where two of them meet."""
        parts = [layer.boxes() for layer in layers]
        left, top, right, bottom = np.concatenate([boxes.reshape(-1, 4) for boxes in parts]).T
        rows = self.down.span(np.minimum.reduce(top), np.maximum.reduce(bottom))
        columns = self._span_across(np.minimum.reduce(left), np.maximum.reduce(right))
        vertical, horizontal = self.down.cover(top, bottom, rows), self.across.cover(left, right, columns)
        stops = list(accumulate((boxes[..., 0].size for boxes in parts), initial=0))
        for layer, boxes, start, stop in zip(layers, parts, stops, stops[1:], strict=False):
            layer.disjoin(horizontal[start:stop].reshape(*boxes.shape[:2], horizontal.shape[1]))
        # As floats, because BLAS multiplies no integers. Every sum is exact.
        down, across = vertical.astype(np.float32), horizontal.astype(np.float32)
        blocks = max(len(left) // BLOCK, 1)
        edges = [across.shape[1] * i // blocks for i in range(blocks + 1)]
        screen = (np.array(edges) + columns.start) * self.across.scale + self.across.origin
        masks, product = [], np.empty((down.shape[1], across.shape[1]), np.float32)
        for layer, boxes, start in zip(layers, parts, stops, strict=False):
            first = start + boxes.shape[1] * layer.bodies[:, 2].searchsorted(screen[:-1] - self._reach)
            last = start + boxes.shape[1] * layer.bodies[:, 0].searchsorted(screen[1:] + self._reach)
            for touching, block in zip(map(slice, first, last), map(slice, edges, edges[1:]), strict=False):
                np.matmul(down[touching].T, across[touching, block], out=product[:, block])
            masks.append(product.astype(np.uint16))
        mix(self.planes[:, rows, columns], masks, [layer.colour for layer in layers], opacity)

    def rectangle(
        self, left: float, top: float, right: float, bottom: float, colour: Colour, opacity: float = 1.0
    ) -> None:
        """Paint one rectangle."""
        rows, columns = self.down.span(top, bottom), self.across.span(left, right)
        down = self.down.cover([top], [bottom], rows)
        across = self.across.cover([left], [right], columns)
        mix(self.planes[:, rows, columns], [(down.T * across).view(np.uint16)], [colour], opacity)

    def rectangles(self, boxes: ArrayLike, colours: Sequence[Colour]) -> None:
        """Paint many rectangles one after the other: ``boxes`` as (left, top, right, bottom), shape (n, 4).

        Neighbours in the list that have the same colour may be painted at once; where they overlap, either way gives
        the same colour but for pixels that both cover in part.
        """
        edges = np.asarray(boxes, float).reshape(-1, 4)
        if not len(edges):
            return
        left, top, right, bottom = edges.T
        down, across = self.down.cover(top, bottom), self.across.cover(left, right)
        spans = [(self.down.span(box[1], box[3]), self.across.span(box[0], box[2])) for box in edges.tolist()]
        changes = [place for place in range(1, len(colours)) if colours[place] != colours[place - 1]]
        for first, last in zip([0, *changes], [*changes, len(colours)], strict=True):
            run = spans[first:last]
            rows = slice(min(rows.start for rows, _ in run), max(rows.stop for rows, _ in run))
            columns = slice(min(columns.start for _, columns in run), max(columns.stop for _, columns in run))
            if _area(rows, columns) <= sum(_area(*span) for span in run) + AT_ONCE * len(run):
                # As floats, because BLAS multiplies no integers. Every sum is exact.
                part = down[first:last, rows].T.astype(np.float32) @ across[first:last, columns].astype(np.float32)
                mix(self.planes[:, rows, columns], [np.minimum(part, FULL).astype(np.uint16)], [colours[first]], 1.0)
                continue
            for place, (rows, columns) in enumerate(run, first):
                mask = (down[place, rows, None] * across[place, None, columns]).view(np.uint16)
                mix(self.planes[:, rows, columns], [mask], [colours[first]], 1.0)

    def shrink(
        self, mask: NDArray[np.uint8], zoom: float, how: Image.Resampling = Image.Resampling.BILINEAR
    ) -> NDArray[np.uint8]:
        """A mask, each of whose pixels is ``zoom`` screen pixels wide and high, in the pixels of the picture."""
        across, down = self.across.scale / zoom, self.down.scale / zoom
        shape = (max(1, round(mask.shape[1] / across)), max(1, round(mask.shape[0] / down)))
        if shape == mask.shape[::-1]:
            return mask
        # Image.fromarray and np.asarray take as long as resizing a small mask.
        image = Image.frombuffer("L", mask.shape[::-1], np.ascontiguousarray(mask), "raw", "L", 0, 1)
        small = image.resize(shape, how)
        return np.frombuffer(small.tobytes(), np.uint8).reshape(shape[::-1])

    def tint(self, mask: NDArray[np.uint8], colour: Colour) -> None:
        """Paint a colour through a mask of 0 to 255 in the pixels of the picture, as large as it."""
        hit = np.flatnonzero(mask.any(axis=1))
        if len(hit):
            rows = slice(hit[0], hit[-1] + 1)
            part = mask[rows].astype(np.uint16)
            mix(self.planes[:, rows], [part + (part >> 7)], [colour], 1.0)

    def rows(self, top: ArrayLike, bottom: ArrayLike, colour: Colour, opacity: float = 1.0, dash: float = 0.0) -> None:
        """Paint horizontal bands over the whole width, with upper and lower edges of shape (bands,).

        ``dash`` is the length of a dash and of a gap in screen pixels; 0 is a solid line.
        """
        hit, mask = bands(self.down, top, bottom)
        mask, part = mask[:, None], self.planes.take(hit, axis=1)
        mix(part, [mask * dashes(self.across, dash) if dash else mask], [colour], opacity)
        self.planes[:, hit] = part

    def columns(
        self, left: ArrayLike, right: ArrayLike, colour: Colour, opacity: float = 1.0, dash: float = 0.0
    ) -> None:
        """Paint vertical bands over the whole height, like ``rows``."""
        hit, mask = bands(self.across, left, right)
        mask, part = mask[None], self.planes[:, :, hit]
        mix(part, [mask * dashes(self.down, dash)[:, None] if dash else mask], [colour], opacity)
        self.planes[:, :, hit] = part

    def curve(
        self,
        x: ArrayLike,
        y: ArrayLike,
        colour: Colour,
        thickness: float = 1.0,
        opacity: float = 1.0,
        dash: float = 0.0,
    ) -> None:
        """Paint a line through points with rising x, both of shape (points,); ``dash`` is as in ``rows``."""
        at, slope, inside = self._trace(np.asarray(x, float), np.asarray(y, float))
        half = thickness / 2 * np.sqrt(1 + np.minimum(slope**2, STEEPEST))
        half = np.maximum(half, np.abs(slope) * (self.across.scale / 4))
        if dash:
            inside &= np.repeat(dashes(self.across, dash), 2) > 0
        self._stroke(at - half, at + half, inside, colour, opacity)

    def area(self, x: ArrayLike, y: ArrayLike, colour: Colour, opacity: float) -> None:
        """Fill the area between a line through points with rising x, of shape (points,), and the lower edge."""
        at, _, inside = self._trace(np.asarray(x, float), np.asarray(y, float))
        self._stroke(at, np.full(len(at), self.height + self.down.reach), inside, colour, opacity)

    def stamp(
        self,
        mask: NDArray[np.uint8],
        left: float,
        top: float,
        colour: Colour,
        opacity: float = 1.0,
        zoom: float = 1.0,
    ) -> None:
        """Paint a colour through a mask of 0 to 255, such as text, of shape (height, width).

        Its upper left corner lies at (left, top), and each of its pixels is ``zoom`` screen pixels wide and high. What
        lies outside the picture is not painted.
        """
        mask = self.shrink(mask, zoom)
        x = round((left - self.across.origin) / self.across.scale)
        y = round((top - self.down.origin) / self.down.scale)
        rows, columns = slice(max(y, 0), max(y + mask.shape[0], 0)), slice(max(x, 0), max(x + mask.shape[1], 0))
        part = mask[rows.start - y :, columns.start - x :].astype(np.uint16)
        part = part[: max(self.down.size - rows.start, 0), : max(self.across.size - columns.start, 0)]
        mix(self.planes[:, rows, columns], [part + (part >> 7)], [colour], opacity)

    def pixels(self) -> NDArray[np.uint8]:
        """The picture, RGB: uint8, shape (height, width, 3)."""
        pixels = np.empty((self.down.size, self.across.size, 3), np.uint8)
        for channel, plane in enumerate(self.planes):
            pixels[..., channel] = plane
        return pixels

    def _span_across(self, left: float, right: float) -> slice:
        """The columns to paint: all of them if half are needed, because whole rows are contiguous in memory."""
        columns = self.across.span(left, right)
        return columns if 2 * (columns.stop - columns.start) < self.across.size else slice(0, self.across.size)

    def _trace(self, x: Floats, y: Floats) -> tuple[Floats, Floats, NDArray[np.bool]]:
        """A line's y and slope in each half-pixel column of the picture, and which columns it crosses."""
        edges = np.arange(2 * self.across.size + 1) * (self.across.scale / 2) + self.across.origin
        at = np.interp(edges, x, y)
        slope = (at[1:] - at[:-1]) / (self.across.scale / 2)
        inside = (edges[1:] > x[0]) & (edges[:-1] < x[-1])
        return (at[1:] + at[:-1]) / 2, slope, inside

    def _stroke(self, top: Floats, bottom: Floats, inside: NDArray[np.bool], colour: Colour, opacity: float) -> None:
        """Fill each half-pixel column that is ``inside`` from top to bottom: arrays with an entry a column."""
        if not inside.any():
            return
        rows = self.down.span(top[inside].min(), bottom[inside].max())
        bottom = np.where(inside, bottom, top)  # no height where there is no line
        mask, half = self.down.cover_down(top.reshape(-1, 2).T, bottom.reshape(-1, 2).T, rows)
        mask += half
        mask *= np.int16(SUB // 2)
        mix(self.planes[:, rows], [mask.view(np.uint16)], [colour], opacity)


def _area(rows: slice, columns: slice) -> int:
    return int((rows.stop - rows.start) * (columns.stop - columns.start))
