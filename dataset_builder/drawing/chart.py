"""Candles and a look to a picture. Nothing here knows the pattern's name."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass

import numpy as np
from PIL import Image

from cryptoai_common.candles import Candles
from dataset_builder.drawing import indicators, overlays, price
from dataset_builder.drawing.canvas import Canvas
from dataset_builder.drawing.look import Look
from dataset_builder.drawing.plot import Plot, layout
from dataset_builder.streams import random_stream

try:
    from zlib_ng import zlib_ng as zlib
except ImportError:  # the same bytes, in twice the time
    import zlib

FILLING = b"paDd"  # the cases of its letters mark a chunk as private and of no use to readers


@dataclass(frozen=True)
class Chart:
    """A finished picture, and the pixel of everything drawn: x, high and low have shape (bars,), y downwards."""

    pixels: np.ndarray  # uint8, shape (height, width, 3)
    plot: Plot
    stretch: tuple[float, float]  # picture pixels a screen pixel, across and down
    x: np.ndarray
    high: np.ndarray
    low: np.ndarray

    @property
    def image(self) -> Image.Image:
        """The picture as Pillow RGB."""
        return Image.fromarray(self.pixels)

    def to_pixels(self, points: np.ndarray) -> np.ndarray:
        """Points (bar, price), shape (n, 2), to pixels (x, y) of the picture."""
        return np.array((self.plot.x(points[:, 0]), self.plot.y(points[:, 1]))).T * self.stretch


def render(candles: Candles, look: Look, frame: tuple[float, float], marks: np.ndarray, size: int = 224) -> Chart:
    """Draw a chart of ``size`` x ``size`` pixels.

    ``frame`` is the price range to show (lowest, highest); ``marks`` are points (bar, price) that the look may
    connect or draw levels through, as people do on their charts.
    """
    shown = price.heikin_ashi(candles) if look.style.kind == "heikin_ashi" else candles
    high, low = (shown.close, shown.close) if look.style.kind in ("line", "area") else (shown.high, shown.low)
    # No wider than what is drawn: a line chart leaves out the wicks, and fills the height all the same.
    plot = layout(look, len(candles), (max(frame[0], low.min()), min(frame[1], high.max())), size)
    canvas, rng = _begin(look, plot, size)
    if look.volume != "none":
        indicators.draw_volume(canvas, plot, look, candles)
    price.DRAW[look.style.kind](canvas, plot, look, shown)
    indicators.draw_indicators(canvas, plot, look, candles)
    if look.marks != "none" and len(marks) >= 2:
        indicators.draw_marks(canvas, plot, look, marks, random_stream(look.seed, "marks"))
    stretch = (size / look.width, size / look.height)
    return Chart(
        pixels=_finish(canvas, plot, look, rng, size),
        plot=plot,
        stretch=stretch,
        x=plot.centres * stretch[0],
        high=plot.y(high) * stretch[1],
        low=plot.y(low) * stretch[1],
    )


def render_blank(look: Look, size: int = 224) -> Image.Image:
    """The chart that ``render`` draws, without all that depends on prices: what a model could see of the look alone."""
    plot = layout(look, look.bars, (0.0, 1.0), size)
    canvas, rng = _begin(look, plot, size)
    return Image.fromarray(_finish(canvas, plot, look, rng, size))


def encode_png(pixels: np.ndarray, noisy: bool = False) -> bytes:
    """The bytes of an RGB picture, uint8 of shape (height, width, 3), as a PNG file.

    Each row is stored as its difference from the row above, and only runs of one byte are looked for. zlib-ng takes
    half of zlib's time and makes the same bytes. (ISA-L is faster still, but now and then packs the same pixels into
    others.)

    The file is filled up with a chunk that readers pass over, to half a byte a pixel or, for a ``noisy`` picture that
    was a JPEG, to one; the hundredth that needs more gets whole halves. Ranges make files 8 % larger than other classes
    do and flags 5 % smaller, from which a classifier told 11.2 % of 61,000 labels instead of 10 %.
    """
    height, width, _ = pixels.shape
    rows = pixels.reshape(height, width * 3)
    filtered = np.empty((height, width * 3 + 1), np.uint8)
    filtered[:, 0] = 2  # the filter "up" of the PNG specification
    filtered[0, 1:] = rows[0]
    np.subtract(rows[1:], rows[:-1], out=filtered[1:, 1:])
    packer = zlib.compressobj(1, zlib.DEFLATED, 15, 9, zlib.Z_RLE)
    data = packer.compress(filtered) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)  # 8 bits a channel, RGB
    head, end = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", data), _chunk(b"IEND", b"")
    block = max(height * width // 2, 1)
    needed = len(head) + len(_chunk(FILLING, b"")) + len(end)
    size = max(-(-needed // block), 2 if noisy else 1) * block
    return head + _chunk(FILLING, bytes(size - needed)) + end


def _begin(look: Look, plot: Plot, size: int) -> tuple[Canvas, np.random.Generator]:
    """A canvas with everything on it that lies behind the price, and the stream that draws the rest."""
    screen = (look.width, look.height)
    # A JPEG is compressed at the size of the screenshot, and squeezed into the picture afterwards.
    picture = (min(look.width, size), min(look.height, size)) if look.jpeg else (size, size)
    canvas = Canvas(screen, picture, look.background, look.blur)
    rng = random_stream(look.seed, "surroundings")
    overlays.draw_backdrop(canvas, plot, look, rng)
    return canvas, rng


def _finish(canvas: Canvas, plot: Plot, look: Look, rng: np.random.Generator, size: int) -> np.ndarray:
    """Draw what lies in front of everything, and compress as the web does."""
    overlays.draw_annotations(canvas, plot, look, rng)
    pixels = canvas.pixels()
    if not look.jpeg:
        return pixels
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=look.jpeg)
    # Its size is known: Image.open would take almost as long as the decoder to find it in the file.
    image = Image.frombytes("RGB", pixels.shape[1::-1], buffer.getvalue(), "jpeg", "RGB", "")
    return np.asarray(image if image.size == (size, size) else image.resize((size, size), Image.Resampling.BILINEAR))


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
