"""A chart whose look and candles are settled, and what comes of drawing it: the picture and what is known about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from PIL import Image

from cryptoai_common.candles import Candles
from dataset_builder.drawing.chart import Chart, encode_png, render
from dataset_builder.drawing.look import Look
from dataset_builder.market.prices import Market

MOST_OUTSIDE = 0.1  # of the candles may lie below the picture, and above it: real crops are cut no closer
BATCH = 20  # drafts; to settle and to draw by turns takes 6 % longer: each evicts the other from the caches


@dataclass(frozen=True)
class Sample:
    """A chart, what is known about it (JSON-ready), and why earlier draws were rejected (reason -> count)."""

    pixels: np.ndarray  # uint8, RGB, shape (height, width, 3)
    metadata: dict
    rejections: dict[str, int] = field(default_factory=dict)

    @property
    def image(self) -> Image.Image:
        """The picture as Pillow RGB."""
        return Image.fromarray(self.pixels)

    @property
    def png(self) -> bytes:
        """The picture as a file, whose size tells of the look alone."""
        return encode_png(self.pixels, noisy=self.metadata["look"]["jpeg"] > 0)


@dataclass(frozen=True)
class Draft:
    """A chart of which all is settled and nothing is drawn yet."""

    seed: int
    label: str | None  # None: without a pattern
    index: int
    look: Look
    market: Market
    stage: str
    rejections: dict[str, int]
    image_size: int  # pixels

    def render(self) -> Sample:
        """Draw it."""
        market = self.market
        chart = render(market.candles, self.look, price_range(market, self.look), market.pivots, self.image_size)
        return Sample(chart.pixels, _metadata(self, chart), self.rejections)


def render_all(drafts: Iterable[Draft]) -> Iterator[Sample]:
    """Draw them in order, BATCH at a time."""
    drafts = iter(drafts)
    while batch := list(islice(drafts, BATCH)):
        yield from (draft.render() for draft in batch)


def _metadata(draft: Draft, chart: Chart) -> dict:
    market, look = draft.market, draft.look
    if draft.label is None:
        market = Market(market.candles, market.pivots[:0], first_bar=0, last_bar=len(market.candles) - 1)
    return {
        "label": draft.label,
        "seed": draft.seed,
        "index": draft.index,
        "style": look.style.name,
        "stage": draft.stage,
        "candles": len(market.candles),
        **_geometry(market, chart),
        "ohlcv": _ohlcv(market.candles),
        "look": look.nuisances(),
    }


def price_range(market: Market, look: Look) -> tuple[float, float]:
    """Lowest and highest price to show: of all candles, or of the pattern and a little more, and most candles."""
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


def _geometry(market: Market, chart: Chart) -> dict:
    """Where everything is in the picture, in pixels with one decimal, y downwards."""
    own = slice(market.first_bar, market.last_bar + 1)
    half = chart.plot.spacing * chart.stretch[0] / 2
    box = [chart.x[own.start] - half, chart.high[own].min(), chart.x[own.stop - 1] + half, chart.low[own].max()]
    x, high, low = _rounded(np.array((chart.x, chart.high, chart.low)))
    pivots, bbox = _rounded(chart.to_pixels(market.pivots)), _rounded(np.array(box))
    return {"pivots": pivots, "bbox": bbox, "x": x, "high": high, "low": low}


def _rounded(pixels: np.ndarray) -> list:
    return pixels.round(1).tolist()


def _ohlcv(candles: Candles) -> dict[str, list[float]]:
    names = ("open", "high", "low", "close", "volume")
    return {name: series.tolist() for name, series in zip(names, candles.series(), strict=True)}
