"""A long market in which patterns are looked for: real candles, or random ones that nobody sketched."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cryptoai_common.candles import Candles
from dataset_builder.market.exchange import draw_volume, quote
from dataset_builder.market.random_market import random_market
from dataset_builder.market.swings import SCALES, View
from dataset_builder.market.zigzag import Swing, zigzag

FINE = 0.8  # of the smallest threshold of the windows that were measured: some between them are flatter
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

    def swings(self, bars: int) -> tuple[Swing, ...]:
        """The turning points of all candles, fine enough for every window of that many bars but the flattest."""
        view, step = self.view, max(bars // 2, 1)
        starts = range(0, max(len(view.close) - bars, 0) + 1, step)
        heights = [max(view.upper[at : at + bars]) - min(view.lower[at : at + bars]) for at in starts]
        return zigzag(view.upper, view.lower, FINE * SCALES[0] * min(heights))

    def window(self, start: int, stop: int, rng: np.random.Generator) -> Candles:
        """The candles from ``start`` to before ``stop``, as an exchange publishes them.

        Those of a random market get positive prices in ticks, and a volume.
        """
        candles = self.candles[start:stop]
        if self.source != RANDOM:
            return candles
        (opening, high, low, close), _, _ = quote(np.array(candles.series()[:4]), rng)
        return draw_volume(Candles(opening, high, low, close, candles.volume), rng)


def draw_series(rng: np.random.Generator, bars: int) -> Series:
    """A random market of that many candles."""
    (opening, high, low, close), activity = random_market(rng, bars)
    return Series(RANDOM, Candles(opening, high, low, close, activity / float(activity.mean())))
