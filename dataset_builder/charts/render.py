"""``render_candles``: draws a chart of given candles. Needs no other package than numpy and Pillow."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from cryptoai_common.candles import Candles
from cryptoai_common.errors import UserError
from dataset_builder.charts.plain import find_style, plain_look
from dataset_builder.drawing.chart import Chart, render
from dataset_builder.limits import DEFAULT_STYLE, check_bars, check_image_size

NO_MARKS = np.empty((0, 2))


def render_candles(
    candles: Candles | ArrayLike, style: str = DEFAULT_STYLE, size: int = 224, volume: bool = False
) -> Image.Image:
    """Draw candles, oldest first, as an RGB picture of ``size`` x ``size`` pixels in a style without overlays.

    ``candles`` has 20 to 120 rows of open, high, low, close and, if ``volume`` is to be drawn, the volume: shape
    (bars, 4) or (bars, 5). The picture shows all prices, so the highest and the lowest one touch its margins. Raises
    UserError for an unknown style, a size outside 32-1024, and for rows that are no candles; it names the first of
    them, counted from 1.
    """
    return _chart(candles, style, size, volume).image


def candle_pixels(candles: Candles) -> NDArray[np.uint8]:
    """The pixels of ``render_candles(candles)``, uint8 [224, 224, 3], without the way through a picture of Pillow."""
    return _chart(candles, DEFAULT_STYLE, 224, False).pixels


def _chart(candles: Candles | ArrayLike, style: str, size: int, volume: bool) -> Chart:
    found = find_style(style)
    check_image_size("size", size)
    if not isinstance(candles, Candles):
        candles = _from_rows(candles, volume)
    check_bars("a chart", len(candles))
    fault = candles.fault()
    if fault:
        raise UserError(f"candle {fault[0] + 1} {fault[1]}")
    candles = _in_units(candles)
    look = plain_look(found, len(candles), size, volume and candles.volume.max() > 0)
    return render(candles, look, (float(candles.low.min()), float(candles.high.max())), NO_MARKS, size)


def _from_rows(rows: ArrayLike, volume: bool) -> Candles:
    """Rows of numbers as candles; volume is 1 where there is none. Raises UserError for rows of another shape."""
    try:
        table = np.asarray(rows, float)
    except (TypeError, ValueError):
        raise UserError("candles must be rows of as many numbers each: open, high, low, close, volume") from None
    columns = (5,) if volume else (4, 5)
    if table.ndim != 2 or table.shape[1] not in columns:
        wanted = " or ".join(map(str, columns))
        raise UserError(f"candles must have {wanted} numbers a row (open, high, low, close, volume), not {table.shape}")
    opening, high, low, close = table[:, :4].T
    return Candles(opening, high, low, close, table[:, 4] if table.shape[1] == 5 else np.ones(len(table)))


def _in_units(candles: Candles) -> Candles:
    """The candles with prices from 0 to 1, so that rounding is the same for a price of 60,000 and one of 0.0000001."""
    low = float(candles.low.min())
    span = float(candles.high.max()) - low
    opening, high, lowest, close = ((series - low) / (span or 1.0) for series in candles.series()[:4])
    return Candles(opening, high, lowest, close, candles.volume)
