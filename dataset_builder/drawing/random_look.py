"""Looks drawn by chance, before and apart from the pattern.

A look is drawn from a random stream of its own, with the same distribution for every class. What a model could
use instead of the price (style, length, overlays, margins) therefore says nothing about the label.
"""

from __future__ import annotations

import math
from bisect import bisect
from itertools import accumulate, permutations

import numpy as np

from dataset_builder.drawing.canvas import Colour
from dataset_builder.drawing.look import LINE_COLOURS, MARK_COLOURS, MARKS, Look
from dataset_builder.drawing.style import Style
from dataset_builder.market.sketch import log_uniform

FAST_AVERAGES, SLOW_AVERAGES = (5, 7, 9, 10, 12), (20, 21, 25, 30, 50)  # bars
MOST_NUMBERS = 64  # more than a look has to settle
THREE_LINES = tuple(permutations(range(len(LINE_COLOURS)), 3))


def draw_look(styles: tuple[Style, ...], rng: np.random.Generator, size: int = 224) -> Look:
    """Pick a style by weight and settle everything that it leaves open, for a picture of ``size`` pixels."""
    style = _pick_style(styles, rng)
    background = _pick(style.backgrounds, rng)
    up, down = _palette(style, background, rng)
    rng = _Uniform(rng)
    width, height = _screen(rng, size)
    axes = _happens(rng, style.axes) and size >= 64
    margins = _margins(rng, axes)
    room = size * (1 - margins[0] - margins[2])
    bars = _bars(rng, width, room)
    return Look(
        style=style,
        bars=bars,
        # Crops of real charts show as much after the pattern as before it. A model that had seen 5 % of the window
        # there on average gained 4 points on them when their right eighth was cut off.
        fill=round(1 - 0.42 * rng.random(), 3),
        before=_between(rng, 0.0, 1.0),
        width=width,
        height=height,
        background=background,
        up=up,
        down=down,
        frame="pattern" if _happens(rng, 0.7) else "window",
        # Real crops are a box that people drew and 4 % of the screenshot around it, 5 to 30 % of the box's height.
        room=round(log_uniform(rng, 0.03, 0.3), 3),
        margins=margins,
        cut=(_between(rng, 0, 1.5), _between(rng, 0, 1.0)) if _happens(rng, 0.3) else (0.0, 0.0),
        body_width=max(_between(rng, *style.body_width), round(1.02 * bars / room, 3)),  # a pixel at least
        wick_width=_between(rng, *style.wick_width),
        snapped=_happens(rng, 0.6),
        blur=_between(rng, 1.0, 2.2) if _happens(rng, 0.55) else 1.0,
        grid=_grid(style, rng),
        grid_opacity=_between(rng, *style.grid_opacity),
        sessions=_whole(rng, 6, 30) if style.sessions and _happens(rng, 0.85) else 0,
        volume=_pick(("pane", "overlay"), rng) if _happens(rng, style.volume) else "none",
        volume_share=_between(rng, 0.1, 0.22),
        averages=_averages(style, rng),
        bollinger=_happens(rng, 0.04),
        line_colours=_pick(THREE_LINES, rng),
        last_price=_happens(rng, 0.12),
        axes=axes,
        watermark=_happens(rng, 0.05),
        legend=_happens(rng, 0.06),
        crosshair=(_between(rng, 0.1, 0.9), _between(rng, 0.1, 0.9)) if _happens(rng, 0.04) else (),
        stray_lines=_whole(rng, 1, 4) if _happens(rng, 0.08) else 0,
        words=_whole(rng, 1, 3) if _happens(rng, 0.08) else 0,
        marks=_pick(MARKS, rng) if _happens(rng, style.marks) else "none",
        mark_colour=_pick(MARK_COLOURS, rng),
        jpeg=_whole(rng, 45, 95) if _happens(rng, 0.2) else 0,
        seed=_whole(rng, 0, 2**31),
    )


class _Uniform:
    """The next uniform numbers of a stream, taken all at once: asked for one by one, they take six times as long."""

    def __init__(self, rng: np.random.Generator):
        self.random = iter(rng.random(MOST_NUMBERS).tolist()).__next__


def _pick_style(styles: tuple[Style, ...], rng: np.random.Generator) -> Style:
    shares = list(accumulate(style.weight for style in styles))
    return styles[bisect(shares, rng.random() * shares[-1])]


def _palette(style: Style, background: Colour, rng: np.random.Generator) -> tuple[Colour, Colour]:
    """The colours of rising and falling candles, each a little off the platform's own.

    Many are faded where the background is light: pictures on the web store colour at half the resolution, which greys
    narrow candles (the ink of light real crops has a median chroma of 39 levels, that of dark ones 100).
    """
    up, down = _pick(style.palettes, rng)
    shift = [round(7 * change) for change in rng.standard_normal(6).tolist()]
    alike = up == down
    if _happens(rng, 0.06):  # East Asian convention: red is up
        up, down = down, up
    keep = _between(rng, 0.35, 1.0) if _happens(rng, 0.75 if sum(background) > 384 else 0.15) else 1.0
    up = _faded(_shifted(up, shift[:3]), keep)
    return up, up if alike else _faded(_shifted(down, shift[3:]), keep)


def _screen(rng: np.random.Generator, size: int) -> tuple[int, int]:
    """Width and height of the screenshot in pixels.

    Labelled crops of real charts are 92-511 wide and 139-527 high (5th to 95th percentile), 0.41-1.64 times as wide
    as high; whole screenshots are wider. A third are taken at the picture's own size.
    """
    if _happens(rng, 0.3):
        return size, size
    side, shape = size * log_uniform(rng, 0.5, 1.9), math.sqrt(log_uniform(rng, 0.42, 2.0))
    return round(side * shape), round(side / shape)


def _margins(rng: np.random.Generator, axes: bool) -> tuple[float, float, float, float]:
    """Left, top, right, bottom; small enough for the price to fill half of the height beside axes and a volume pane."""
    left, right = (_between(rng, 0.0, 0.07) if _happens(rng, 0.5) else 0.0 for _ in range(2))  # crops have none
    top, bottom = _between(rng, 0.01, 0.13), _between(rng, 0.01, 0.13)
    if axes:
        right, bottom = round(right + _between(rng, 0.1, 0.17), 3), round(bottom + _between(rng, 0.05, 0.09), 3)
    return left, top, right, bottom


def _bars(rng: np.random.Generator, width: int, room: float) -> int:
    """How many candles: with at least 1.25 pixels of the picture and about two of the screen for each of them."""
    return max(min(round(log_uniform(rng, 20, 120)), width // 2 + 4, int(room / 1.25)), 20)


def _grid(style: Style, rng: np.random.Generator) -> tuple[int, int]:
    rows, columns = _whole(rng, 2, 8), _whole(rng, 0, 8)
    return (rows, columns) if style.grid and _happens(rng, 0.8) else (0, 0)


def _averages(style: Style, rng: np.random.Generator) -> tuple[int, ...]:
    if not _happens(rng, style.averages):
        return ()
    fast, slow = _pick(FAST_AVERAGES, rng), _pick(SLOW_AVERAGES, rng)
    return _pick(((fast,), (slow,), (fast, slow)), rng)


def _happens(rng: np.random.Generator, probability: float) -> bool:
    return rng.random() < probability


def _between(rng: np.random.Generator, low: float, high: float) -> float:
    return round(low + (high - low) * rng.random(), 3)


def _whole(rng: np.random.Generator, low: int, high: int) -> int:
    """A whole number from low to below high; a quarter of the time of ``rng.integers``."""
    return low + int((high - low) * rng.random())


def _pick(choices, rng: np.random.Generator):
    return choices[int(len(choices) * rng.random())]


def _faded(colour: Colour, keep: float) -> Colour:
    """The colour with that share of its chroma, as light as before."""
    grey = sum(colour) / 3
    return tuple(round(grey + (value - grey) * keep) for value in colour)


def _shifted(colour: Colour, shift: list[int]) -> Colour:
    return tuple(min(max(value + change, 0), 255) for value, change in zip(colour, shift, strict=True))
