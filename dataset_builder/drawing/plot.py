"""Where bars and prices lie on the screenshot, in screen pixels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from cryptoai_common.arrays import Floats
from dataset_builder.drawing.look import Look

FLATTEST = 1e-12  # smallest price range, in place of 0, by which a price is divided


@dataclass(frozen=True)
class Plot:
    """The area of the chart between its margins. All positions are in screen pixels, x to the right, y downwards."""

    bars: int  # candles
    left: float  # left edge of the first bar's space
    spacing: float  # from one bar's centre to the next
    bottom: float  # lower edge of the price's part
    scale: float  # screen pixels in a unit of price
    low: float  # price at ``bottom``
    right: float  # right edge
    top: float  # upper edge
    floor: float  # lower edge of the volume pane, or of the price where there is none
    pixel: tuple[float, float]  # width and height of the smallest mark that the picture shows

    @cached_property
    def centres(self) -> Floats:
        """x of every bar's centre, shape (bars,)."""
        return self.x(np.arange(self.bars))

    def x(self, bar: ArrayLike) -> Floats:
        """x of each bar's centre, in the shape of ``bar``, which counts bars from 0 and need not be whole."""
        return self.left + (np.asarray(bar, float) + 0.5) * self.spacing

    def y(self, price: ArrayLike) -> Floats:
        """y of each price, in the shape of ``price``."""
        return self.bottom - (np.asarray(price, float) - self.low) * self.scale


def layout(look: Look, bars: int, frame: tuple[float, float], size: tuple[int, int]) -> Plot:
    """Place ``bars`` candles between the margins of the look, and the prices of ``frame`` between top and bottom.

    ``frame`` is (lowest price, highest price), ``size`` the width and height of the whole picture in pixels. Positions
    count from the corner of the chart, which is that of the screenshot unless the look has a page.
    """
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
        scale=(y1 - y0) / max(high - low, FLATTEST),
        low=low,
        right=x1,
        top=y0,
        floor=floor,
        pixel=(max(look.screen[0] / size[0], 1.0), max(look.screen[1] / size[1], 1.0)),
    )
