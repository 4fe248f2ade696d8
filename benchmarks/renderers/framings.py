"""The framings: what of a chart, and what around it, a picture shows."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from benchmarks.renderers.library import Box, Drawing
from benchmarks.renderers.page import Surroundings


@dataclass(frozen=True)
class Framing:
    """A column of the table. ``drawing`` says which of a chart's drawings it shows: a key of ``DRAWINGS``."""

    name: str
    title: str
    drawing: str
    show: Callable[[Drawing, Surroundings | None], Image.Image]
    place: Callable[[Drawing, Surroundings | None], Box] | None = None  # of the pattern, if it is to be found


def crop(image: Image.Image, box: Box) -> Image.Image:
    """What of the picture lies in the box, and every pixel that the box's edges touch."""
    left, top, right, bottom = box
    whole = (max(math.floor(left), 0), max(math.floor(top), 0), math.ceil(right), math.ceil(bottom))
    return image.crop((*whole[:2], min(whole[2], image.width), min(whole[3], image.height)))


def _whole(drawing: Drawing, page: Surroundings | None) -> Image.Image:
    return drawing.image


def _pane(drawing: Drawing, page: Surroundings | None) -> Image.Image:
    return crop(drawing.image, drawing.pane)


def _cut(drawing: Drawing, page: Surroundings | None) -> Image.Image:
    return crop(drawing.image, drawing.pattern)


def _page(drawing: Drawing, page: Surroundings | None) -> Image.Image:
    if page is None:
        raise ValueError("a framing with a page around the chart needs the page")
    return page.around(drawing)


def _pattern(drawing: Drawing, page: Surroundings | None) -> Box:
    return drawing.pattern


def _pattern_in_page(drawing: Drawing, page: Surroundings | None) -> Box:
    if page is None:
        raise ValueError("a framing with a page around the chart needs the page")
    (left, top, right, bottom), (x, y, _, _) = drawing.pattern, page.room
    return left + x, top + y, right + x, bottom + y


# name -> times its bars of random market before the pattern, and whether it fills the room of a page
DRAWINGS = {"alone": (0, False), "page": (0, True), "half": (1, False), "quarter": (3, False)}
FRAMINGS = (
    Framing("whole", "whole export", "alone", _whole, _pattern),
    Framing("pane", "price pane", "alone", _pane),
    Framing("page", "1440×900 page", "page", _page, _pattern_in_page),
    Framing("half", "pattern in 1/2 of the width", "half", _whole, _pattern),
    Framing("quarter", "in 1/4", "quarter", _whole, _pattern),
    Framing("half_cut", "in 1/2, cut to the pattern", "half", _cut),
    Framing("quarter_cut", "in 1/4, cut to the pattern", "quarter", _cut),
)
