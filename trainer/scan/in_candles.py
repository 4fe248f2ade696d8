"""What the finder of spans in prices sees in candles."""

from __future__ import annotations

import numpy as np

from cryptoai_common.candles import Candles
from trainer.finder.columns import prices_between
from trainer.models.price_finder import PriceFinder, Spans

WIDTH = 0.8  # share of the columns that the candles take, as in the middle of the training


def look(finder: PriceFinder, candles: Candles) -> Spans:
    """All spans that the network considers in two candles or more, in candles; beyond some 400 they blur."""
    bars, width = len(candles), finder.columns * WIDTH
    first = (finder.columns - width) / 2
    row = {"x": np.arange(bars) + 0.5, "high": -candles.high, "low": -candles.low}
    bounds, scores = finder.look(prices_between(row, 0, bars, first, width, finder.columns))
    return Spans((bounds - first) * (bars / width), scores)
