"""Long markets in which some stretches were drawn along a sketch of a pattern, and the others are random.

All stretches that exactly one check accepts are recorded, whoever made them. A screenshot shows such a market; the
finder's span network, which sees prices only, learns from markets that nobody drew a picture of.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cryptoai_common.arrays import Floats
from cryptoai_common.candles import Candles
from dataset_builder.charts.draft import Place
from dataset_builder.charts.labels import draw_accepted, refusal
from dataset_builder.charts.places import Window, find_places
from dataset_builder.charts.variety import TRAINING_STYLES
from dataset_builder.drawing.random_look import draw_look
from dataset_builder.limits import FEWEST_BARS
from dataset_builder.market.series import RANDOM, Series, draw_series
from dataset_builder.market.sketch import log_uniform
from dataset_builder.patterns import PATTERNS
from dataset_builder.streams import random_stream

BARS = (20, 400)  # candles on a screen
PLANTED = (0, 0, 1, 1, 2, 2, 3, 4)  # stretches drawn along a sketch, each number as likely as the others
AT_THE_EDGE = 0.25  # share of these that end with the last candle
STRETCH, LONGEST = (0.15, 1.0), 120  # length of one: share of the market, and most candles
LINES = 0.09  # share of markets that a chart would show as a line of closes, as of the styles of screenshots


@dataclass(frozen=True)
class LongMarket:
    """A market without a picture, with its patterns: ``places`` hardly overlap, ``overlapping`` do."""

    candles: Candles
    places: tuple[Place, ...]
    overlapping: tuple[Place, ...]
    line: bool  # whether only its closes are seen


def settle_long_market(seed: int, index: int) -> LongMarket:
    """Draw market number ``index``. The same arguments give the same market, in any process."""
    rng = random_stream(seed, "markets", index)
    candles, drawn = draw_long_market(rng, round(log_uniform(rng, *BARS)))
    places, overlapping = find_places(candles, drawn)
    return LongMarket(candles, places, overlapping, bool(rng.random() < LINES))


def draw_long_market(rng: np.random.Generator, bars: int) -> tuple[Candles, list[Window]]:
    """A random market of that many candles, in which some stretches are replaced by drawn patterns; these windows."""
    random = draw_series(rng, bars).candles
    ohlc = np.array(random.series()[:4])
    windows: list[Window] = []
    for _ in range(PLANTED[int(rng.integers(len(PLANTED)))]):
        length = min(round(bars * rng.uniform(*STRETCH)), LONGEST)
        if length < FEWEST_BARS:
            continue
        start = bars - length if rng.random() < AT_THE_EDGE else int(rng.integers(bars - length + 1))
        _plant(rng, ohlc, start, length)
        windows.append((start, start + length))
    opening, high, low, close = ohlc
    return Series(RANDOM, Candles(opening, high, low, close, random.volume)).window(0, bars, rng), windows


def _plant(rng: np.random.Generator, ohlc: Floats, start: int, length: int) -> None:
    """Replace a stretch of a market, in place, by a drawn pattern as restless as it was; what follows moves along."""
    pattern = PATTERNS[int(rng.integers(len(PATTERNS)))]
    look = replace(draw_look(TRAINING_STYLES, rng), bars=length)
    market, _, _ = draw_accepted(pattern.sketch, lambda view: refusal(pattern, view), look, rng)
    drawn = np.array(market.candles.series()[:4])
    stop = start + length
    scale = float((ohlc[1] - ohlc[2])[start:stop].mean()) / float((drawn[1] - drawn[2]).mean())
    drawn = (drawn - drawn[0, 0]) * scale + ohlc[0, start]
    shift = drawn[3, -1] - ohlc[3, stop - 1]
    ohlc[:, start:stop] = drawn
    ohlc[:, stop:] += shift
