"""Whole screenshots of long markets with none, one or several patterns in them: to find patterns in, not to name one.

Some stretches of the market were drawn along a sketch; the others are random. All stretches that exactly one check
accepts are recorded, whoever made them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from cryptoai_common.arrays import Floats
from cryptoai_common.candles import Candles
from cryptoai_common.dataset import SCREENSHOTS
from dataset_builder.charts.draft import Draft, Place
from dataset_builder.charts.found import LOWEST
from dataset_builder.charts.labels import draw_accepted, refusal
from dataset_builder.charts.stages import MIXED, SCREENSHOT_STAGE, stage_of
from dataset_builder.charts.variety import TRAINING_STYLES, Variety
from dataset_builder.drawing.look import Look
from dataset_builder.drawing.random_look import draw_look
from dataset_builder.drawing.random_page import with_page
from dataset_builder.limits import FEWEST_BARS
from dataset_builder.market.prices import Market
from dataset_builder.market.series import RANDOM, Series, draw_series
from dataset_builder.market.sketch import log_uniform
from dataset_builder.market.swings import Match, View
from dataset_builder.patterns import PATTERNS
from dataset_builder.streams import random_stream

SIZE = (960, 600)  # of the picture: what a screenshot of 1440 x 900 has at two thirds
BARS = (20, 400)  # candles on a screen
PLANTED = (0, 0, 1, 1, 1, 2, 2, 3)  # stretches drawn along a sketch, each number as likely as the others
STRETCH, LONGEST = (0.15, 1.0), 120  # length of one: share of the market, and most candles
LENGTHS = (20, 26, 34, 44, 57, 74, 96, 120)  # windows in which patterns are looked for, each 1.3 times the one before
STEPS = 8  # windows begin an eighth of their length apart
APART = 0.3  # two patterns share at most that part of the shorter one


def settle_screenshot(seed: int, index: int, kind: Variety) -> Draft:
    """Draw the look, the market and its patterns of screenshot number ``index``, but not the picture.

    The same arguments give the same draft, in any process.
    """
    look = look_of_screenshot(seed, index, kind)
    candles = _market(random_stream(seed, SCREENSHOTS, index, "market", kind.stream), look.bars)
    market = Market.without_pattern(candles)
    return Draft(seed, None, index, look, market, SCREENSHOT_STAGE, {}, SIZE, MIXED, tuple(find_places(candles)))


def look_of_screenshot(seed: int, index: int, kind: Variety) -> Look:
    """The look that a screenshot is drawn with: always a page, and all of the market."""
    rng = random_stream(seed, SCREENSHOTS, index, "look", kind.stream)
    look = replace(draw_look(kind.styles, rng, SIZE[0]), marks="none", frame="window")
    look = with_page(replace(look, bars=round(log_uniform(rng, *BARS))), rng, SIZE)
    return replace(look, frame="window")


def find_places(candles: Candles) -> list[Place]:
    """The stretches that exactly one check accepts, from left to right, the clearest first where they overlap."""
    found = sorted(_candidates(candles), key=lambda each: -each[0])
    kept: list[Place] = []
    for _, place in found:
        if all(_shared(place, other) <= APART for other in kept):
            kept.append(place)
    return sorted(kept, key=lambda place: place.match.points[0])


def _candidates(candles: Candles) -> Iterator[tuple[float, Place]]:
    """Every window that exactly one check accepts, with its clearness: its height in true ranges times its length."""
    view = View(candles)
    for length in LENGTHS:
        for start in range(0, view.bars - length + 1, max(length // STEPS, 1)):
            part = view.window(start, start + length)
            if part.range <= 0:
                continue
            for pattern in PATTERNS:
                match = pattern.find(part)
                if isinstance(match, str):
                    continue
                window = (start, start + length)
                if match.height >= LOWEST * part.atr and refusal(pattern, View(candles[slice(*window)])) is None:
                    points = tuple([(start + bar, price) for bar, price in match.points])
                    place = Place(pattern.name, stage_of(part, match), Match(points), window)
                    yield match.height / part.atr * length**0.5, place
                break


def _shared(one: Place, other: Place) -> float:
    """Bars that two places have in common, as a share of the shorter one."""
    (a, _), (b, _) = one.match.points[0], one.match.points[-1]
    (c, _), (d, _) = other.match.points[0], other.match.points[-1]
    return max(min(b, d) - max(a, c) + 1, 0) / (min(b - a, d - c) + 1)


def _market(rng: np.random.Generator, bars: int) -> Candles:
    """A random market of that many candles, in which some stretches are replaced by drawn patterns."""
    drawn = draw_series(rng, bars).candles
    ohlc = np.array(drawn.series()[:4])
    for _ in range(PLANTED[int(rng.integers(len(PLANTED)))]):
        length = min(round(bars * rng.uniform(*STRETCH)), LONGEST)
        if length >= FEWEST_BARS:
            _plant(rng, ohlc, int(rng.integers(bars - length + 1)), length)
    opening, high, low, close = ohlc
    return Series(RANDOM, Candles(opening, high, low, close, drawn.volume)).window(0, bars, rng)


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
