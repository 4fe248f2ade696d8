"""Where bars and prices lie on the screen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dataset_builder.drawing.look import Look


@dataclass(frozen=True)
class Plot:
    """Bar i is centred at x(i) and price p is at y(p), in screen pixels, y downwards."""

    bars: int
    left: float
    spacing: float
    bottom: float
    scale: float  # pixels a unit of price
    low: float  # price at ``bottom``
    right: float
    top: float
    floor: float  # lower edge of the volume pane, or of the price where there is none
    pixel: tuple[float, float]  # width and height of the finest mark that the picture shows

    @cached_property
    def centres(self) -> np.ndarray:
        """x of every bar."""
        return self.x(np.arange(self.bars))

    def x(self, bar):
        return self.left + (np.asarray(bar, float) + 0.5) * self.spacing

    def y(self, price):
        return self.bottom - (np.asarray(price, float) - self.low) * self.scale


def layout(look: Look, bars: int, frame: tuple[float, float], size: int) -> Plot:
    """Fit the candles between the margins across, and ``frame`` (lowest price, highest price) between them upright."""
    left, top, right, bottom = look.margins
    x0, x1 = look.width * left, look.width * (1 - right)
    spacing = (x1 - x0) / (bars - sum(look.cut))
    y0, floor = look.height * top, look.height * (1 - bottom)
    y1 = floor - look.volume_share * (floor - y0) * (look.volume == "pane")
    low, high = frame
    return Plot(
        bars=bars,
        left=x0 - look.cut[0] * spacing,
        spacing=spacing,
        bottom=y1,
        scale=(y1 - y0) / max(high - low, 1e-12),
        low=low,
        right=x1,
        top=y0,
        floor=floor,
        pixel=(max(look.width / size, 1.0), max(look.height / size, 1.0)),
    )
