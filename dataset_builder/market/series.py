"""A long market in which patterns are looked for: real candles, or random ones that nobody sketched."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cryptoai_common.arrays import Floats
from cryptoai_common.candles import Candles
from dataset_builder.market.exchange import draw_volume, quote
from dataset_builder.market.random_market import random_market
from dataset_builder.market.swings import View

RANDOM = "random_market"  # the source of candles that no file holds


@dataclass(frozen=True)
class Series:
    """Consecutive candles of one market. ``source`` is RANDOM or the name of the file that they are from."""

    source: str
    candles: Candles  # of a random market: prices in volatilities of a bar, which may be negative, and activity

    @cached_property
    def view(self) -> View:
        """What the checks read, for all candles at once; ``View.window`` takes a part of it."""
        return View(self.candles)

    def window(self, start: int, stop: int, rng: np.random.Generator) -> Candles:
        """The candles from ``start`` to before ``stop``, as an exchange publishes them.

        Those of a random market get positive prices in ticks, and a volume.
        """
        candles = self.candles[start:stop]
        if self.source != RANDOM:
            return candles
        ohlc, _, _ = quote(np.array(candles.series()[:4]), rng)
        return draw_volume(Candles(*ohlc, candles.volume), rng)


def draw_series(rng: np.random.Generator, bars: int) -> Series:
    """A random market of that many candles."""
    ohlc, activity = random_market(rng, bars)
    return Series(RANDOM, Candles(*ohlc, _activity(activity)))


def _activity(activity: Floats) -> Floats:
    return activity / activity.mean()
