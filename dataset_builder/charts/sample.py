"""One labelled chart, a pure function of (seed, pattern, index)."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from cryptoai_common.dataset import NONE
from dataset_builder.charts.draft import NO_CHART_SOURCE, NO_MARKET, Draft, Sample
from dataset_builder.charts.found import find_market, market_beside, unselected_market
from dataset_builder.charts.labels import draw_accepted, refusal
from dataset_builder.charts.stages import NO_CHART_STAGE
from dataset_builder.charts.variety import Variety, variety
from dataset_builder.drawing.look import Look
from dataset_builder.drawing.pages.random_page import with_page
from dataset_builder.drawing.random_look import draw_look
from dataset_builder.market import negative
from dataset_builder.market.prices import Market
from dataset_builder.market.series import Series
from dataset_builder.patterns import BY_NAME, PATTERNS
from dataset_builder.streams import random_stream

SKETCH = "sketch"  # the source of candles that were drawn along a sketch
# Charts without a pattern. First the share that are no charts of prices at all; of those that are found in markets, the
# share that no check has looked at, a market as it is, and the share beside, across or inside a pattern.
NO_CHART, UNSELECTED, BESIDE = 0.15, 0.4, 0.3


def draw_sample(
    seed: int, pattern_name: str | None, index: int, image_size: int = 224, kind: Variety | None = None
) -> Sample:
    """Draw sample number ``index`` of a class. The same arguments give the same bytes, in any process.

    Without a class (None) it is a chart that all checks refuse, or that nobody looked at: its label is None, it has no
    pivots, and its box is that of all candles. ``image_size`` is the width and height in pixels. Raises KeyError for an
    unknown class, and RuntimeError if no draw passes the class's check: the pattern file is wrong then.
    """
    return settle(seed, pattern_name, index, image_size, kind).render()


def settle(
    seed: int, pattern_name: str | None, index: int, image_size: int = 224, kind: Variety | None = None
) -> Draft:
    """Draw the look and the market of :func:`draw_sample`, but not the picture."""
    kind = kind or Variety()
    name = pattern_name or NONE
    whole = random_stream(seed, name, index, "screen", kind.stream).random() < kind.screens
    look = _look(seed, name, index, image_size, kind, whole)
    pattern = BY_NAME[pattern_name] if pattern_name else None
    source = random_stream(seed, name, index, "source", kind.stream)
    if source.random() < kind.found:
        rng = random_stream(seed, name, index, "found", kind.stream)
        if pattern:
            market, stage, origin = find_market(pattern, look.bars, kind.markets, rng)
        else:
            market, stage, origin = _without_pattern(source.random(), look.bars, kind.markets, rng)
        return Draft(seed, pattern_name, index, look, market, stage, {}, image_size, origin)
    if pattern is None and source.random() < NO_CHART:
        return Draft(seed, None, index, look, NO_MARKET, NO_CHART_STAGE, {}, image_size, NO_CHART_SOURCE)
    sketch = pattern.sketch if pattern else negative.sketch
    rng = random_stream(seed, name, index, "price", kind.stream)
    market, stage, rejections = draw_accepted(sketch, partial(refusal, pattern, loose=True), look, rng)
    return Draft(seed, pattern_name, index, look, market, stage, rejections, image_size, SKETCH)


def _without_pattern(
    share: float, bars: int, markets: tuple[Series, ...], rng: np.random.Generator
) -> tuple[Market, str, str]:
    if share < UNSELECTED:
        return unselected_market(bars, markets, rng)
    if share < UNSELECTED + BESIDE:
        return market_beside(PATTERNS[int(rng.integers(len(PATTERNS)))], bars, markets, rng)
    return find_market(None, bars, markets, rng)


def _look(seed: int, name: str, index: int, image_size: int, kind: Variety, whole: bool) -> Look:
    look = draw_look(kind.styles, random_stream(seed, name, index, "look", kind.stream), image_size)
    return with_page(look, random_stream(seed, name, index, "page", kind.stream), image_size) if whole else look


def draw_look_again(split: str, row: dict[str, Any], image_size: int = 224) -> Look:
    """The look that a chart of a dataset was drawn with, from its split and its row of metadata."""
    whole = row["look"]["page"] != "none"
    return _look(row["seed"], row["label"] or NONE, row["index"], image_size, variety(split), whole)
