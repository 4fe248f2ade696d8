"""Everything about a chart that has nothing to do with its pattern, drawn before and apart from it.

A look is drawn from a random stream of its own, with the same distribution for every class. What a model could
use instead of the price (style, length, overlays, margins) therefore says nothing about the label.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dataset_builder.drawing.canvas import Colour
from dataset_builder.drawing.style import Style
from dataset_builder.market.sketch import log_uniform

FAST_AVERAGES, SLOW_AVERAGES = (5, 7, 9, 10, 12), (20, 21, 25, 30, 50)  # bars
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
    frame: str  # "window" shows every price, "pattern" is cut to the pattern's own price range
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
        row = {name: getattr(self, name) for name in NUISANCES}
        row["style"] = self.style.name
        # 0 for none, because `datasets` cannot tell the type of a list that is empty throughout a small split
        row["averages"] = (*self.averages, 0, 0)[:2]
        row["crosshair"] = self.crosshair or (0.0, 0.0)
        return {name: list(value) if isinstance(value, tuple) else value for name, value in row.items()}


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


def draw_look(styles: tuple[Style, ...], rng: np.random.Generator, size: int = 224) -> Look:
    """Pick a style by weight and settle everything that it leaves open, for a picture of ``size`` pixels."""
    style = _pick_style(styles, rng)
    up, down = _palette(style, rng)
    width, height = _screen(rng, size)
    axes = _happens(rng, style.axes) and size >= 64
    margins = _margins(rng, axes)
    room = size * (1 - margins[0] - margins[2])
    bars = _bars(rng, width, room)
    return Look(
        style=style,
        bars=bars,
        # Crops of real charts show as much after the pattern as before it. A model that had seen 5 % of the window there
        # on average gained 4 points on them when their right eighth was cut off.
        fill=round(1 - 0.42 * rng.random(), 3),
        before=_between(rng, 0.0, 1.0),
        width=width,
        height=height,
        background=_pick(style.backgrounds, rng),
        up=up,
        down=down,
        frame="pattern" if _happens(rng, 0.55) else "window",
        margins=margins,
        cut=(_between(rng, 0, 1.5), _between(rng, 0, 1.0)) if _happens(rng, 0.3) else (0.0, 0.0),
        body_width=max(_between(rng, *style.body_width), round(1.02 * bars / room, 3)),  # a pixel at least
        wick_width=_between(rng, *style.wick_width),
        snapped=_happens(rng, 0.6),
        blur=_between(rng, 1.0, 2.2) if _happens(rng, 0.55) else 1.0,
        grid=_grid(style, rng),
        grid_opacity=_between(rng, *style.grid_opacity),
        sessions=int(rng.integers(6, 30)) if style.sessions and _happens(rng, 0.85) else 0,
        volume=("pane", "overlay")[rng.integers(2)] if _happens(rng, style.volume) else "none",
        volume_share=_between(rng, 0.1, 0.22),
        averages=_averages(style, rng),
        bollinger=_happens(rng, 0.04),
        line_colours=tuple(rng.permutation(len(LINE_COLOURS))[:3].tolist()),
        last_price=_happens(rng, 0.12),
        axes=axes,
        watermark=_happens(rng, 0.05),
        legend=_happens(rng, 0.06),
        crosshair=(_between(rng, 0.1, 0.9), _between(rng, 0.1, 0.9)) if _happens(rng, 0.04) else (),
        stray_lines=int(rng.integers(1, 4)) if _happens(rng, 0.08) else 0,
        words=int(rng.integers(1, 3)) if _happens(rng, 0.08) else 0,
        marks=_pick(MARKS, rng) if _happens(rng, style.marks) else "none",
        mark_colour=_pick(MARK_COLOURS, rng),
        jpeg=int(rng.integers(45, 95)) if _happens(rng, 0.2) else 0,
        seed=int(rng.integers(2**31)),
    )


def _pick_style(styles: tuple[Style, ...], rng: np.random.Generator) -> Style:
    shares = np.cumsum([style.weight for style in styles])
    return styles[int(np.searchsorted(shares, rng.random() * shares[-1], side="right"))]


def _palette(style: Style, rng: np.random.Generator) -> tuple[Colour, Colour]:
    """The colours of rising and falling candles, each a little off the platform's own.

    Half of them are faded: pictures on the web store colour at half the resolution, which greys narrow candles (the
    ink of real crops has a median chroma of 45 levels, that of the platforms' own colours 86).
    """
    up, down = _pick(style.palettes, rng)
    shift = rng.normal(0, 7, 6).round().astype(int).tolist()
    alike = up == down
    if _happens(rng, 0.06):  # East Asian convention: red is up
        up, down = down, up
    keep = _between(rng, 0.5, 1.0) if _happens(rng, 0.5) else 1.0
    up = _faded(_shifted(up, shift[:3]), keep)
    return up, up if alike else _faded(_shifted(down, shift[3:]), keep)


def _screen(rng: np.random.Generator, size: int) -> tuple[int, int]:
    """Width and height of the screenshot in pixels.

    Labelled crops of real charts are 92-511 wide and 139-527 high (5th to 95th percentile), 0.41-1.64 times as wide
    as high; whole screenshots are wider. A third are taken at the picture's own size.
    """
    if _happens(rng, 0.3):
        return size, size
    side, shape = size * log_uniform(rng, 0.5, 1.9), np.sqrt(log_uniform(rng, 0.42, 2.0))
    return round(side * shape), round(side / shape)


def _margins(rng: np.random.Generator, axes: bool) -> tuple[float, float, float, float]:
    """Left, top, right, bottom; small enough for the price to fill half of the height beside axes and a volume pane."""
    left, top = _between(rng, 0.0, 0.07), _between(rng, 0.01, 0.13)
    right, bottom = _between(rng, 0.0, 0.07), _between(rng, 0.01, 0.13)
    if axes:
        right, bottom = round(right + _between(rng, 0.1, 0.17), 3), round(bottom + _between(rng, 0.05, 0.09), 3)
    return left, top, right, bottom


def _bars(rng: np.random.Generator, width: int, room: float) -> int:
    """How many candles: with at least 1.25 pixels of the picture and about two of the screen for each of them."""
    return max(min(round(log_uniform(rng, 20, 120)), width // 2 + 4, int(room / 1.25)), 20)


def _grid(style: Style, rng: np.random.Generator) -> tuple[int, int]:
    rows, columns = int(rng.integers(2, 8)), int(rng.integers(0, 8))
    return (rows, columns) if style.grid and _happens(rng, 0.8) else (0, 0)


def _averages(style: Style, rng: np.random.Generator) -> tuple[int, ...]:
    if not _happens(rng, style.averages):
        return ()
    fast, slow = _pick(FAST_AVERAGES, rng), _pick(SLOW_AVERAGES, rng)
    return ((fast,), (slow,), (fast, slow))[rng.integers(3)]


def _happens(rng: np.random.Generator, probability: float) -> bool:
    return rng.random() < probability


def _between(rng: np.random.Generator, low: float, high: float) -> float:
    return round(low + (high - low) * rng.random(), 3)


def _pick(choices, rng: np.random.Generator):
    return choices[rng.integers(len(choices))]


def _faded(colour: Colour, keep: float) -> Colour:
    """The colour with that share of its chroma, as light as before."""
    grey = sum(colour) / 3
    return tuple(round(grey + (value - grey) * keep) for value in colour)


def _shifted(colour: Colour, shift: list[int]) -> Colour:
    return tuple(min(max(value + change, 0), 255) for value, change in zip(colour, shift, strict=True))
