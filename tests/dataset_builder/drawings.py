"""Candles and looks to draw in tests."""

from dataclasses import replace

import numpy as np

from cryptoai_common.candles import Candles
from dataset_builder.drawing.look import Look
from dataset_builder.drawing.random_look import draw_look
from dataset_builder.drawing.style import Style
from dataset_builder.styles import STYLES

BY_NAME = {style.name: style for style in STYLES}
TRAINING = tuple(style for style in STYLES if not style.held_out)


def random_candles(bars: int = 40, seed: int = 0) -> Candles:
    """A random walk around 100."""
    rng = np.random.default_rng(seed)
    close = 100 + np.cumsum(rng.normal(0, 1, bars))
    opening = np.concatenate(([100.0], close[:-1]))
    high = np.maximum(opening, close) + rng.exponential(0.5, bars)
    low = np.minimum(opening, close) - rng.exponential(0.5, bars)
    return Candles(opening, high, low, close, rng.uniform(1, 9, bars))


def frame_of(candles: Candles) -> tuple[float, float]:
    return float(candles.low.min()), float(candles.high.max())


def plain_look(style: Style, bars: int = 40, seed: int = 0, **changes) -> Look:
    """A look with nothing but the price: no grid, volume, labels, lines, blur or compression."""
    bare = {
        "bars": bars, "width": 224, "height": 224, "margins": (0.05, 0.1, 0.05, 0.1), "cut": (0.0, 0.0), "blur": 1.0,
        "snapped": False, "grid": (0, 0), "sessions": 0, "volume": "none", "averages": (), "bollinger": False,
        "last_price": False, "axes": False, "watermark": False, "legend": False, "crosshair": (), "stray_lines": 0,
        "words": 0, "marks": "none", "jpeg": 0,
    }  # fmt: skip
    return replace(draw_look((style,), np.random.default_rng(seed)), **(bare | changes))
