"""What the charts of a split are drawn from: styles, and shares that are the same for every class."""

from __future__ import annotations

from dataclasses import dataclass

from cryptoai_common.dataset import UNSEEN
from dataset_builder.drawing.style import Style
from dataset_builder.market.series import Series
from dataset_builder.styles import STYLES

TRAINING_STYLES = tuple(style for style in STYLES if not style.held_out)
HELD_OUT_STYLES = tuple(style for style in STYLES if style.held_out)


@dataclass(frozen=True)
class Variety:
    """The styles and the random stream of a split's charts, and where their candles and pictures come from.

    Another ``stream`` gives another market and look for the same seed, class and index.
    """

    styles: tuple[Style, ...] = TRAINING_STYLES
    stream: str = ""
    found: float = 0.0  # share of charts whose candles are found in a market, not sketched
    screens: float = 0.0  # share of charts on a whole page or export, not cut to the chart
    markets: tuple[Series, ...] = ()  # real candles to look in; none: random markets


def variety(split: str, found: float = 0.0, screens: float = 0.0, markets: tuple[Series, ...] = ()) -> Variety:
    """What a split's charts are drawn from."""
    styles, stream = (HELD_OUT_STYLES, "unseen") if split == UNSEEN else (TRAINING_STYLES, "")
    return Variety(styles, stream, found, screens, markets)
