"""Pages drawn at random around a look: exports of charting libraries, websites, trading terminals and phones.

Like a look, a page is drawn from a random stream of its own, alike for every class. All lengths are in heights of a
letter unless they are shares, because everything on a page scales with its text.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from dataset_builder.drawing.chance import happens, pick, uniform, whole
from dataset_builder.drawing.indicators import OVERLAY_HEIGHT
from dataset_builder.drawing.look import Look
from dataset_builder.drawing.mixing import Colour
from dataset_builder.drawing.page import Box, Page, Panel, Study
from dataset_builder.drawing.palette import LIGHT
from dataset_builder.limits import FEWEST_BARS
from dataset_builder.market.sketch import log_uniform
from dataset_builder.streams import Uniform

# The whole page, in screen pixels. Libraries export 600 to 1400 pixels by default settings and common ones; browser
# windows are 1000 to 2560 wide; phones have 2 to 3 pixels a point.
KINDS = ("export", "export", "export", "export", "terminal", "terminal", "site", "site", "phone")  # equally likely
EXPORT_WIDTH, EXPORT_SHAPE = (600, 1400), (1.0, 1.9)  # width; width over height
WINDOW_WIDTH, WINDOW_SHAPE = (1000, 2560), (1.0, 1.8)
PHONE_WIDTH, PHONE_SHAPE = (600, 1290), (0.5, 1.0)
LETTER, PHONE_LETTERS = (10.0, 15.0), (28, 36)  # pixels; letters that a phone is wide

# How small what matters may become, as shares of the page: a pane of 0.4 has 90 of 224 pixels. Panels that would leave
# less are left out, studies too.
NARROWEST, LOWEST = 0.42, 0.4  # of the chart with its axes
LOWEST_PANE, LOWEST_PRICE = 0.26, 0.17  # of the pane, and of the prices in it (38 of 224 pixels)
PIXELS_A_BAR, SCREEN_PIXELS_A_BAR = 1.2, 2  # fewest pixels from candle to candle, of the picture and of the screen
NARROWEST_PLOT = 1.05  # of the width that the fewest candles need
THINNEST_BODY, WIDEST_BODY = 1.02, 1.0  # pixels of the picture; share of the spacing

# Panels: for each kind of page, in the order in which they take their part of what is left: name, side, probability,
# thickness in letters.
PANELS: dict[str, tuple[tuple[str, str, float, tuple[float, float]], ...]] = {
    "export": (),
    "terminal": (
        ("browser", "top", 0.25, (5.5, 7.5)),
        ("ticker", "top", 0.2, (2.0, 3.0)),
        ("header", "top", 0.75, (3.0, 5.0)),
        ("cookies", "bottom", 0.06, (5.0, 9.0)),
        ("status", "bottom", 0.35, (1.8, 2.6)),
        ("sidebar", "left", 0.12, (9.0, 15.0)),
        ("watchlist", "right", 0.5, (14.0, 28.0)),
        ("form", "right", 0.2, (14.0, 24.0)),
        ("table", "bottom", 0.45, (8.0, 22.0)),
        ("orderbook", "right", 0.4, (15.0, 26.0)),
        ("orderbook", "left", 0.12, (15.0, 24.0)),
        ("quote", "top", 0.3, (4.5, 6.0)),
        ("toolbar", "top", 0.6, (2.4, 3.6)),
        ("intervals", "bottom", 0.25, (2.0, 3.0)),
        ("tools", "left", 0.6, (3.0, 4.5)),
    ),
    "site": (
        ("browser", "top", 0.35, (5.5, 7.5)),
        ("header", "top", 0.8, (4.0, 6.5)),
        ("ticker", "top", 0.3, (2.4, 3.4)),
        ("cookies", "bottom", 0.15, (5.0, 11.0)),
        ("status", "bottom", 0.2, (2.0, 4.0)),
        ("sidebar", "left", 0.25, (10.0, 18.0)),
        ("news", "right", 0.4, (16.0, 32.0)),
        ("watchlist", "right", 0.25, (16.0, 28.0)),
        ("news", "left", 0.15, (14.0, 26.0)),
        ("news", "top", 0.45, (5.0, 16.0)),
        ("quote", "top", 0.4, (4.5, 7.0)),
        ("news", "bottom", 0.45, (6.0, 24.0)),
        ("table", "bottom", 0.25, (8.0, 20.0)),
        ("toolbar", "top", 0.5, (2.4, 3.6)),
        ("intervals", "bottom", 0.2, (2.0, 3.0)),
    ),
    "phone": (
        ("status", "top", 0.8, (1.6, 2.2)),
        ("header", "top", 0.8, (3.0, 4.5)),
        ("toolbar", "bottom", 0.7, (3.5, 5.0)),
        ("quote", "top", 0.7, (4.5, 6.0)),
        ("intervals", "top", 0.6, (2.2, 3.2)),
        ("form", "bottom", 0.2, (8.0, 14.0)),
        ("orderbook", "bottom", 0.35, (10.0, 24.0)),
        ("watchlist", "bottom", 0.3, (10.0, 24.0)),
        ("news", "bottom", 0.2, (6.0, 16.0)),
        ("intervals", "bottom", 0.3, (2.2, 3.2)),
    ),
}
CARD, CARD_EDGE = 0.35, (0.5, 2.5)  # share of charts with a gap to the panels around them; how wide

# The chart. Its pane either reaches to its axes and edges, as on platforms, or has the wide room of figures.
LOOSE = {"export": 0.6, "terminal": 0.06, "site": 0.3, "phone": 0.06}  # share of charts with wide room
LOOSE_SIDE, LOOSE_ABOVE, LOOSE_BELOW = (0.02, 0.16), (0.03, 0.2), (0.02, 0.16)  # shares of the chart's sides
LEFT_AXIS, RIGHT_AXIS, BOTH_AXES, NO_AXIS = 0.3, 0.48, 0.12, 0.1
AXIS_WIDTH, AXIS_HEIGHT = (4.2, 6.5), (1.9, 2.8)
TIMES = 0.88  # share of charts with labels below
TILTED, TILTS = 0.3, (30, 45, 45, 90)  # share of loose charts whose dates are turned; degrees
TILTED_HEIGHT = (4.5, 7.0)
TITLE, TITLE_HEIGHT = 0.5, (1.8, 3.2)  # share of charts with a title
FRAMES = {True: ("none", "none", "box", "box", "spines"), False: ("none", "strips", "strips", "strips", "box")}
# How many studies there are, each count equally likely; of the first one, volume is the usual one.
STUDY_COUNTS = (0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3)
FIRST_STUDIES = ("volume", "volume", "volume", "rsi", "macd", "stochastic")
OTHER_STUDIES = ("rsi", "macd", "stochastic")
STUDY_HEIGHT = (0.11, 0.24)  # share of the chart's height
# Share of charts with a slider, which plotly adds to candles unless told otherwise.
SLIDER = {"export": 0.25, "terminal": 0.06, "site": 0.12, "phone": 0.04}
SLIDER_HEIGHT, SLIDER_GAP = (0.07, 0.17), (0.5, 3.5)
GAP, STUDY_GAP = 0.3, (0.3, 1.6)  # share of charts with a gap between panes; its height

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

# Colours. Paper and pane differ on figures of plotly, mplfinance and many sites.
TINTED = {"export": 0.5, "terminal": 0.12, "site": 0.2, "phone": 0.1}
STRONG = 0.2  # share of tinted panes, and of pages, with any colour at all
TINT = (4, 34)  # levels between paper and pane
WHITE_GRID = 0.5  # share of tinted light panes with a white grid
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
    width, height, letter = _screen(rng, kind)
    chart, panels = _furnish(rng, kind, width, height, letter)
    tinted = happens(rng, TINTED[kind])
    pane_colour, paper, grid = _tint(rng, look, tinted)
    dark = sum(paper) <= LIGHT
    if happens(rng, CONTRARY) and kind != "export":
        dark = not dark
    ground = paper if kind == "export" and happens(rng, 0.85) else _shade(rng, dark)
    panel = ground if happens(rng, 0.3) else _shade(rng, dark)
    layout = _lay_out(rng, kind, chart, letter, LOWEST_PANE * height)
    page = Page(
        kind=kind,
        width=width,
        height=height,
        chart=chart,
        pane=layout.pane,
        ground=ground,
        paper=paper,
        panel=panel,
        line=_toward(panel, whole(rng, 12, 60), sum(panel) <= LIGHT),
        text=_toward(panel, whole(rng, 90, 200), sum(panel) <= LIGHT),
        label=_toward(paper, whole(rng, 90, 255), sum(paper) <= LIGHT),
        accent=pick(ACCENTS, rng),
        frame=layout.frame,
        frame_colour=_toward(paper, whole(rng, 25, 255), sum(paper) <= LIGHT),
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


class _Layout(NamedTuple):
    """Where the parts of a chart lie, in screen pixels, and what it has."""

    pane: Box
    studies: tuple[Study, ...]
    times: int
    tilt: int
    axes: tuple[bool, bool, bool]
    frame: str
    titles: tuple[Panel, ...]


def _screen(rng: Uniform, kind: str) -> tuple[int, int, float]:
    """Width and height of the page and the size of its letters, in screen pixels."""
    widths, shapes = {
        "export": (EXPORT_WIDTH, EXPORT_SHAPE),
        "phone": (PHONE_WIDTH, PHONE_SHAPE),
    }.get(kind, (WINDOW_WIDTH, WINDOW_SHAPE))
    width, shape = round(log_uniform(rng, *widths)), log_uniform(rng, *shapes)
    letter = width / uniform(rng, *PHONE_LETTERS) if kind == "phone" else uniform(rng, *LETTER)
    return width, round(width / shape), round(letter, 3)


def _furnish(rng: Uniform, kind: str, width: int, height: int, letter: float) -> tuple[Box, tuple[Panel, ...]]:
    """What is left for the chart when all panels have taken their parts, and the panels."""
    left, top, right, bottom = 0, 0, width, height
    panels = []
    for name, side, probability, (thinnest, thickest) in PANELS[kind]:
        there, thick = happens(rng, probability), round(letter * uniform(rng, thinnest, thickest))
        across, down = right - left, bottom - top
        enough = across - thick >= NARROWEST * width if side in ("left", "right") else down - thick >= LOWEST * height
        if not (there and enough):
            continue
        if side == "left":
            box, left = (left, top, left + thick, bottom), left + thick
        elif side == "right":
            box, right = (right - thick, top, right, bottom), right - thick
        elif side == "top":
            box, top = (left, top, right, top + thick), top + thick
        else:
            box, bottom = (left, bottom - thick, right, bottom), bottom - thick
        panels.append(Panel(name, box))
    edge = round(letter * uniform(rng, *CARD_EDGE)) if panels and happens(rng, CARD) else 0
    return (left + edge, top + edge, right - edge, bottom - edge), tuple(panels)


def _lay_out(rng: Uniform, kind: str, chart: Box, letter: float, lowest: float) -> _Layout:
    """Divide the chart into its pane, studies, axes and title; the pane is at least ``lowest`` screen pixels high."""
    left, top, right, bottom = chart
    width, height = right - left, bottom - top
    loose = happens(rng, LOOSE[kind])
    side = rng.random()
    at_left = side < LEFT_AXIS + BOTH_AXES
    at_right = LEFT_AXIS <= side < 1 - NO_AXIS
    axis = letter * uniform(rng, *AXIS_WIDTH)
    room = [uniform(rng, *span) * loose for span in (LOOSE_SIDE, LOOSE_ABOVE, LOOSE_SIDE, LOOSE_BELOW)]
    titled, tall, near = happens(rng, TITLE), round(letter * uniform(rng, *TITLE_HEIGHT)), happens(rng, 0.5)
    tilt = pick(TILTS, rng) if loose and happens(rng, TILTED) else 0
    strip = round(letter * uniform(rng, *(TILTED_HEIGHT if tilt else AXIS_HEIGHT)))
    below = happens(rng, TIMES) and height - strip >= lowest
    strip, tilt = strip * below, tilt * below
    titled = titled and height - strip - tall >= lowest
    # Above and below is no more room than the pane leaves.
    free = height - strip - tall * titled - lowest
    upright = min(1.0, free / max(height * (room[1] + room[3]), 1.0))
    left, right = round(left + room[0] * width + axis * at_left), round(right - room[2] * width - axis * at_right)
    edge, top = top, top + tall * titled + int(room[1] * upright * height)
    bottom -= int(room[3] * upright * height)
    # Libraries write the title right above the pane, or at the upper edge.
    start = top - tall if loose and near else edge
    titles = (Panel("title", (left, start, right, start + tall)),) if titled else ()
    studies: list[Study] = []
    share, gap = uniform(rng, *SLIDER_HEIGHT), round(letter * uniform(rng, *SLIDER_GAP))
    if happens(rng, SLIDER[kind]) and bottom - top - strip - gap - share * height >= lowest:
        start = round(bottom - share * height)
        studies.append(Study(pick(("slider", "slider", "navigator"), rng), (left, start, right, bottom)))
        bottom = start - gap
    times = bottom = bottom - strip
    gap = round(letter * uniform(rng, *STUDY_GAP)) if happens(rng, GAP) else 0
    first = [pick(FIRST_STUDIES, rng), pick(OTHER_STUDIES, rng), pick(OTHER_STUDIES, rng)]
    for name in dict.fromkeys(first[: pick(STUDY_COUNTS, rng)]):
        tall = round(height * uniform(rng, *STUDY_HEIGHT))
        if bottom - tall - gap - top >= lowest:
            studies.append(Study(name, (left, bottom - tall, right, bottom)))
            bottom -= tall + gap
    frame = pick(FRAMES[loose], rng)
    return _Layout((left, top, right, bottom), tuple(studies), times, tilt, (at_left, at_right, below), frame, titles)


def _tint(rng: Uniform, look: Look, tinted: bool) -> tuple[Colour, Colour, Colour]:
    """The colours of pane, paper and grid."""
    background = look.background
    dark = sum(background) <= LIGHT
    change = [whole(rng, *TINT) for _ in range(3)]
    strong = (whole(rng, 0, 256), whole(rng, 0, 256), whole(rng, 0, 256))
    kind, white = rng.random(), happens(rng, WHITE_GRID)
    grid = look.style.grid or _toward(background, whole(rng, 12, 50), dark)
    if not tinted:
        return background, background, grid
    if kind < STRONG:
        return background, strong, grid
    if kind < (1 + STRONG) / 2:  # the paper keeps the colour, the pane is tinted
        pane = _shift(background, change, 1 if dark else -1)
        return pane, background, (255, 255, 255) if white and not dark else _toward(pane, whole(rng, 10, 50), dark)
    return background, _shift(background, change, 1 if dark else -1), grid


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


def _shade(rng: Uniform, dark: bool) -> Colour:
    """A colour of a page's ground: nearly black or nearly white, or any."""
    levels = [whole(rng, 0, 45) for _ in range(2)]
    any_colour = (whole(rng, 0, 256), whole(rng, 0, 256), whole(rng, 0, 256))
    if happens(rng, STRONG / 4):
        return any_colour
    grey, blue = (levels[0], min(levels[0] + levels[1] // 3, 255)) if dark else (255 - levels[0] // 2, 255)
    return grey, grey, blue if dark or happens(rng, 0.3) else grey


def _toward(colour: Colour, levels: int, dark: bool) -> Colour:
    """The colour made lighter, if it is dark, or darker, by a number of levels."""
    return _shift(colour, [levels] * 3, 1 if dark else -1)


def _shift(colour: Colour, levels: list[int], sign: int) -> Colour:
    red, green, blue = (min(max(value + sign * level, 0), 255) for value, level in zip(colour, levels, strict=True))
    return red, green, blue
