"""Looks drawn by chance, before and apart from the pattern.

A look is drawn from a random stream of its own, with the same distribution for every class. What a model could
use instead of the price (style, length, overlays, margins) therefore says nothing about the label.
"""

from __future__ import annotations

import math
from bisect import bisect
from itertools import accumulate, permutations

import numpy as np

from dataset_builder.drawing.chance import happens, pick, uniform, whole
from dataset_builder.drawing.look import LINE_COLOURS, MARK_COLOURS, MARKS, Look
from dataset_builder.drawing.palette import draw_palette
from dataset_builder.drawing.style import Style
from dataset_builder.market.sketch import log_uniform

FAST_AVERAGES, SLOW_AVERAGES = (5, 7, 9, 10, 12), (20, 21, 25, 30, 50)  # bars
MOST_NUMBERS = 64  # uniform numbers that one look takes at most
THREE_LINES = tuple(permutations(range(len(LINE_COLOURS)), 3))


def draw_look(styles: tuple[Style, ...], rng: np.random.Generator, size: int = 224) -> Look:
    """Pick a style by weight and settle everything that it leaves open, for a picture of ``size`` pixels."""
    style = _pick_style(styles, rng)
    background = pick(style.backgrounds, rng)
    up, down = draw_palette(style, background, rng)
    rng = _Uniform(rng)
    width, height = _screen(rng, size)
    axes = happens(rng, style.axes) and size >= 64
    margins = _margins(rng, axes)
    room = size * (1 - margins[0] - margins[2])
    bars = _bars(rng, width, room)
    return Look(
        style=style,
        bars=bars,
        # Crops of real charts show more after the pattern than before it. A model that had seen 5 % of the window there
        # on average gained 4 points on them when their right eighth was cut off, one with 10 % gained 2, and with 12 %
        # and the larger moves of prices.py none.
        fill=round(1 - 0.42 * rng.random(), 3),
        before=uniform(rng, 0.0, 0.85),
        width=width,
        height=height,
        background=background,
        up=up,
        down=down,
        frame="pattern" if happens(rng, 0.7) else "window",
        # Real crops are a box that people drew and 4 % of the screenshot around it, 5 to 30 % of the box's height.
        room=round(log_uniform(rng, 0.03, 0.3), 3),
        margins=margins,
        cut=(uniform(rng, 0, 1.5), uniform(rng, 0, 1.0)) if happens(rng, 0.3) else (0.0, 0.0),
        body_width=max(uniform(rng, *style.body_width), round(1.02 * bars / room, 3)),  # a pixel at least
        wick_width=uniform(rng, *style.wick_width),
        snapped=happens(rng, 0.6),
        blur=uniform(rng, 1.0, 2.2) if happens(rng, 0.55) else 1.0,
        grid=_grid(style, rng),
        grid_opacity=uniform(rng, *style.grid_opacity),
        sessions=whole(rng, 6, 30) if style.sessions and happens(rng, 0.85) else 0,
        volume=pick(("pane", "overlay"), rng) if happens(rng, style.volume) else "none",
        volume_share=uniform(rng, 0.1, 0.22),
        averages=_averages(style, rng),
        bollinger=happens(rng, 0.04),
        line_colours=pick(THREE_LINES, rng),
        last_price=happens(rng, 0.12),
        axes=axes,
        watermark=happens(rng, 0.05),
        legend=happens(rng, 0.06),
        crosshair=(uniform(rng, 0.1, 0.9), uniform(rng, 0.1, 0.9)) if happens(rng, 0.04) else (),
        stray_lines=whole(rng, 1, 4) if happens(rng, 0.08) else 0,
        words=whole(rng, 1, 3) if happens(rng, 0.08) else 0,
        marks=pick(MARKS, rng) if happens(rng, style.marks) else "none",
        mark_colour=pick(MARK_COLOURS, rng),
        jpeg=whole(rng, 45, 95) if happens(rng, 0.15) else 0,
        seed=whole(rng, 0, 2**31),
    )


class _Uniform:
    """The next uniform numbers of a stream, taken all at once: asked for one by one, they take six times as long."""

    def __init__(self, rng: np.random.Generator):
        self.random = iter(rng.random(MOST_NUMBERS).tolist()).__next__


def _pick_style(styles: tuple[Style, ...], rng: np.random.Generator) -> Style:
    shares = list(accumulate(style.weight for style in styles))
    return styles[bisect(shares, rng.random() * shares[-1])]


def _screen(rng: np.random.Generator, size: int) -> tuple[int, int]:
    """Width and height of the screenshot in pixels.

    Labelled crops of real charts are 92-511 wide and 139-527 high (5th to 95th percentile), 0.41-1.64 times as wide
    as high; whole screenshots are wider. A third are taken at the picture's own size.
    """
    if happens(rng, 0.3):
        return size, size
    side, shape = size * log_uniform(rng, 0.5, 1.9), math.sqrt(log_uniform(rng, 0.42, 2.0))
    return round(side * shape), round(side / shape)


def _margins(rng: np.random.Generator, axes: bool) -> tuple[float, float, float, float]:
    """Left, top, right, bottom; small enough for the price to fill half of the height beside axes and a volume pane."""
    left, right = (uniform(rng, 0.0, 0.07) if happens(rng, 0.3) else 0.0 for _ in range(2))  # crops have none
    top, bottom = uniform(rng, 0.01, 0.13), uniform(rng, 0.01, 0.13)
    if axes:
        right, bottom = round(right + uniform(rng, 0.1, 0.17), 3), round(bottom + uniform(rng, 0.05, 0.09), 3)
    return left, top, right, bottom


def _bars(rng: np.random.Generator, width: int, room: float) -> int:
    """How many candles, 20 to 120: with at least 1.25 pixels of the picture and about two of the screen for each.

    Their logarithm leans to many, a quarter more than an even distribution gives: read from a model's inner features,
    real crops have more, those of most classes a third more.
    """
    return max(min(round(20 * 6 ** rng.random() ** 0.57), width // 2 + 4, int(room / 1.25)), 20)


def _grid(style: Style, rng: np.random.Generator) -> tuple[int, int]:
    rows, columns = whole(rng, 2, 8), whole(rng, 0, 8)
    return (rows, columns) if style.grid and happens(rng, 0.8) else (0, 0)


def _averages(style: Style, rng: np.random.Generator) -> tuple[int, ...]:
    if not happens(rng, style.averages):
        return ()
    fast, slow = pick(FAST_AVERAGES, rng), pick(SLOW_AVERAGES, rng)
    return pick(((fast,), (slow,), (fast, slow)), rng)
