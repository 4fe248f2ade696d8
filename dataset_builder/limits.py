"""What a chart can be: sizes that pictures may have, and lengths that a model has seen."""

from __future__ import annotations

from cryptoai_common.errors import UserError

DEFAULT_STYLE = "tradingview_light"  # of charts of given candles: the commonest one on the web
FEWEST_BARS, MOST_BARS = 20, 120  # what the training charts show
SMALLEST, LARGEST = 32, 1024  # pixels


def check_image_size(name: str, pixels: int) -> None:
    """Raises UserError for a size that no picture can have."""
    if not SMALLEST <= pixels <= LARGEST:
        raise UserError(f"{name} must be between {SMALLEST} and {LARGEST} pixels, not {pixels}")


def check_bars(name: str, bars: int) -> None:
    """Raises UserError for more or fewer candles than a chart shows."""
    if not FEWEST_BARS <= bars <= MOST_BARS:
        raise UserError(f"{name} must be between {FEWEST_BARS} and {MOST_BARS} candles, not {bars}")
