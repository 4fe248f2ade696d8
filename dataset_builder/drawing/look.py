"""The look of a chart: everything that does not depend on its pattern, and which fields of it a dataset records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dataset_builder.drawing.mixing import Colour
from dataset_builder.drawing.page import PAGE_NUISANCES, Page, page_nuisances
from dataset_builder.drawing.style import Style

# Colours of averages and bands, and of lines and words that people draw: the usual ones of platforms.
LINE_COLOURS = ((240, 185, 11), (41, 98, 255), (255, 109, 0), (156, 39, 176), (0, 188, 212), (150, 150, 150))
MARK_COLOURS = ((200, 30, 40), (41, 98, 200), (33, 33, 33), (140, 20, 160), (60, 140, 60), (240, 150, 0))
MARKS = ("levels", "zigzag", "trend_lines", "arcs", "levels_and_arcs", "levels_and_trend_lines")


@dataclass(frozen=True)
class Look:
    """The look of one chart, with nothing left to chance but what ``seed`` draws.

    Sizes are in screen pixels, shares from 0 to 1. NUISANCES lists the fields that a dataset records.
    """

    style: Style
    bars: int  # candles in the window
    fill: float  # share of the window that the pattern fills at least
    before: float  # share of the rest that comes before the pattern
    width: int  # of the screenshot, before it is squeezed into the picture; with a page, of the chart in it
    height: int
    background: Colour
    up: Colour
    down: Colour
    frame: str  # prices to show: "window" those of all candles, "pattern" those of the pattern and ``room``
    room: float  # what is shown above and below the pattern, as a share of its height
    margins: tuple[float, float, float, float]  # left, top, right, bottom, shares of width and height
    cut: tuple[float, float]  # candles cut off at the left and at the right edge
    body_width: float  # share of the candle spacing
    wick_width: float
    snapped: bool  # edges on whole screen pixels, as platforms draw them
    blur: float  # 1 is sharp; edges fade over that many pixels
    grid: tuple[int, int]  # horizontal and vertical lines
    grid_opacity: float
    sessions: int  # bars a trading day, 0: no shading
    volume: str  # "none", "overlay" or "pane"
    volume_share: float  # of the price's height
    averages: tuple[int, ...]  # periods in bars
    bollinger: bool
    line_colours: tuple[int, ...]  # of averages and bands, places in LINE_COLOURS
    last_price: bool  # dotted line at the last close, with a price tag beside the axis
    axes: bool  # price and time labels
    watermark: bool
    legend: bool  # symbol and prices in the upper left corner
    crosshair: tuple[float, ...]  # shares of width and height; empty: none
    stray_lines: int  # lines, levels and arrows that don't mark the pattern
    words: int  # words at random places
    marks: str  # lines that mark the pattern: "none" or one of MARKS
    mark_colour: Colour
    jpeg: int  # quality, 0: never compressed
    seed: int  # for text, line ends and other small things
    page: Page | None = None  # what surrounds the chart; None: the picture shows nothing but the chart

    @property
    def screen(self) -> tuple[int, int]:
        """Width and height of the whole screenshot, in screen pixels."""
        return (self.page.width, self.page.height) if self.page else (self.width, self.height)

    @property
    def pane(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of the chart on the screenshot, in screen pixels."""
        return self.page.pane if self.page else (0, 0, self.width, self.height)

    def nuisances(self) -> dict[str, Any]:
        """The fields that a dataset records, as JSON values. The audit tests that they say nothing about the label."""
        fields = vars(self)
        row = {name: list(value) if type(value := fields[name]) is tuple else value for name in _OWN}
        row["style"] = self.style.name
        # 0 for none, because `datasets` cannot find the type of a list that is empty in every row of a small split
        row["averages"] = [*self.averages, 0, 0][:2]
        row["crosshair"] = list(self.crosshair or (0.0, 0.0))
        return row | page_nuisances(self.page)


# The type of every field of nuisances(), as `datasets` names them; [type] is a list of it. Not recorded: bars, which a
# row has as `candles`, and seed.
_OWN: dict[str, str | list[str]] = {
    "style": "string",
    "fill": "float64",
    "before": "float64",
    "width": "int64",
    "height": "int64",
    "background": ["int64"],
    "up": ["int64"],
    "down": ["int64"],
    "frame": "string",
    "room": "float64",
    "margins": ["float64"],
    "cut": ["float64"],
    "body_width": "float64",
    "wick_width": "float64",
    "snapped": "bool",
    "blur": "float64",
    "grid": ["int64"],
    "grid_opacity": "float64",
    "sessions": "int64",
    "volume": "string",
    "volume_share": "float64",
    "averages": ["int64"],
    "bollinger": "bool",
    "line_colours": ["int64"],
    "last_price": "bool",
    "axes": "bool",
    "watermark": "bool",
    "legend": "bool",
    "crosshair": ["float64"],
    "stray_lines": "int64",
    "words": "int64",
    "marks": "string",
    "mark_colour": ["int64"],
    "jpeg": "int64",
}
NUISANCES = _OWN | PAGE_NUISANCES
