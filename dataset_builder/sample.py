"""One labelled chart, a pure function of (seed, pattern, index)."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from dataset_builder.candles import Candles
from dataset_builder.chart import Chart, render
from dataset_builder.look import Look, draw_look
from dataset_builder.pattern import Pattern
from dataset_builder.patterns import PATTERNS
from dataset_builder.prices import Market, draw_market
from dataset_builder.style import Style
from dataset_builder.styles import STYLES
from dataset_builder.swings import View

MAX_DRAWS = 200  # far beyond what any class needs: reached only by a pattern whose sketch fails its own check
TRAINING_STYLES = tuple(style for style in STYLES if not style.held_out)
HELD_OUT_STYLES = tuple(style for style in STYLES if style.held_out)
_BY_NAME = {pattern.name: pattern for pattern in PATTERNS}


@dataclass(frozen=True)
class Sample:
    """A chart, what is known about it (JSON-ready), and why earlier draws were rejected (reason -> count)."""

    image: Image.Image
    metadata: dict
    rejections: dict[str, int] = field(default_factory=dict)


def draw_sample(
    seed: int, pattern_name: str, index: int, image_size: int = 224, styles: tuple[Style, ...] = TRAINING_STYLES
) -> Sample:
    """Draw sample number ``index`` of a class. The same arguments give the same bytes, on any worker.

    Raises RuntimeError if no draw passes the class's check: the pattern file is wrong then.
    """
    look = draw_look(styles, _stream(seed, pattern_name, index, "look"), image_size)
    market, stage, rejections = _draw_labelled(_BY_NAME[pattern_name], look, seed, index)
    chart = render(market.candles, look, _frame(market, look), market.pivots, image_size)
    metadata = {
        "label": pattern_name,
        "seed": seed,
        "index": index,
        "style": look.style.name,
        "stage": stage,
        "candles": len(market.candles),
        **_geometry(market, chart),
        "ohlcv": _ohlcv(market.candles),
        "look": look.nuisances(),
    }
    return Sample(chart.image, metadata, dict(rejections))


def _stream(seed: int, name: str, index: int, purpose: str) -> np.random.Generator:
    """An independent random stream. Keyed on names, so that a new class or purpose shifts no other."""
    digest = hashlib.sha256(f"{name}/{purpose}".encode()).digest()
    return np.random.default_rng([seed, index, int.from_bytes(digest[:8], "little")])


def _draw_labelled(pattern: Pattern, look: Look, seed: int, index: int) -> tuple[Market, str, Counter]:
    """Redraw the price, never the look, until the pattern's check and no other one accepts it."""
    rng = _stream(seed, pattern.name, index, "price")
    rejections: Counter = Counter()
    for _ in range(MAX_DRAWS):
        sketch = pattern.sketch(rng, max(round(look.bars * look.fill), 16))
        market = draw_market(sketch, look.bars, look.before, rng)
        reason = _refusal(pattern, View(market.candles))
        if reason is None:
            return market, sketch.stage, rejections
        rejections[reason] += 1
    raise RuntimeError(f"{pattern.name} {index} with {look.bars} candles: no draw passes its check: {rejections}")


def _refusal(pattern: Pattern, view: View) -> str | None:
    """Why these candles are not a clear case of the pattern."""
    reason = pattern.check(view)
    if reason is not None:
        return reason
    return next((f"also {p.name}" for p in PATTERNS if p is not pattern and p.check(view) is None), None)


def _frame(market: Market, look: Look) -> tuple[float, float]:
    """The price range to show: all of it, or a little more than the pattern's own."""
    candles = market.candles
    if look.frame == "window":
        return float(candles.low.min()), float(candles.high.max())
    own = candles[slice(market.first_bar, market.last_bar + 1)]
    low, high = float(own.low.min()), float(own.high.max())
    room = 0.04 * (high - low)
    return max(low - room, float(candles.low.min())), min(high + room, float(candles.high.max()))


def _geometry(market: Market, chart: Chart) -> dict:
    """Where everything is in the picture, in pixels with one decimal, y downwards."""
    own = slice(market.first_bar, market.last_bar + 1)
    half = chart.plot.spacing * chart.stretch[0] / 2
    box = [chart.x[own][0] - half, chart.high[own].min(), chart.x[own][-1] + half, chart.low[own].max()]
    return {
        "pivots": _rounded(chart.to_pixels(market.pivots)),
        "bbox": _rounded(np.array(box)),
        "x": _rounded(chart.x),
        "high": _rounded(chart.high),
        "low": _rounded(chart.low),
    }


def _rounded(pixels: np.ndarray) -> list:
    return np.round(pixels, 1).tolist()


def _ohlcv(candles: Candles) -> dict[str, list[float]]:
    names = ("open", "high", "low", "close", "volume")
    return {name: [float(f"{v:.10g}") for v in series] for name, series in zip(names, candles.series(), strict=True)}
