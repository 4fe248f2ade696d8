"""One labelled chart, a pure function of (seed, pattern, index)."""

from __future__ import annotations

from dataclasses import dataclass, field

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


def draw_sample(
    seed: int,
    pattern_name: str,
    index: int,
    image_size: int = 224,
    styles: tuple[Style, ...] = TRAINING_STYLES,
    stream: str = "",
) -> Sample:
    """Draw sample number ``index`` of a class. The same arguments give the same bytes, on any worker.

    Another ``stream`` gives another market and look for the same seed, class and index. Raises RuntimeError if no draw
    passes the class's check: the pattern file is wrong then.
    """
    pattern = BY_NAME[pattern_name]
    look = draw_look(styles, random_stream(seed, pattern_name, index, "look", stream), image_size)
    rng = random_stream(seed, pattern_name, index, "price", stream)
    market, stage, rejections = draw_accepted(pattern.sketch, lambda view: refusal(pattern, view), look, rng)
    chart = render(market.candles, look, _frame(market, look), market.pivots, image_size)
    metadata = _metadata(pattern_name, seed, index, look, stage, market, chart)
    return Sample(chart.pixels, metadata, rejections)


def draw_negative(
    seed: int,
    index: int,
    image_size: int = 224,
    styles: tuple[Style, ...] = TRAINING_STYLES,
    stream: str = "",
) -> Sample:
    """Draw chart number ``index`` without a pattern: all checks refuse it. As :func:`draw_sample` in all else.

    Its label is None, it has no pivots, and its box is that of all candles.
    """
    look = draw_look(styles, random_stream(seed, NONE, index, "look", stream), image_size)
    rng = random_stream(seed, NONE, index, "price", stream)
    market, stage, rejections = draw_accepted(negative.sketch, found, look, rng)
    chart = render(market.candles, look, _frame(market, look), market.pivots, image_size)
    whole = Market(market.candles, market.pivots[:0], first_bar=0, last_bar=len(market.candles) - 1)
    return Sample(chart.pixels, _metadata(None, seed, index, look, stage, whole, chart), rejections)


def variety(split: str) -> tuple[tuple[Style, ...], str]:
    """The styles and the random stream that a split's charts are drawn from."""
    return (HELD_OUT_STYLES, "unseen") if split == UNSEEN else (TRAINING_STYLES, "")


def draw_look_again(split: str, row: dict, image_size: int = 224) -> Look:
    """The look that a chart of a dataset was drawn with, from its split and its metadata."""
    styles, stream = variety(split)
    return draw_look(styles, random_stream(row["seed"], row["label"] or NONE, row["index"], "look", stream), image_size)


def _metadata(label: str | None, seed: int, index: int, look: Look, stage: str, market: Market, chart: Chart) -> dict:
    return {
        "label": label,
        "seed": seed,
        "index": index,
        "style": look.style.name,
        "stage": stage,
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
