"""Where a chart's pane, studies, axes and title lie in its part of the page."""

from __future__ import annotations

from typing import NamedTuple

from dataset_builder.drawing.chance import happens, pick, uniform
from dataset_builder.drawing.page import Box, Panel, Study
from dataset_builder.streams import Uniform

# Lengths are in heights of a letter unless they are shares. A pane either reaches to its axes and edges, as on
# platforms, or has the wide room of figures.
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


class ChartLayout(NamedTuple):
    """Where the parts of a chart lie, in screen pixels, and what it has."""

    pane: Box
    studies: tuple[Study, ...]
    times: int
    tilt: int
    axes: tuple[bool, bool, bool]
    frame: str
    titles: tuple[Panel, ...]


def lay_out(rng: Uniform, kind: str, chart: Box, letter: float, lowest: float) -> ChartLayout:
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
    return ChartLayout(
        (left, top, right, bottom), tuple(studies), times, tilt, (at_left, at_right, below), frame, titles
    )
