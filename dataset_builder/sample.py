"""One labelled chart, a pure function of (seed, pattern, index)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice

import numpy as np
from PIL import Image

from dataset_builder.drawing.chart import Chart, encode_png, render
from dataset_builder.drawing.look import Look
from dataset_builder.drawing.random_look import draw_look
from dataset_builder.drawing.style import Style
from dataset_builder.market import negative
from dataset_builder.market.candles import Candles
from dataset_builder.market.labels import draw_accepted, found, refusal
from dataset_builder.market.prices import Market
from dataset_builder.patterns import BY_NAME
from dataset_builder.storage.plan import NONE, UNSEEN
from dataset_builder.streams import random_stream
from dataset_builder.styles import STYLES

BATCH = 20  # drafts; each evicts the other's data and code from the caches, 6 % of the time when they take turns
TRAINING_STYLES = tuple(style for style in STYLES if not style.held_out)
HELD_OUT_STYLES = tuple(style for style in STYLES if style.held_out)


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

    def render(self, image_size: int = 224) -> Sample:
        """Draw it."""
        market = self.market
        chart = render(market.candles, self.look, _frame(market, self.look), market.pivots, image_size)
        return Sample(chart.pixels, _metadata(self, chart), self.rejections)


def draw_sample(
    seed: int,
    pattern_name: str | None,
    index: int,
    image_size: int = 224,
    styles: tuple[Style, ...] = TRAINING_STYLES,
    stream: str = "",
) -> Sample:
    """Draw sample number ``index`` of a class. The same arguments give the same bytes, on any worker.

    Without a class it is a chart that all checks refuse: its label is None, it has no pivots, and its box is that of
    all candles. Another ``stream`` gives another market and look for the same seed, class and index. Raises
    RuntimeError if no draw passes the class's check: the pattern file is wrong then.
    """
    return draft(seed, pattern_name, index, image_size, styles, stream).render(image_size)


def draft(
    seed: int, pattern_name: str | None, index: int, image_size: int, styles: tuple[Style, ...], stream: str
) -> Draft:
    """All of :func:`draw_sample` but the picture."""
    name = pattern_name or NONE
    look = draw_look(styles, random_stream(seed, name, index, "look", stream), image_size)
    sketch, refuse = _ways(pattern_name)
    market, stage, rejections = draw_accepted(sketch, refuse, look, random_stream(seed, name, index, "price", stream))
    return Draft(seed, pattern_name, index, look, market, stage, rejections)


def render_all(drafts: Iterable[Draft], image_size: int = 224) -> Iterator[Sample]:
    """Draw them in order, some at a time: to change between drafting and drawing costs more than it seems."""
    drafts = iter(drafts)
    while batch := list(islice(drafts, BATCH)):
        yield from (draft.render(image_size) for draft in batch)


def _ways(pattern_name: str | None) -> tuple[Callable, Callable]:
    """How to sketch a chart of the class, and what is said against one."""
    if pattern_name is None:
        return negative.sketch, found
    pattern = BY_NAME[pattern_name]
    return pattern.sketch, partial(refusal, pattern)


def variety(split: str) -> tuple[tuple[Style, ...], str]:
    """The styles and the random stream that a split's charts are drawn from."""
    return (HELD_OUT_STYLES, "unseen") if split == UNSEEN else (TRAINING_STYLES, "")


def draw_look_again(split: str, row: dict, image_size: int = 224) -> Look:
    """The look that a chart of a dataset was drawn with, from its split and its metadata."""
    styles, stream = variety(split)
    return draw_look(styles, random_stream(row["seed"], row["label"] or NONE, row["index"], "look", stream), image_size)


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


def _frame(market: Market, look: Look) -> tuple[float, float]:
    """The price range to show: all of it, or a little more than the pattern's own."""
    candles = market.candles
    if look.frame == "window":
        return float(candles.low.min()), float(candles.high.max())
    own = slice(market.first_bar, market.last_bar + 1)
    low, high = float(candles.low[own].min()), float(candles.high[own].max())
    room = look.room * (high - low)
    return max(low - room, float(candles.low.min())), min(high + room, float(candles.high.max()))


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
