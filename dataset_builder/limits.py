"""The limits of a chart: sizes of pictures that can be drawn, and numbers of candles that a model was trained on."""

from __future__ import annotations

from cryptoai_common.errors import UserError

DEFAULT_STYLE = "tradingview_light"  # of charts of given candles: the most frequent one on the web
FEWEST_BARS, MOST_BARS = 20, 120  # candles in a training chart
SMALLEST, LARGEST = 32, 1024  # pixels of a side: candles cannot be told apart below; drawing/axis.py has 16 bits above


def check_image_size(name: str, pixels: int) -> None:
    """Check a picture's side in pixels. Raises UserError, with ``name`` in it, unless it lies within the limits."""
    if not SMALLEST <= pixels <= LARGEST:
        raise UserError(f"{name} must be between {SMALLEST} and {LARGEST} pixels, not {pixels}")


def check_bars(name: str, bars: int) -> None:
    """Check a number of candles. Raises UserError, with ``name`` in it, unless a chart can show that many."""
    if not FEWEST_BARS <= bars <= MOST_BARS:
        raise UserError(f"{name} must be between {FEWEST_BARS} and {MOST_BARS} candles, not {bars}")
