"""What surrounds a chart on a screen: a website, a terminal, or a library's export; and where the chart is in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dataset_builder.drawing.mixing import Colour

Box = tuple[int, int, int, int]  # left, top, right and bottom, in screen pixels

KINDS = ("export", "site", "terminal", "phone")
FRAMES = ("none", "box", "spines", "strips")  # no line; all four sides; left and below; beside the axes' labels
# Smaller panes under the price, with the same time axis: three indicators, volume, and the whole chart once more.
STUDIES = ("volume", "rsi", "macd", "stochastic", "slider", "navigator")


@dataclass(frozen=True)
class Study:
    """A pane below the price, one of STUDIES."""

    kind: str
    box: Box


@dataclass(frozen=True)
class Panel:
    """A part of the page that is no chart. ``drawing/panels/`` has a function for each kind."""

    kind: str
    box: Box


@dataclass(frozen=True)
class Page:
    """One page, with nothing left to chance but what ``seed`` draws: texts, numbers and small shapes."""

    kind: str  # one of KINDS
    width: int  # of the screenshot, before it is squeezed into the picture
    height: int
    chart: Box  # the pane, its axes, title and studies
    pane: Box  # where the price is drawn
    ground: Colour  # of the page
    paper: Colour  # of the chart around the pane
    panel: Colour  # of bars, lists and tables
    line: Colour  # between them
    text: Colour
    label: Colour  # of text on the paper
    accent: Colour  # of buttons, chosen tabs and links
    frame: str  # around the panes, one of FRAMES
    frame_colour: Colour
    axes: tuple[bool, bool, bool]  # labels at the left, at the right and below
    times: int  # upper edge of the time labels
    tilt: int  # degrees by which time labels are turned
    studies: tuple[Study, ...]
    panels: tuple[Panel, ...]
    letter: float  # size of letters in screen pixels
    volume_opacity: float
    seed: int

    def share(self) -> tuple[float, ...]:
        """Left, top, right and bottom of the pane as shares of the page."""
        sides = (self.width, self.height) * 2
        return tuple(round(edge / side, 3) for edge, side in zip(self.pane, sides, strict=True))


# The fields of a look's nuisances that tell of its page, and their types, as in drawing/look.py.
PAGE_NUISANCES: dict[str, str | list[str]] = {
    "page": "string",
    "page_size": ["int64"],
    "page_pane": ["float64"],
    "page_ground": ["int64"],
    "page_paper": ["int64"],
    "page_panel": ["int64"],
    "page_text": ["int64"],
    "page_label": ["int64"],
    "page_accent": ["int64"],
    "page_frame": "string",
    "page_axes": ["bool"],
    "page_tilt": "int64",
    "page_studies": "string",
    "page_panels": "int64",
    "page_letter": "float64",
    "page_volume_opacity": "float64",
}


def page_nuisances(page: Page | None) -> dict[str, Any]:
    """The fields of PAGE_NUISANCES as JSON values.

    Those of a chart without a page are constants. Lists have their length all the same, because `datasets` cannot find
    the type of a list that is empty in every row of a small split.
    """
    black = [0, 0, 0]
    return {
        "page": page.kind if page else "none",
        "page_size": [page.width, page.height] if page else [0, 0],
        "page_pane": list(page.share()) if page else [0.0, 0.0, 1.0, 1.0],
        "page_ground": list(page.ground) if page else black,
        "page_paper": list(page.paper) if page else black,
        "page_panel": list(page.panel) if page else black,
        "page_text": list(page.text) if page else black,
        "page_label": list(page.label) if page else black,
        "page_accent": list(page.accent) if page else black,
        "page_frame": page.frame if page else FRAMES[0],
        "page_axes": list(page.axes) if page else [False, False, False],
        "page_tilt": page.tilt if page else 0,
        "page_studies": " ".join(study.kind for study in page.studies) if page else "",
        "page_panels": len(page.panels) if page else 0,
        "page_letter": page.letter if page else 0.0,
        "page_volume_opacity": page.volume_opacity if page else 0.0,
    }
