"""What belongs to a chart on a page beside the price's own pane: frames, labels of axes, ticks and price tags."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cryptoai_common.candles import Candles
from dataset_builder.drawing.canvas import Canvas
from dataset_builder.drawing.look import Look
from dataset_builder.drawing.overlays import Label, price_label, stamp_all
from dataset_builder.drawing.page import Box, Page
from dataset_builder.drawing.plot import Plot
from dataset_builder.drawing.text import coarse, text_mask
from dataset_builder.streams import random_stream

# Shares of the letter size, as libraries and platforms place their labels.
GAP, TICK = 0.5, 0.35  # from a pane to its labels; length of ticks
LINE = 12  # letters are that many times as high as frames and ticks are thick
HALF_LABEL = 0.65  # from the top of a label to its middle
TAG_HALF, TAG_WIDTH = 0.8, 5.5  # half the height of a price tag; its width at most
# Share of charts with a title of the price axis, if there is room; how far it is from the pane.
SIDE_TITLE, SIDE_TITLE_AT, SIDE_TITLES = 0.4, 5.5, ("Price", "Price", "Price (USD)", "USD", "Close", "Value")
TIME_SPACE = 1.25  # of a time label's width: from its left edge to the earliest left edge of the next
STUDY_ROWS = (0.25, 0.75)  # of a study's height: where its two labels and grid lines are
TICKS, DATES = 0.5, 0.5  # shares of charts with ticks, and with dates instead of times of day
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAYS = 28  # that every month has
HOURS = ("", " 00:00", ", 12:00")  # what follows a date
STUDY_LABELS = {"volume": ("750", "250"), "rsi": ("70", "30"), "macd": ("0.5", "-0.5"), "stochastic": ("80", "20")}


def draw_frames(screen: Canvas, chart: Canvas, look: Look, page: Page, rows: list[int], columns: list[int]) -> None:
    """Draw the studies' backgrounds and grids, the frames of all panes, ticks, and labels of prices and times.

    ``rows`` and ``columns`` are the positions of grid lines in the pane, in screen pixels; ``chart`` is its window.
    """
    rng = random_stream(page.seed, "axes")
    panes = [page.pane, *(study.box for study in page.studies)]
    columns = sorted(x for x in columns if x < page.pane[2] - page.pane[0])
    thin = max(page.letter / LINE, 1.0)
    screen.rectangles([study.box for study in page.studies], [look.background] * len(page.studies))
    for study in page.studies:
        _draw_study_grid(screen, study.box, look, columns)
    lines = _lines(page, panes, thin) + (_ticks(page, rows, columns, thin) if rng.random() < TICKS else [])
    screen.rectangles(lines, [page.frame_colour] * len(lines))
    prices = [(price_label(y, chart, look), float(y)) for y in rows]
    for study in page.studies:
        top, height = study.box[1] - page.pane[1], study.box[3] - study.box[1]
        labels = STUDY_LABELS.get(study.kind, ())
        prices += [(text, top + share * height) for text, share in zip(labels, STUDY_ROWS, strict=False)]
    _draw_prices(screen, page, prices)
    if rng.random() < SIDE_TITLE:
        _draw_side_title(screen, page, SIDE_TITLES[rng.integers(len(SIDE_TITLES))])
    if page.axes[2]:
        _draw_times(screen, page, columns, rng)


def draw_price_tag(screen: Canvas, chart: Canvas, plot: Plot, look: Look, page: Page, candles: Candles) -> None:
    """Draw the last close as a tag of its colour beside the pane; nothing where no prices are."""
    left, top, right, _ = page.pane
    beyond = float(page.chart[2] - right if page.axes[1] else left - page.chart[0])
    if not (page.axes[0] or page.axes[1]) or beyond <= 0:
        return
    y = top + float(np.floor(plot.y(candles.close[-1])))
    colour = look.up if candles.close[-1] >= candles.open[-1] else look.down
    beyond = min(beyond, TAG_WIDTH * page.letter)
    start = right if page.axes[1] else left - beyond
    screen.rectangle(start, y - TAG_HALF * page.letter, start + beyond, y + TAG_HALF * page.letter, colour)
    font, zoom = _font(screen, page)
    text = text_mask(price_label(y - top, chart, look), font)
    screen.stamp(text, start + GAP * page.letter, y - HALF_LABEL * page.letter, look.background, zoom=zoom)


def _font(screen: Canvas, page: Page) -> tuple[int, float]:
    """Font size and zoom of the page's labels, fine enough for this picture."""
    return coarse(page.letter, min(screen.across.scale, screen.down.scale))


def _draw_study_grid(screen: Canvas, box: Box, look: Look, columns: list[int]) -> None:
    if not look.style.grid or not any(look.grid):
        return
    inside = screen.window(box)
    if look.grid[0]:
        rows = np.floor(np.array(STUDY_ROWS) * inside.height)
        inside.rows(rows, rows + 1, look.style.grid, look.grid_opacity, look.style.grid_dash)
    if look.grid[1] and columns:
        inside.columns(columns, [x + 1 for x in columns], look.style.grid, look.grid_opacity, look.style.grid_dash)


def _lines(page: Page, panes: list[Box], thin: float) -> list[tuple[float, ...]]:
    """The lines around the panes as rectangles."""
    lines: list[tuple[float, ...]] = []
    left, top, right, bottom = page.chart
    edge = page.pane[2] if page.axes[1] else page.pane[0]
    for x0, y0, x1, y1 in panes:
        if page.frame == "box":
            lines += [(x0, y0, x1, y0 + thin), (x1 - thin, y0, x1, y1)]
        if page.frame in ("box", "spines"):
            lines += [(x0, y0, x0 + thin, y1), (x0, y1 - thin, x1, y1)]
        if page.frame == "strips":
            lines.append((left, y1, right, y1 + thin))
    return [*lines, (edge, top, edge + thin, bottom)] if page.frame == "strips" else lines


def _ticks(page: Page, rows: list[int], columns: list[int], thin: float) -> list[tuple[float, ...]]:
    """Short lines from the panes' edges to the labels, as rectangles."""
    left, top, right, _ = page.pane
    long, bottom = TICK * page.letter, page.times
    ticks: list[tuple[float, ...]] = []
    if page.axes[2]:
        ticks += [(left + x, bottom, left + x + thin, bottom + long) for x in columns]
    for at, shown in ((left - long, page.axes[0]), (right, page.axes[1])):
        ticks += [(at, top + y, at + long, top + y + thin) for y in rows if shown]
    return ticks


def _draw_prices(screen: Canvas, page: Page, prices: list[tuple[str, float]]) -> None:
    """Draw labels at heights in the pane, beside it where the page has an axis."""
    font, zoom = _font(screen, page)
    masks = [(text_mask(text, font), y - HALF_LABEL * page.letter) for text, y in prices]
    left, top, right, _ = page.pane
    if page.axes[1]:
        labels: list[Label] = [(mask, 0.0, y) for mask, y in masks]
        stamp_all(screen, labels, right + GAP * page.letter, top, page.label, zoom)
    if page.axes[0]:
        labels = [(mask, -mask.shape[1] * zoom, y) for mask, y in masks]
        stamp_all(screen, labels, left - GAP * page.letter, top, page.label, zoom)


def _draw_side_title(screen: Canvas, page: Page, text: str) -> None:
    """Draw what the price axis shows, turned upright beside its labels, if there is room."""
    left, top, right, bottom = page.pane
    font, zoom = _font(screen, page)
    mask = _tilted(text, font, 90)
    x = right + SIDE_TITLE_AT * page.letter
    if not page.axes[1]:
        x = left - SIDE_TITLE_AT * page.letter - mask.shape[1] * zoom
    if (page.axes[0] or page.axes[1]) and page.chart[0] <= x <= page.chart[2] - mask.shape[1] * zoom:
        screen.stamp(mask, x, (top + bottom - mask.shape[0] * zoom) / 2, page.label, zoom=zoom)


def _draw_times(screen: Canvas, page: Page, columns: list[int], rng: np.random.Generator) -> None:
    """Draw dates or times of day under the panes, level or tilted, at the grid's columns."""
    font, zoom = _font(screen, page)
    dates, month, hours = rng.random() < DATES, int(rng.integers(12)), HOURS[rng.integers(len(HOURS))]
    start, every = int(rng.integers(DAYS)), int(rng.integers(1, 9))
    labels: list[Label] = []
    written = -float("inf")
    for number, x in enumerate(columns):
        step = start + number * every
        text = f"{MONTHS[(month + step // DAYS) % 12]} {step % DAYS + 1}{hours}" if dates else f"{step % 24:02d}:00"
        mask = _tilted(text, font, page.tilt)
        width = mask.shape[1] * zoom
        left = x - width if page.tilt else x - width / 2
        if left > written:
            labels.append((mask, left, 0.0))
            written = left + (page.letter * 1.5 if page.tilt else TIME_SPACE * width)
    top = page.times + GAP * page.letter
    for part in [[label] for label in labels] if page.tilt else [labels]:  # tilted ones overlap in their empty corners
        stamp_all(screen, part, page.pane[0], top, page.label, zoom)


@lru_cache(maxsize=4096)
def _tilted(text: str, font: int, degrees: int) -> NDArray[np.uint8]:
    """A text that rises to the right by an angle."""
    mask = text_mask(text, font)
    if not degrees:
        return mask
    return np.asarray(Image.fromarray(mask).rotate(degrees, Image.Resampling.BILINEAR, expand=True))
