"""A page drawn at random around a look.

Like a look, a page is drawn from a random stream of its own, alike for every class. All lengths are in heights of a
letter unless they are shares, because everything on a page scales with its text.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dataset_builder.drawing.chance import happens, pick, uniform, whole
from dataset_builder.drawing.indicators import OVERLAY_HEIGHT
from dataset_builder.drawing.look import Look
from dataset_builder.drawing.mixing import Colour
from dataset_builder.drawing.page import Page
from dataset_builder.drawing.pages.around import KINDS, draw_size, panels_around
from dataset_builder.drawing.pages.colours import TINTED, shade, tint, toward
from dataset_builder.drawing.pages.layout import lay_out
from dataset_builder.drawing.palette import LIGHT
from dataset_builder.limits import FEWEST_BARS
from dataset_builder.streams import Uniform

# How small what matters may become, as shares of the page. Studies that would leave less are left out.
LOWEST_PANE, LOWEST_PRICE = 0.26, 0.17  # of the pane, and of the prices in it (38 of 224 pixels)
PIXELS_A_BAR, SCREEN_PIXELS_A_BAR = 1.2, 2  # fewest pixels from candle to candle, of the picture and of the screen
NARROWEST_PLOT = 1.05  # of the width that the fewest candles need
THINNEST_BODY, WIDEST_BODY = 1.02, 1.0  # pixels of the picture; share of the spacing

# Inside the pane.
VOLUME = ("none", "none", "overlay", "overlay", "pane")  # if there is no study of volume
VOLUME_OVERLAY, VOLUME_PANE = (0.12, 0.32), (0.1, 0.22)  # tallest bar, as a share of the pane
VOLUME_OPACITIES = (0.3, 0.5, 0.5, 0.8, 1.0, 1.0)
ROOMY, TIGHT_ROOM, WIDE_ROOM = 0.45, (0.01, 0.1), (0.1, 0.55)  # above, and as much below; of both, in sum
SIDE_ROOM = (0.0, 0.05)  # at either side, as libraries leave it
GAP_RIGHT, GAP_LEFT = 0.35, 0.06  # shares of charts with a gap at the right, and with no candles at the left yet
RIGHT_ROOM, LEFT_ROOM = (0.03, 0.25), (0.15, 0.55)
AXES_ROWS, AXES_COLUMNS = (3, 9), (3, 9)  # labels
GRID = 0.75  # share of charts with a grid
# Software shows all prices of its window, unless its user stretched the axis.
WINDOW = 0.85  # share of charts that show all prices, not those of the pattern
LAST_PRICE, LEGEND = 0.4, 0.3  # shares of charts: platforms show both, libraries neither

CONTRARY = 0.06  # share of pages that are light around a dark chart, or dark around a light one
ACCENTS = ((41, 98, 255), (240, 185, 11), (0, 150, 136), (211, 47, 47), (106, 27, 154), (33, 150, 83), (255, 109, 0))
SEEDS = 2**31


def with_page(look: Look, rng: np.random.Generator, size: int | tuple[int, int] = 224) -> Look:
    """The look with a page around its chart, drawn at random, and with no more candles than can be told apart in it.

    ``size`` is that of the picture: the side of a square, or (width, height). What the look had at its own edges, axes
    and volume, is replaced by the page's. The same look and state of ``rng`` give the same page.
    """
    picture = (size, size) if isinstance(size, int) else size
    kind = pick(KINDS, rng)
    width, height, letter = draw_size(rng, kind)
    chart, panels = panels_around(rng, kind, width, height, letter)
    tinted = happens(rng, TINTED[kind])
    pane_colour, paper, grid = tint(rng, look, tinted)
    dark = sum(paper) <= LIGHT
    if happens(rng, CONTRARY) and kind != "export":
        dark = not dark
    ground = paper if kind == "export" and happens(rng, 0.85) else shade(rng, dark)
    panel = ground if happens(rng, 0.3) else shade(rng, dark)
    layout = lay_out(rng, kind, chart, letter, LOWEST_PANE * height)
    page = Page(
        kind=kind,
        width=width,
        height=height,
        chart=chart,
        pane=layout.pane,
        ground=ground,
        paper=paper,
        panel=panel,
        line=toward(panel, whole(rng, 12, 60), sum(panel) <= LIGHT),
        text=toward(panel, whole(rng, 90, 200), sum(panel) <= LIGHT),
        label=toward(paper, whole(rng, 90, 255), sum(paper) <= LIGHT),
        accent=pick(ACCENTS, rng),
        frame=layout.frame,
        frame_colour=toward(paper, whole(rng, 25, 255), sum(paper) <= LIGHT),
        axes=layout.axes,
        times=layout.times,
        tilt=layout.tilt,
        studies=layout.studies,
        panels=(*panels, *layout.titles),
        letter=letter,
        volume_opacity=pick(VOLUME_OPACITIES, rng),
        seed=whole(rng, 0, SEEDS),
    )
    return _fitted(rng, look, page, picture, pane_colour, grid)


def _fitted(rng: Uniform, look: Look, page: Page, picture: tuple[int, int], background: Colour, grid: Colour) -> Look:
    """The look of a chart that fills the page's pane."""
    left, top, right, bottom = page.pane
    width, height = right - left, bottom - top
    volume, overlay, pane_share = pick(VOLUME, rng), uniform(rng, *VOLUME_OVERLAY), uniform(rng, *VOLUME_PANE)
    if any(study.kind == "volume" for study in page.studies):
        volume = "none"
    margins = _room(rng, width * picture[0] / page.width, height / page.height, pane_share * (volume == "pane"))
    upright = 1 - margins[1] - margins[3]
    plot_width = width * (1 - margins[0] - margins[2])  # in screen pixels
    shown = plot_width * picture[0] / page.width  # in pixels of the picture
    bars = max(min(look.bars, int(shown / PIXELS_A_BAR), int(plot_width / SCREEN_PIXELS_A_BAR)), FEWEST_BARS)
    thinnest = min(round(THINNEST_BODY * bars / shown, 3), WIDEST_BODY)
    lines = whole(rng, *AXES_ROWS), whole(rng, *AXES_COLUMNS)
    return replace(
        look,
        page=page,
        style=replace(look.style, grid=grid),
        bars=bars,
        width=width,
        height=height,
        background=background,
        margins=margins,
        body_width=max(look.body_width, thinnest),
        grid=lines if happens(rng, GRID) else (0, 0),
        volume=volume,
        # As a share of the plot; an overlay is drawn OVERLAY_HEIGHT times as high.
        volume_share=pane_share if volume == "pane" else round(overlay / OVERLAY_HEIGHT / upright, 3),
        frame="window" if happens(rng, WINDOW) else look.frame,
        last_price=happens(rng, LAST_PRICE),
        legend=happens(rng, LEGEND),
        axes=False,
    )


def _room(rng: Uniform, width: float, height: float, pane: float) -> tuple[float, float, float, float]:
    """Margins inside the pane: left, top, right, bottom, as shares of it.

    ``width`` is that of the pane in pixels of the picture, ``height`` as a share of the page's; ``pane`` is the share
    of the plot that volume takes.
    """
    above, below = uniform(rng, *TIGHT_ROOM), uniform(rng, *TIGHT_ROOM)
    total, share = uniform(rng, *WIDE_ROOM), rng.random()
    if happens(rng, ROOMY):
        above, below = total * share, total * (1 - share)
    most = max(1 - LOWEST_PRICE / height / (1 - pane), 0.0)
    if above + below > most:
        above, below = (side * most / (above + below) for side in (above, below))
    left = uniform(rng, *LEFT_ROOM) if happens(rng, GAP_LEFT) else uniform(rng, *SIDE_ROOM)
    right = uniform(rng, *RIGHT_ROOM) if happens(rng, GAP_RIGHT) else uniform(rng, *SIDE_ROOM)
    most = max(1 - NARROWEST_PLOT * FEWEST_BARS * PIXELS_A_BAR / width, 0.0)
    if left + right > most:
        left, right = (side * most / (left + right) for side in (left, right))
    return round(left, 3), round(above, 3), round(right, 3), round(below, 3)
