"""From candles and a look to a picture, without knowledge of the pattern's name."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cryptoai_common.arrays import Floats
from cryptoai_common.candles import Candles
from dataset_builder.drawing import indicators, overlays, price
from dataset_builder.drawing.canvas import Canvas
from dataset_builder.drawing.look import Look
from dataset_builder.drawing.plot import Plot, layout
from dataset_builder.streams import random_stream

try:
    from zlib_ng import zlib_ng as zlib
except ImportError:  # zlib makes the same bytes, in twice the time
    import zlib  # type: ignore[no-redef]  # either module has the functions that are called here

# Type of the chunk that fills a PNG file up. Its letters' cases say that readers skip it: private, and not critical
# (PNG specification, section 5.4).
FILLING = b"paDd"
BITS, RGB, FILTER_UP = (
    8,
    2,
    2,
)  # bits a channel, colour type, and row filter (PNG specification, sections 11.2.2 and 9.2)
LEVEL, WINDOW_BITS, MEMORY = 1, 15, 9  # zlib: the fastest level, the largest window and the most memory
JPEG_BLOCKS = 2  # half bytes a pixel that the file of a former JPEG takes; any other file takes one


@dataclass(frozen=True)
class Chart:
    """A finished picture, and where the candles are in it, in pixels of the picture, y downwards."""

    pixels: NDArray[np.uint8]  # RGB, shape (height, width, 3)
    plot: Plot
    stretch: tuple[float, float]  # picture pixels in a screen pixel, across and down
    x: Floats  # centre of each candle, shape (bars,)
    high: Floats  # highest drawn point of each candle, shape (bars,)
    low: Floats  # lowest

    @property
    def image(self) -> Image.Image:
        """The picture as Pillow RGB."""
        return Image.fromarray(self.pixels)

    def to_pixels(self, points: Floats) -> Floats:
        """Points (bar, price) as pixels (x, y) of the picture, both of shape (n, 2)."""
        pixels: Floats = np.array((self.plot.x(points[:, 0]), self.plot.y(points[:, 1]))).T * self.stretch
        return pixels


def render(candles: Candles, look: Look, frame: tuple[float, float], marks: Floats, size: int = 224) -> Chart:
    """Draw a chart of ``size`` x ``size`` pixels.

    ``frame`` is the range of prices to show (lowest, highest). ``marks`` are points (bar, price), shape (n, 2), that
    the look may connect or draw levels through, as people do on their charts.
    """
    shown = price.heikin_ashi(candles) if look.style.kind == "heikin_ashi" else candles
    high, low = (shown.close, shown.close) if look.style.kind in ("line", "area") else (shown.high, shown.low)
    # The range is cut to what is drawn: a line chart has no wicks, and shall fill the height all the same.
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
    """The chart of ``render`` without everything that depends on prices: what a model can see of the look alone.

    RGB, ``size`` x ``size`` pixels.
    """
    plot = layout(look, look.bars, (0.0, 1.0), size)
    canvas, rng = _begin(look, plot, size)
    return Image.fromarray(_finish(canvas, plot, look, rng, size))


def encode_png(pixels: NDArray[np.uint8], noisy: bool = False) -> bytes:
    """The bytes of an RGB picture, shape (height, width, 3), as a PNG file.

    Each row is stored as its difference from the row above, and the compression looks for runs of one byte only
    (Z_RLE). zlib-ng takes half of zlib's time and makes the same bytes. (ISA-L is faster still, but sometimes
    compresses the same pixels to other bytes.)

    The size of a file must not tell the class: charts of ranges compress to files 8 % larger than other classes do and
    flags to 5 % smaller ones, from which a classifier told 11.2 % of 61,000 labels instead of 10 %. So the file is
    filled up, with a chunk that readers skip, to half a byte a pixel, or to one byte for a ``noisy`` picture that was a
    JPEG. One file in a hundred needs more, and is filled up to the next multiple of half a byte.
    """
    height, width, _ = pixels.shape
    rows = pixels.reshape(height, width * 3)
    filtered = np.empty((height, width * 3 + 1), np.uint8)
    filtered[:, 0] = FILTER_UP
    filtered[0, 1:] = rows[0]
    np.subtract(rows[1:], rows[:-1], out=filtered[1:, 1:])
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, WINDOW_BITS, MEMORY, zlib.Z_RLE)
    data = packer.compress(filtered) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, BITS, RGB, 0, 0, 0)
    head, end = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", data), _chunk(b"IEND", b"")
    block = max(height * width // 2, 1)
    needed = len(head) + len(_chunk(FILLING, b"")) + len(end)
    size = max(-(-needed // block), JPEG_BLOCKS if noisy else 1) * block
    return head + _chunk(FILLING, bytes(size - needed)) + end


def _begin(look: Look, plot: Plot, size: int) -> tuple[Canvas, np.random.Generator]:
    """A canvas with everything that lies behind the price, and the random stream for what lies in front of it."""
    screen = (look.width, look.height)
    # A screenshot that becomes a JPEG is compressed at its own size, if that is smaller, and resized afterwards.
    picture = (min(look.width, size), min(look.height, size)) if look.jpeg else (size, size)
    canvas = Canvas(screen, picture, look.background, look.blur)
    rng = random_stream(look.seed, "surroundings")
    overlays.draw_backdrop(canvas, plot, look, rng)
    return canvas, rng


def _finish(canvas: Canvas, plot: Plot, look: Look, rng: np.random.Generator, size: int) -> NDArray[np.uint8]:
    """Draw what lies in front of the price; then compress to JPEG and back if the look says so. uint8 RGB."""
    overlays.draw_annotations(canvas, plot, look, rng)
    pixels = canvas.pixels()
    if not look.jpeg:
        return pixels
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=look.jpeg)
    # Image.frombytes is given the size. Image.open would read it from the file, which takes as long as decoding it.
    image = Image.frombytes("RGB", pixels.shape[1::-1], buffer.getvalue(), "jpeg", "RGB", "")
    return np.asarray(image if image.size == (size, size) else image.resize((size, size), Image.Resampling.BILINEAR))


def _chunk(name: bytes, data: bytes) -> bytes:
    """A chunk of a PNG file: length, type, data and CRC (PNG specification, section 5.3)."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
