"""Everything about a chart that has nothing to do with its pattern, and what of it a dataset records."""

from __future__ import annotations

from dataclasses import dataclass

from dataset_builder.drawing.canvas import Colour
from dataset_builder.drawing.style import Style

LINE_COLOURS = ((240, 185, 11), (41, 98, 255), (255, 109, 0), (156, 39, 176), (0, 188, 212), (150, 150, 150))
MARK_COLOURS = ((200, 30, 40), (41, 98, 200), (33, 33, 33), (140, 20, 160), (60, 140, 60), (240, 150, 0))
MARKS = ("levels", "zigzag", "trend_lines", "arcs", "levels_and_arcs", "levels_and_trend_lines")


@dataclass(frozen=True)
class Look:
    """The resolved look of one chart. Sizes in screen pixels, shares in 0..1; see NUISANCES for what is recorded."""

    style: Style
    bars: int  # candles in the window
    fill: float  # share of the window that the pattern fills at least
    before: float  # share of the rest that comes before the pattern
    width: int  # of the screenshot, before it is squeezed into the picture
    height: int
    background: Colour
    up: Colour
    down: Colour
    frame: str  # "window" shows every price, "pattern" its own price range, ``room`` and most of the candles
    room: float  # what is shown beyond that range, above and below, as a share of it
    margins: tuple[float, float, float, float]  # left, top, right, bottom, shares of the screenshot
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
    words: int  # words that don't either
    marks: str  # lines that do: "none" or one of MARKS
    mark_colour: Colour
    jpeg: int  # quality, 0: never compressed
    seed: int  # for text, line ends and other small things

    def nuisances(self) -> dict:
        """The recorded fields as JSON values: what the audit holds against the label."""
        fields = vars(self)
        row = {name: list(value) if type(value := fields[name]) is tuple else value for name in NUISANCES}
        row["style"] = self.style.name
        # 0 for none, because `datasets` cannot tell the type of a list that is empty throughout a small split
        row["averages"] = [*self.averages, 0, 0][:2]
        row["crosshair"] = list(self.crosshair or (0.0, 0.0))
        return row


# The type of every field of nuisances(), as `datasets` names them; [type] is a list of it. Not recorded: bars, which a
# row has as `candles`, and seed.
NUISANCES: dict[str, str | list[str]] = {
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
