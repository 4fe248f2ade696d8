"""A charting library that draws plain areas, and counts what it draws: for tests of all that surrounds a library."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image

from benchmarks.renderers.charts import Chart
from benchmarks.renderers.library import Box, Draw, Drawing, Library, Look, Size

OUTSIDE, PANE, PATTERN = (200, 0, 0), (0, 200, 0), (0, 0, 200)  # the colours of what lies where
LOOKS = (Look("light"), Look("dark", dark=True))
drawn: list[tuple[str, int, Size | None]] = []  # look, bars and size of every call in this process


def boxes(size: Size) -> tuple[Box, Box]:
    """Where the pane and the pattern lie in a picture of that size."""
    width, height = size
    return (10.0, 20.0, width - 30.0, height - 40.0), (width / 2 + 0.25, 29.5, width - 30.0, 60.0)


def draw(chart: Chart, look: Look, size: Size | None) -> Drawing:
    """Three areas, each in a colour of its own."""
    drawn.append((look.name, len(chart.candles), size))
    image = Image.new("RGB", size or (180, 120), OUTSIDE)
    pane, pattern = boxes(image.size)
    for box, colour in ((pane, PANE), (pattern, PATTERN)):
        image.paste(colour, (int(box[0]), int(box[1]), int(box[2]), int(box[3])))
    return Drawing(image, pane, pattern)


@contextmanager
def opened() -> Iterator[Draw]:
    """The drawing function."""
    yield draw


def library(version: str = "fake 1", missing: str | None = None) -> Library:
    """One that says it is of that version, and what it lacks."""
    return Library("fake", LOOKS, lambda: missing, lambda: version, opened)
