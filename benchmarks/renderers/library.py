"""What a file of ``libraries`` defines: a charting library, the looks to draw it in, and how to draw with it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from PIL import Image

from benchmarks.renderers.charts import Chart

Size = tuple[int, int]  # width and height in pixels
Box = tuple[float, float, float, float]  # left, top, right and bottom in pixels from the picture's upper left corner


@dataclass(frozen=True)
class Look:
    """One way in which a library draws, by the name that its table row gets. ``dark`` chooses the page around it."""

    name: str
    dark: bool = False


@dataclass(frozen=True)
class Drawing:
    """A picture in RGB, and where the library says that things are in it.

    ``pane`` is the plot area that prices are drawn in, without axes; ``pattern`` encloses the candles from
    ``Chart.first`` on: half a bar to both sides, from their lowest to their highest price.
    """

    image: Image.Image
    pane: Box
    pattern: Box


Draw = Callable[[Chart, Look, Size | None], Drawing]  # without a size: the library's default


@dataclass(frozen=True)
class Library:
    """A charting library. Its file gives it the name ``LIBRARY``; nothing else needs to know of it.

    ``missing()`` returns a sentence that says what to install, or None if nothing is missing. ``version()`` returns
    all versions that the pictures depend on. ``open()`` starts what drawing needs and hands over the drawing function.
    """

    name: str
    looks: tuple[Look, ...]
    missing: Callable[[], str | None]
    version: Callable[[], str]
    open: Callable[[], AbstractContextManager[Draw]]
