"""Pictures of a scan: where in the series the hits lie, and what the surest of them look like."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib.dates
from matplotlib import colormaps
from matplotlib.figure import Figure

from trainer.data.picture import open_rgb
from trainer.figures.report import FAINT, INK, save_figure, spoken
from trainer.scan.hits import Hit
from trainer.scan.series import Series

LOG_FROM = 5.0  # highest over lowest price from which on the price is drawn in logarithms
SHEET, COLUMNS = 30, 6  # charts on the contact sheet


def draw_series(series: Series, hits: Sequence[Hit], path: Path) -> None:
    """The closes with the surest hits on them, numbered as on the contact sheet, above a lane a pattern with all hits.

    ``hits`` are the surest first.
    """
    patterns = sorted({hit.pattern for hit in hits})
    colours = {pattern: colormaps["tab10"](lane % 10) for lane, pattern in enumerate(patterns)}
    figure = Figure(figsize=(15, 5.5 + 0.28 * len(patterns)), layout="constrained")
    heights = [5.0, max(0.28 * len(patterns), 0.1)]
    price, lanes = figure.subplots(2, 1, sharex=True, height_ratios=heights)
    days = matplotlib.dates.date2num(series.times)
    price.plot(days, series.close, color=FAINT, linewidth=0.8)
    for number, hit in enumerate(hits[:SHEET], start=1):
        own, colour = slice(hit.shown.first, hit.shown.last + 1), colours[hit.pattern]
        price.plot(days[own], series.close[own], color=colour, linewidth=2)
        above = number % 2  # the next one goes below: neighbours stand in each other's way less
        at = hit.shown.first + int(series.close[own].argmax() if above else series.close[own].argmin())
        place = {"xytext": (0, 6 if above else -14), "textcoords": "offset points", "ha": "center"}
        price.annotate(str(number), (days[at], series.close[at]), color=colour, fontsize=9, weight="bold", **place)
    for lane, pattern in enumerate(patterns):
        ends = [(days[hit.shown.first], days[hit.shown.last]) for hit in hits if hit.pattern == pattern]
        spans = [(first, last - first) for first, last in ends]
        lanes.broken_barh(spans, (lane - 0.35, 0.7), facecolor=colours[pattern], edgecolor="white", linewidth=0.5)
    if series.close.max() > LOG_FROM * series.close.min():
        price.set_yscale("log")
    title = f"{series.source}: {len(hits)} hits below, the {min(len(hits), SHEET)} surest on the price"
    price.set_title(title, loc="left", fontsize=12, color=INK, parse_math=False)
    price.grid(alpha=0.25)
    lanes.set_yticks(range(len(patterns)), [spoken(name) for name in patterns], fontsize=9, parse_math=False)
    lanes.invert_yaxis()
    lanes.grid(alpha=0.25, axis="x")
    locator = matplotlib.dates.AutoDateLocator()
    lanes.xaxis.set_major_locator(locator)
    lanes.xaxis.set_major_formatter(matplotlib.dates.ConciseDateFormatter(locator))
    for axes in (price, lanes):
        axes.spines[["top", "right"]].set_visible(False)
        axes.margins(x=0.01)
    save_figure(figure, path)


def draw_surest(hits: Sequence[Hit], path: Path) -> None:
    """The charts of the surest hits as the model saw them, the surest first; ``hits`` are in that order."""
    shown = hits[:SHEET]
    columns = min(COLUMNS, max(len(shown), 1))
    rows = max(-(-len(shown) // columns), 1)
    figure = Figure(figsize=(2.5 * columns, 2.9 * rows), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for number, (axes, hit) in enumerate(zip(grid, shown, strict=False), start=1):
        axes.imshow(open_rgb(hit.shown.file))
        axes.set_title(
            f"{number}. {spoken(hit.pattern)}, {hit.probability:.1%}", fontsize=9, color=INK, parse_math=False
        )
        axes.set_xlabel(f"{hit.shown.start[:10]} to {hit.shown.end[:10]}, {hit.shown.candles} candles", fontsize=7)
        axes.set_xticks([])
        axes.set_yticks([])
    for axes in grid[len(shown) :]:
        axes.set_visible(False)
    save_figure(figure, path)
