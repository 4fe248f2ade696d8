"""From candles and a look to a picture, without knowledge of the pattern's name."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cryptoai_common.arrays import Floats
from cryptoai_common.candles import Candles
from dataset_builder.drawing import frames, indicators, overlays, price, studies
from dataset_builder.drawing.canvas import Canvas
from dataset_builder.drawing.look import Look
from dataset_builder.drawing.panels.draw import draw_page
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
# Half bytes a pixel that a file takes: one, and so many more for a former JPEG, and for the texts of a page.
JPEG_BLOCKS, PAGE_BLOCKS = 1, 1


@dataclass(frozen=True)
class Chart:
    """A finished picture, and where the candles are in it, in pixels of the picture, y downwards."""

    pixels: NDArray[np.uint8]  # RGB, shape (height, width, 3)
    plot: Plot
    stretch: tuple[float, float]  # picture pixels in a screen pixel, across and down
    pane: tuple[float, float, float, float]  # left, top, right and bottom of what shows the price
    x: Floats  # centre of each candle, shape (bars,)
    high: Floats  # highest drawn point of each candle, shape (bars,)
    low: Floats  # lowest

    @property
    def image(self) -> Image.Image:
        """The picture as Pillow RGB."""
        return Image.fromarray(self.pixels)

    def to_pixels(self, points: Floats) -> Floats:
        """Points (bar, price) as pixels (x, y) of the picture, both of shape (n, 2)."""
        corner = np.array(self.pane[:2])
        pixels: Floats = np.array((self.plot.x(points[:, 0]), self.plot.y(points[:, 1]))).T * self.stretch + corner
        return pixels


def render(
    candles: Candles, look: Look, frame: tuple[float, float], marks: Floats, size: int | tuple[int, int] = 224
) -> Chart:
    """Draw a chart of ``size`` x ``size`` pixels, or of ``size`` as (width, height).

    ``frame`` is the range of prices to show (lowest, highest). ``marks`` are points (bar, price), shape (n, 2), that
    the look may connect or draw levels through, as people do on their charts.
    """
    shown = price.heikin_ashi(candles) if look.style.kind == "heikin_ashi" else candles
    high, low = (shown.close, shown.close) if look.style.kind in ("line", "area") else (shown.high, shown.low)
    picture = _sides(size)
    # The range is cut to what is drawn: a line chart has no wicks, and shall fill the height all the same.
    plot = layout(look, len(candles), (max(frame[0], low.min()), min(frame[1], high.max())), picture)
    sheet = _begin(look, plot, picture)
    canvas = sheet.chart
    if look.volume != "none":
        indicators.draw_volume(canvas, plot, look, candles)
    price.DRAW[look.style.kind](canvas, plot, look, shown)
    indicators.draw_indicators(canvas, plot, look, candles)
    if look.marks != "none" and len(marks) >= 2:
        indicators.draw_marks(canvas, plot, look, marks, random_stream(look.seed, "marks"))
    if look.page:
        studies.draw_studies(sheet.screen, plot, look, look.page, candles)
        if look.last_price:
            frames.draw_price_tag(sheet.screen, canvas, plot, look, look.page, candles)
    stretch = (picture[0] / look.screen[0], picture[1] / look.screen[1])
    left, top, right, bottom = look.pane
    return Chart(
        pixels=_finish(sheet, plot, look, picture),
        plot=plot,
        stretch=stretch,
        pane=(left * stretch[0], top * stretch[1], right * stretch[0], bottom * stretch[1]),
        x=(plot.centres + left) * stretch[0],
        high=(plot.y(high) + top) * stretch[1],
        low=(plot.y(low) + top) * stretch[1],
    )


def render_blank(look: Look, size: int | tuple[int, int] = 224) -> Image.Image:
    """The chart of ``render`` without everything that depends on prices: what a model can see of the look alone.

    RGB, of ``size`` pixels as in ``render``.
    """
    picture = _sides(size)
    plot = layout(look, look.bars, (0.0, 1.0), picture)
    return Image.fromarray(_finish(_begin(look, plot, picture), plot, look, picture))


def encode_png(pixels: NDArray[np.uint8], noisy: bool = False, crowded: bool = False) -> bytes:
    """The bytes of an RGB picture, shape (height, width, 3), as a PNG file.

    Each row is stored as its difference from the row above, and the compression looks for runs of one byte only
    (Z_RLE). zlib-ng takes half of zlib's time and makes the same bytes. (ISA-L is faster still, but sometimes
    compresses the same pixels to other bytes.)

    The size of a file must not tell the class: charts of ranges compress to files 8 % larger than other classes do and
    flags to 5 % smaller ones, from which a classifier told 11.2 % of 61,000 labels instead of 10 %. So the file is
    filled up, with a chunk that readers skip, to half a byte a pixel, and half a byte more each for a ``noisy`` picture
    that was a JPEG and for a ``crowded`` one of a whole page. One file in a hundred needs more, and is filled up to the
    next multiple of half a byte.
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
    size = max(-(-needed // block), 1 + JPEG_BLOCKS * noisy + PAGE_BLOCKS * crowded) * block
    return head + _chunk(FILLING, bytes(size - needed)) + end


class _Sheet(NamedTuple):
    """What is painted on, and the random stream for what lies in front of the price."""

    screen: Canvas  # all of the picture
    chart: Canvas  # the part of it that shows the chart: all of it without a page
    rng: np.random.Generator


def _sides(size: int | tuple[int, int]) -> tuple[int, int]:
    """Width and height of a picture, given both or the side of a square."""
    return (size, size) if isinstance(size, int) else size


def _begin(look: Look, plot: Plot, size: tuple[int, int]) -> _Sheet:
    """A sheet with everything that lies behind the price."""
    width, height = look.screen
    # A screenshot that becomes a JPEG is compressed at its own size, if that is smaller, and resized afterwards.
    picture = (min(width, size[0]), min(height, size[1])) if look.jpeg else size
    rng = random_stream(look.seed, "surroundings")
    if look.page is None:
        canvas = Canvas((width, height), picture, look.background, look.blur)
        overlays.draw_backdrop(canvas, plot, look, rng)
        return _Sheet(canvas, canvas, rng)
    screen = Canvas((width, height), picture, look.page.ground, look.blur)
    screen.letters = look.page.letter
    draw_page(screen, look, look.page)
    chart = screen.window(look.page.pane)
    rows, columns = overlays.draw_backdrop(chart, plot, look, rng)
    frames.draw_frames(screen, chart, look, look.page, rows, columns)
    return _Sheet(screen, chart, rng)


def _finish(sheet: _Sheet, plot: Plot, look: Look, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Draw what lies in front of the price; then compress to JPEG and back if the look says so. uint8 RGB."""
    overlays.draw_annotations(sheet.chart, plot, look, sheet.rng)
    pixels = sheet.screen.pixels()
    if not look.jpeg:
        return pixels
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=look.jpeg)
    # Image.frombytes is given the size. Image.open would read it from the file, which takes as long as decoding it.
    image = Image.frombytes("RGB", pixels.shape[1::-1], buffer.getvalue(), "jpeg", "RGB", "")
    return np.asarray(image if image.size == size else image.resize(size, Image.Resampling.BILINEAR))


def _chunk(name: bytes, data: bytes) -> bytes:
    """A chunk of a PNG file: length, type, data and CRC (PNG specification, section 5.3)."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
