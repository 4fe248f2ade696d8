"""Everything about a chart that has nothing to do with its pattern, drawn before and apart from it.

A look is drawn from a random stream of its own, with the same distribution for every class. What a model could
use instead of the price (style, length, overlays, margins) therefore says nothing about the label.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from dataset_builder.canvas import Colour
from dataset_builder.sketch import log_uniform
from dataset_builder.style import Style

FAST_AVERAGES, SLOW_AVERAGES = (5, 7, 9, 10, 12), (20, 21, 25, 30, 50)  # bars
AVERAGE_COLOURS = ((240, 185, 11), (41, 98, 255), (255, 109, 0), (156, 39, 176), (0, 188, 212), (150, 150, 150))
MARK_COLOURS = ((41, 98, 255), (242, 54, 69), (33, 33, 33), (140, 20, 160), (60, 140, 60), (240, 150, 0))


@dataclass(frozen=True)
class Look:
    """The resolved look of one chart. Sizes in pixels of the drawing, shares in 0..1."""

    style: Style
    bars: int  # candles in the window
    fill: float  # share of the window that the pattern fills at least
    before: float  # share of the rest that comes before the pattern
    width: int  # of the drawing, before it is resized to the picture
    height: int
    background: Colour
    up: Colour
    down: Colour
    frame: str  # "window" shows every price, "pattern" is cut to the pattern's own price range
    margins: tuple[float, float, float, float]  # left, top, right, bottom, shares of the drawing
    shift: float  # candles cut off at the left edge
    body_width: float  # share of the candle spacing
    wick_width: float
    snapped: bool  # edges on whole pixels, as platforms draw them
    grid: tuple[int, int]  # horizontal and vertical lines
    grid_opacity: float
    sessions: int  # bars a trading day, 0: no shading
    volume: str  # "none", "overlay" or "pane"
    volume_share: float
    averages: tuple[int, ...]  # periods
    bollinger: bool
    average_colours: tuple[Colour, ...]
    last_price: bool
    axes: bool
    watermark: bool
    crosshair: tuple[float, float] | None
    stray_lines: int  # lines that don't mark the pattern
    marks: str  # lines that do: "none", "levels", "zigzag" or "both"
    mark_colour: Colour
    jpeg: int  # quality, 0: never compressed
    seed: int  # for text, line ends and other small things

    def nuisances(self) -> dict:
        """The fields as JSON values: what the audit holds against the label."""
        row = {field.name: getattr(self, field.name) for field in fields(self)}
        row["style"] = self.style.name
        del row["bars"], row["seed"]
        return row


def draw_look(styles: tuple[Style, ...], rng: np.random.Generator, size: int = 224) -> Look:
    """Pick a style by weight and settle everything that it leaves open."""
    weights = np.array([style.weight for style in styles])
    style = styles[int(rng.choice(len(styles), p=weights / weights.sum()))]
    up, down = style.palettes[rng.integers(len(style.palettes))]
    if rng.random() < 0.06:  # East Asian convention: red is up
        up, down = down, up
    tint = rng.normal(0, 7, (2, 3))
    native = rng.random() < 0.3
    width, height = (size, size) if native else (_screen_size(rng, size), _screen_size(rng, size))
    bars = round(log_uniform(rng, 20, 120))
    bars = min(bars, width // 2 + 4)  # a candle is never under two pixels of the drawing
    has_axes = rng.random() < style.axes
    margin = rng.uniform(0.0, 0.07, 4)
    margin[1::2] = rng.uniform(0.015, 0.13, 2)
    if has_axes:
        margin[2] += rng.uniform(0.1, 0.17)
        margin[3] += rng.uniform(0.05, 0.09)
    volume = "none" if rng.random() > style.volume else ("pane", "overlay")[rng.integers(2)]
    return Look(
        style=style,
        bars=bars,
        fill=float(1 - 0.4 * rng.uniform() ** 1.5),
        before=float(rng.uniform(0.4, 1.0)),
        width=width,
        height=height,
        background=_pick(style.backgrounds, rng),
        up=_tinted(up, tint[0]),
        down=_tinted(down, tint[1] if up != down else tint[0]),
        frame=("window", "pattern")[int(rng.random() < 0.4)],
        margins=tuple(round(float(m), 4) for m in margin),
        shift=round(float(rng.uniform(0, 1.5)), 3) if rng.random() < 0.25 else 0.0,
        body_width=round(float(rng.uniform(*style.body_width)), 3),
        wick_width=round(float(rng.uniform(*style.wick_width)), 3),
        snapped=bool(rng.random() < 0.5),
        grid=(int(rng.integers(2, 8)), int(rng.integers(0, 8))) if style.grid and rng.random() < 0.75 else (0, 0),
        grid_opacity=round(float(rng.uniform(*style.grid_opacity)), 3),
        sessions=int(rng.integers(6, 30)) if style.sessions and rng.random() < 0.8 else 0,
        volume=volume,
        volume_share=round(float(rng.uniform(0.1, 0.22)), 3),
        averages=_averages(style, rng),
        bollinger=bool(rng.random() < 0.04),
        average_colours=tuple(AVERAGE_COLOURS[i] for i in rng.permutation(len(AVERAGE_COLOURS))[:3]),
        last_price=bool(rng.random() < 0.12),
        axes=bool(has_axes),
        watermark=bool(rng.random() < 0.06),
        crosshair=tuple(round(float(c), 3) for c in rng.uniform(0.1, 0.9, 2)) if rng.random() < 0.04 else None,
        stray_lines=int(rng.integers(1, 4)) if rng.random() < 0.08 else 0,
        marks=str(rng.choice(["levels", "zigzag", "both"])) if rng.random() < 0.08 else "none",
        mark_colour=_pick(MARK_COLOURS, rng),
        jpeg=int(rng.integers(45, 93)) if rng.random() < 0.4 else 0,
        seed=int(rng.integers(2**31)),
    )


def _screen_size(rng: np.random.Generator, size: int) -> int:
    """Pixels of one side of the screenshot; real crops are 100 to 500 wide and are squeezed to a square."""
    return round(log_uniform(rng, 0.5, 1.9) * size)


def _pick(choices, rng: np.random.Generator):
    return choices[int(rng.integers(len(choices)))]


def _tinted(colour: Colour, shift: np.ndarray) -> Colour:
    return tuple(int(value) for value in np.clip(np.round(np.array(colour) + shift), 0, 255))


def _averages(style: Style, rng: np.random.Generator) -> tuple[int, ...]:
    if rng.random() > style.averages:
        return ()
    fast, slow = _pick(FAST_AVERAGES, rng), _pick(SLOW_AVERAGES, rng)
    return ((fast,), (slow,), (fast, slow))[int(rng.integers(3))]
