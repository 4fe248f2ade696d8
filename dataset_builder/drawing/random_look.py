"""Looks drawn at random, before the price and independently of the pattern.

A look is drawn from a random stream of its own, with the same distribution for every class. What a model could use
instead of the price (style, number of candles, overlays, margins) therefore says nothing about the label.
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
from dataset_builder.limits import FEWEST_BARS, MOST_BARS
from dataset_builder.market.sketch import log_uniform
from dataset_builder.streams import Uniform

MOST_NUMBERS = 64  # uniform numbers that one look takes at most

# What is drawn. "Real crops" are the charts labelled by people, cut out of screenshots. Ranges are (low, high). Where
# no measurement is named, the numbers were chosen: overlays are rare, because most charts on the web have few.

# The screenshot. Real crops are 92-511 pixels wide and 139-527 high (5th to 95th percentile), and 0.41-1.64 times as
# wide as high; whole screenshots are wider.
PICTURE_SIZE = 0.3  # share of screenshots with the width and height of the picture
SIDE, SHAPE = (0.5, 1.9), (0.42, 2.0)  # of the others: mean side in sides of the picture; width over height
SNAPPED, BLURRED, BLUR = 0.6, 0.55, (1.0, 2.2)  # share with edges on whole pixels; share with soft edges, how soft
JPEG, JPEG_QUALITY = 0.15, (45, 95)  # share of screenshots that were compressed, and their quality

# What of the market it shows.
PIXELS_A_BAR, SCREEN_PIXELS_A_BAR = 1.25, 2  # fewest pixels from candle to candle, of the picture and of the screenshot
SCREEN_BARS = 4  # candles that a screenshot may have beyond that
# The logarithm of the number of candles leans to many, by a quarter more than an even distribution (exponent 1): as a
# model's inner features tell, real crops have more candles, those of most classes a third more.
BARS_EXPONENT = 0.57
# Real crops show more after the pattern than before it. A model trained with 5 % of the window after it on average
# gained 4 points on real crops when their right eighth was cut off, one with 10 % gained 2, and one with 12 % and the
# larger moves of market/prices.py none.
MOST_FREE, BEFORE = 0.42, (0.0, 0.85)  # of the window: largest share beside the pattern; of that, the share before it
TO_PATTERN = 0.7  # share of charts cut to the pattern's prices
ROOM = (0.03, 0.3)  # beyond these, of their height: real crops are a box that people drew, and a margin of 5 to 30 %
CUT, CUT_LEFT, CUT_RIGHT = 0.3, (0.0, 1.5), (0.0, 1.0)  # share of charts that cut candles at the edges; how many
THINNEST_BODY = 1.02  # pixels of the picture: slightly over one, so that rounding leaves one

# Margins, as shares of the screenshot: small enough for the price to fill half of the height beside axes and volume.
SIDE_MARGIN, SIDE_ROOM = 0.3, (0.0, 0.07)  # share of charts with a margin at either side (real crops have none); width
UPRIGHT_ROOM = (0.01, 0.13)  # above and below
AXIS_RIGHT, AXIS_BELOW = (0.1, 0.17), (0.05, 0.09)  # room for the labels of axes
SMALLEST_WITH_AXES = 64  # pixels: letters in a smaller picture cannot be read

# Overlays: shares of charts that have them, and what they are like.
GRID, GRID_ROWS, GRID_COLUMNS = 0.8, (2, 8), (0, 8)  # of styles with a grid: share, and numbers of lines
SESSIONS, SESSION_BARS = 0.85, (6, 30)  # of styles with session shading: share, and candles in a trading day
VOLUME_SHARE = (0.1, 0.22)  # height of a volume pane, as a share of the plot
FAST_AVERAGES, SLOW_AVERAGES = (5, 7, 9, 10, 12), (20, 21, 25, 30, 50)  # periods in bars that platforms offer
BOLLINGER, LAST_PRICE, WATERMARK, LEGEND = 0.04, 0.12, 0.05, 0.06
CROSSHAIR, CROSSHAIR_AT = 0.04, (0.1, 0.9)  # its place, as shares of width and height
STRAY_LINES, STRAY_COUNT = 0.08, (1, 4)  # lines that do not mark the pattern: 1 to 3
WORDS, WORD_COUNT = 0.08, (1, 3)  # 1 or 2
THREE_LINES = tuple(permutations(range(len(LINE_COLOURS)), 3))  # colours of two averages and the bands
SEEDS = 2**31  # seeds of a look


def draw_look(styles: tuple[Style, ...], rng: np.random.Generator, size: int = 224) -> Look:
    """Pick one of the styles by weight and settle everything that it leaves open.

    ``size`` is the width and height of the picture in pixels. The same state of ``rng`` gives the same look.
    """
    style = _pick_style(styles, rng)
    background = pick(style.backgrounds, rng)
    up, down = draw_palette(style, background, rng)
    numbers = _Numbers(rng)
    width, height = _screen(numbers, size)
    axes = happens(numbers, style.axes) and size >= SMALLEST_WITH_AXES
    margins = _margins(numbers, axes)
    plot_width = size * (1 - margins[0] - margins[2])  # in pixels of the picture
    bars = _bars(numbers, width, plot_width)
    return Look(
        style=style,
        bars=bars,
        fill=round(1 - MOST_FREE * numbers.random(), 3),
        before=uniform(numbers, *BEFORE),
        width=width,
        height=height,
        background=background,
        up=up,
        down=down,
        frame="pattern" if happens(numbers, TO_PATTERN) else "window",
        room=round(log_uniform(numbers, *ROOM), 3),
        margins=margins,
        cut=(uniform(numbers, *CUT_LEFT), uniform(numbers, *CUT_RIGHT)) if happens(numbers, CUT) else (0.0, 0.0),
        body_width=max(uniform(numbers, *style.body_width), round(THINNEST_BODY * bars / plot_width, 3)),
        wick_width=uniform(numbers, *style.wick_width),
        snapped=happens(numbers, SNAPPED),
        blur=uniform(numbers, *BLUR) if happens(numbers, BLURRED) else 1.0,
        grid=_grid(style, numbers),
        grid_opacity=uniform(numbers, *style.grid_opacity),
        sessions=whole(numbers, *SESSION_BARS) if style.sessions and happens(numbers, SESSIONS) else 0,
        volume=pick(("pane", "overlay"), numbers) if happens(numbers, style.volume) else "none",
        volume_share=uniform(numbers, *VOLUME_SHARE),
        averages=_averages(style, numbers),
        bollinger=happens(numbers, BOLLINGER),
        line_colours=pick(THREE_LINES, numbers),
        last_price=happens(numbers, LAST_PRICE),
        axes=axes,
        watermark=happens(numbers, WATERMARK),
        legend=happens(numbers, LEGEND),
        crosshair=_crosshair(numbers),
        stray_lines=whole(numbers, *STRAY_COUNT) if happens(numbers, STRAY_LINES) else 0,
        words=whole(numbers, *WORD_COUNT) if happens(numbers, WORDS) else 0,
        marks=pick(MARKS, numbers) if happens(numbers, style.marks) else "none",
        mark_colour=pick(MARK_COLOURS, numbers),
        jpeg=whole(numbers, *JPEG_QUALITY) if happens(numbers, JPEG) else 0,
        seed=whole(numbers, 0, SEEDS),
    )


class _Numbers:
    """The next MOST_NUMBERS uniform numbers of a stream, taken all at once: one by one they take six times as long."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.random = iter(rng.random(MOST_NUMBERS).tolist()).__next__  # raises StopIteration after the last


def _pick_style(styles: tuple[Style, ...], rng: Uniform) -> Style:
    """One of the styles, with a probability in proportion to its weight."""
    shares = list(accumulate(style.weight for style in styles))
    return styles[bisect(shares, rng.random() * shares[-1])]


def _screen(rng: Uniform, size: int) -> tuple[int, int]:
    """Width and height of the screenshot in pixels, for a picture of ``size`` pixels."""
    if happens(rng, PICTURE_SIZE):
        return size, size
    side, shape = size * log_uniform(rng, *SIDE), math.sqrt(log_uniform(rng, *SHAPE))
    return round(side * shape), round(side / shape)


def _margins(rng: Uniform, axes: bool) -> tuple[float, float, float, float]:
    """Left, top, right and bottom margin, as shares of the screenshot's width or height."""
    left, right = (uniform(rng, *SIDE_ROOM) if happens(rng, SIDE_MARGIN) else 0.0 for _ in range(2))
    top, bottom = uniform(rng, *UPRIGHT_ROOM), uniform(rng, *UPRIGHT_ROOM)
    if axes:
        right, bottom = round(right + uniform(rng, *AXIS_RIGHT), 3), round(bottom + uniform(rng, *AXIS_BELOW), 3)
    return left, top, right, bottom


def _bars(rng: Uniform, width: int, plot_width: float) -> int:
    """How many candles, from FEWEST_BARS to MOST_BARS, and fewer in a narrow chart, so that they can be told apart.

    ``width`` is that of the screenshot, ``plot_width`` that of the plot in the picture, both in pixels.
    """
    share: float = rng.random() ** BARS_EXPONENT
    bars: int = round(FEWEST_BARS * (MOST_BARS / FEWEST_BARS) ** share)
    most = min(width // SCREEN_PIXELS_A_BAR + SCREEN_BARS, int(plot_width / PIXELS_A_BAR))
    return max(min(bars, most), FEWEST_BARS)


def _grid(style: Style, rng: Uniform) -> tuple[int, int]:
    """Numbers of horizontal and vertical grid lines."""
    rows, columns = whole(rng, *GRID_ROWS), whole(rng, *GRID_COLUMNS)
    return (rows, columns) if style.grid and happens(rng, GRID) else (0, 0)


def _crosshair(rng: Uniform) -> tuple[float, ...]:
    """Place of the cross-hair, as shares of width and height; empty for none."""
    return (uniform(rng, *CROSSHAIR_AT), uniform(rng, *CROSSHAIR_AT)) if happens(rng, CROSSHAIR) else ()


def _averages(style: Style, rng: Uniform) -> tuple[int, ...]:
    """Periods of the moving averages: none, a fast one, a slow one, or both."""
    if not happens(rng, style.averages):
        return ()
    fast, slow = pick(FAST_AVERAGES, rng), pick(SLOW_AVERAGES, rng)
    choices: tuple[tuple[int, ...], ...] = ((fast,), (slow,), (fast, slow))
    return pick(choices, rng)
