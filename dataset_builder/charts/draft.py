"""A chart whose look and candles are drawn but not its picture, and the finished chart: picture and metadata."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cryptoai_common.arrays import Floats
from cryptoai_common.candles import Candles
from dataset_builder.drawing.chart import Chart, encode_png, render
from dataset_builder.drawing.look import Look
from dataset_builder.drawing.not_a_chart import draw_no_chart
from dataset_builder.market.match import Match
from dataset_builder.market.prices import Market
from dataset_builder.streams import random_stream

MOST_OUTSIDE = 0.1  # of the candles may lie below the picture, and as many above: real crops are cut no closer
# Drafts that are made before the first of them is drawn. To make one and draw one by turns takes 6 % longer, because
# each step evicts the data of the other from the processor's caches.
BATCH = 20
DECIMALS = 1  # of positions in the metadata, in pixels
NO_MARKET = Market.without_pattern(Candles(*np.empty((5, 0))))  # of a picture that is no chart
NO_CHART_SOURCE = "no_chart"  # until the picture is drawn, whose kind is its source then


@dataclass(frozen=True)
class Sample:
    """A finished chart. ``rejections`` counts earlier draws of its candles by the reason why they were rejected."""

    pixels: NDArray[np.uint8]  # RGB, shape (height, width, 3)
    metadata: dict[str, Any]  # values that JSON can hold
    rejections: dict[str, int] = field(default_factory=dict)

    @property
    def image(self) -> Image.Image:
        """The picture as Pillow RGB."""
        return Image.fromarray(self.pixels)

    @property
    def png(self) -> bytes:
        """The picture as a PNG file, whose size depends on the look, not on the candles."""
        look = self.metadata["look"]
        return encode_png(self.pixels, noisy=look["jpeg"] > 0, crowded=look["page"] != "none")


@dataclass(frozen=True)
class Place:
    """A pattern in a long market: its class and stage, its turning points, and the window in which it was seen."""

    label: str
    stage: str
    match: Match  # bars count from the start of the market
    window: tuple[int, int]  # first bar, and the one after the last


@dataclass(frozen=True)
class Draft:
    """A chart with its look and its candles, before its picture is drawn."""

    seed: int
    label: str | None  # None: without a pattern
    index: int
    look: Look
    market: Market
    stage: str
    rejections: dict[str, int]
    image_size: int | tuple[int, int]  # pixels: the side of a square, or width and height
    source: str  # "sketch", "random_market", or the file of real candles that the window is from
    places: tuple[Place, ...] = ()  # of the patterns, if it is a long market with several or none
    overlapping: tuple[Place, ...] = ()  # the same of those that overlap with a clearer one

    def render(self) -> Sample:
        """Draw the picture."""
        market = self.market
        if not len(market.candles):
            return self._without_chart()
        chart = render(market.candles, self.look, price_range(market, self.look), market.pivots, self.image_size)
        return Sample(chart.pixels, _metadata(self, chart), self.rejections)

    def _without_chart(self) -> Sample:
        """A picture that is no chart of prices, in the look's colours."""
        rng = random_stream(self.look.seed, "no chart")
        size = self.image_size if isinstance(self.image_size, int) else max(self.image_size)
        kind, pixels = draw_no_chart(rng, self.look, size)
        height, width, _ = pixels.shape
        none: list[Any] = []
        row = _row(self) | {
            "pivots": none,
            "bbox": [0.0, 0.0, float(width), float(height)],
            "pane": [0.0, 0.0, float(width), float(height)],
            "x": none,
            "high": none,
            "low": none,
            "patterns": none,
            "overlapping": none,
        }
        return Sample(pixels, row | {"source": kind}, self.rejections)


def render_all(drafts: Iterable[Draft]) -> Iterator[Sample]:
    """Draw the pictures in the order of the drafts, taking BATCH drafts at a time."""
    drafts = iter(drafts)
    while batch := list(islice(drafts, BATCH)):
        yield from (draft.render() for draft in batch)


def _metadata(draft: Draft, chart: Chart) -> dict[str, Any]:
    """What a dataset records of a chart. Without a pattern there are no pivots, and the box is that of all candles."""
    market = draft.market
    if draft.label is None:
        market = Market.without_pattern(market.candles)
    if draft.label is None:
        patterns = [_place(place, chart) for place in draft.places]
    else:
        patterns = [
            _pattern(draft.label, draft.stage, market.first_bar, market.last_bar, (0, len(market.candles)), chart)
        ]
    overlapping = [_place(place, chart) for place in draft.overlapping]
    return _row(draft) | _geometry(market, chart) | {"patterns": patterns, "overlapping": overlapping}


def _place(place: Place, chart: Chart) -> dict[str, Any]:
    """What is recorded of a pattern in a long market."""
    return _pattern(place.label, place.stage, *place.match.span, place.window, chart)


def _pattern(label: str, stage: str, first: int, last: int, window: tuple[int, int], chart: Chart) -> dict[str, Any]:
    """What is recorded of a pattern: class, stage, first and last candle, box in pixels, the window that shows it."""
    box = _rounded(np.array(_box(chart, first, last)))
    return {"label": label, "stage": stage, "first": first, "last": last, "box": box, "window": list(window)}


def _box(chart: Chart, first: int, last: int) -> list[float]:
    """Left, top, right and bottom in the picture of the candles from the first to the last, in pixels."""
    own, half = slice(first, last + 1), chart.plot.spacing * chart.stretch[0] / 2
    return [chart.x[first] - half, chart.high[own].min(), chart.x[last] + half, chart.low[own].max()]


def _row(draft: Draft) -> dict[str, Any]:
    """The fields that say nothing about where things are in the picture."""
    candles = draft.market.candles
    return {
        "label": draft.label,
        "seed": draft.seed,
        "index": draft.index,
        "style": draft.look.style.name,
        "stage": draft.stage,
        "source": draft.source,
        "candles": len(candles),
        "ohlcv": _ohlcv(candles),
        "look": draft.look.nuisances(),
    }


def price_range(market: Market, look: Look) -> tuple[float, float]:
    """Lowest and highest price to show.

    They are those of all candles if the look shows the "window". Otherwise they are those of the pattern and the look's
    ``room`` around it, widened so that at most MOST_OUTSIDE of the candles lie wholly below and as many above.
    """
    low, high = market.candles.low, market.candles.high
    lowest, highest = float(low.min()), float(high.max())
    if look.frame == "window":
        return lowest, highest
    own = slice(market.first_bar, market.last_bar + 1)
    bottom, top = float(low[own].min()), float(high[own].max())
    room, out = look.room * (top - bottom), int(MOST_OUTSIDE * len(low))
    bottom = min(bottom - room, float(np.partition(high, out)[out]))
    top = max(top + room, float(np.partition(low, -1 - out)[-1 - out]))
    return max(bottom, lowest), min(top, highest)


def _geometry(market: Market, chart: Chart) -> dict[str, Any]:
    """Positions of pivots, of the pattern's box and of the candles in the picture, in pixels, y downwards."""
    box = _box(chart, market.first_bar, market.last_bar)
    x, high, low = _rounded(np.array((chart.x, chart.high, chart.low)))
    pivots, bbox = _rounded(chart.to_pixels(market.pivots)), _rounded(np.array(box))
    pane = _rounded(np.array(chart.pane))
    return {"pivots": pivots, "bbox": bbox, "x": x, "high": high, "low": low, "pane": pane}


def _rounded(pixels: Floats) -> list[Any]:
    """The array as nested lists, with DECIMALS decimals."""
    values: list[Any] = pixels.round(DECIMALS).tolist()
    return values


def _ohlcv(candles: Candles) -> dict[str, list[float]]:
    names = ("open", "high", "low", "close", "volume")
    return {name: series.tolist() for name, series in zip(names, candles.series(), strict=True)}
