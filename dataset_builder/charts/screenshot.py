"""Whole screenshots of long markets with any number of patterns in them: to find patterns in, not to name one."""

from __future__ import annotations

from dataclasses import replace

from cryptoai_common.dataset import HELD_BACK_EVERY, SCREENSHOTS, UNSEEN_SCREENSHOT
from dataset_builder.charts.draft import Draft
from dataset_builder.charts.long_market import BARS, draw_long_market
from dataset_builder.charts.places import find_places
from dataset_builder.charts.stages import MIXED, SCREENSHOT_STAGE
from dataset_builder.charts.variety import HELD_OUT_STYLES, Variety
from dataset_builder.drawing.look import Look
from dataset_builder.drawing.pages.random_page import with_page
from dataset_builder.drawing.random_look import draw_look
from dataset_builder.market.prices import Market
from dataset_builder.market.sketch import log_uniform
from dataset_builder.streams import random_stream

SIZE = (960, 600)  # of the picture: what a screenshot of 1440 x 900 has at two thirds


def settle_screenshot(seed: int, index: int, kind: Variety) -> Draft:
    """Draw the look, the market and its patterns of screenshot number ``index``, but not the picture.

    The same arguments give the same draft, in any process.
    """
    look = look_of_screenshot(seed, index, kind)
    candles, drawn = draw_long_market(random_stream(seed, SCREENSHOTS, index, "market", kind.stream), look.bars)
    places, overlapping = find_places(candles, drawn)
    market = Market.without_pattern(candles)
    stage = UNSEEN_SCREENSHOT if _is_held_back(index) else SCREENSHOT_STAGE
    return Draft(seed, None, index, look, market, stage, {}, SIZE, MIXED, places, overlapping)


def look_of_screenshot(seed: int, index: int, kind: Variety) -> Look:
    """The look that a screenshot is drawn with: always a page, and all of the market."""
    rng = random_stream(seed, SCREENSHOTS, index, "look", kind.stream)
    styles = HELD_OUT_STYLES if _is_held_back(index) else kind.styles
    look = replace(draw_look(styles, rng, SIZE[0]), marks="none", frame="window")
    look = with_page(replace(look, bars=round(log_uniform(rng, *BARS))), rng, SIZE)
    return replace(look, frame="window")


def _is_held_back(index: int) -> bool:
    """Whether a screenshot has a style that no training chart has, and is for evaluation."""
    return index % HELD_BACK_EVERY == 0
