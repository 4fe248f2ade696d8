"""Whole screenshots of long markets with none, one or several patterns in them: to find patterns in, not to name one.

Some stretches of the market were drawn along a sketch; the others are random. All stretches that exactly one check
accepts are recorded, whoever made them: first those that were drawn, then the clearest, and apart from these the ones
that overlap with a clearer one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

import numpy as np

from cryptoai_common.arrays import Floats
from cryptoai_common.candles import Candles
from cryptoai_common.dataset import HELD_BACK_EVERY, SCREENSHOTS, UNSEEN_SCREENSHOT
from dataset_builder.charts.draft import Draft, Place
from dataset_builder.charts.found import LOWEST
from dataset_builder.charts.labels import draw_accepted, refusal
from dataset_builder.charts.stages import MIXED, SCREENSHOT_STAGE, stage_of
from dataset_builder.charts.variety import HELD_OUT_STYLES, TRAINING_STYLES, Variety
from dataset_builder.drawing.look import Look
from dataset_builder.drawing.pages.random_page import with_page
from dataset_builder.drawing.random_look import draw_look
from dataset_builder.limits import FEWEST_BARS
from dataset_builder.market.prices import Market
from dataset_builder.market.series import RANDOM, Series, draw_series
from dataset_builder.market.sketch import log_uniform
from dataset_builder.market.swings import View
from dataset_builder.patterns import PATTERNS
from dataset_builder.streams import random_stream

Window = tuple[int, int]  # first bar, and the one after the last

SIZE = (960, 600)  # of the picture: what a screenshot of 1440 x 900 has at two thirds
BARS = (20, 400)  # candles on a screen
PLANTED = (0, 0, 1, 1, 2, 2, 3, 4)  # stretches drawn along a sketch, each number as likely as the others
AT_THE_EDGE = 0.25  # share of these that end with the last candle
STRETCH, LONGEST = (0.15, 1.0), 120  # length of one: share of the market, and most candles
LENGTHS = (20, 26, 34, 44, 57, 74, 96, 120)  # windows in which patterns are looked for, each 1.3 times the one before
STEPS = 8  # windows begin an eighth of their length apart
APART = 0.3  # two patterns share at most that part of the shorter one
# Overlapping stretches are recorded as one from that share of their common span on: the least at which a box counts as
# found where boxes are compared (PASCAL VOC, Everingham et al. 2010, section 4.2).
SAME = 0.5


def settle_screenshot(seed: int, index: int, kind: Variety) -> Draft:
    """Draw the look, the market and its patterns of screenshot number ``index``, but not the picture.

    The same arguments give the same draft, in any process.
    """
    look = look_of_screenshot(seed, index, kind)
    candles, drawn = _market(random_stream(seed, SCREENSHOTS, index, "market", kind.stream), look.bars)
    places, overlapping = find_places(candles, drawn)
    market = Market.without_pattern(candles)
    stage = UNSEEN_SCREENSHOT if _is_held_back(index) else SCREENSHOT_STAGE
    return Draft(seed, None, index, look, market, stage, {}, SIZE, MIXED, places, overlapping)


def look_of_screenshot(seed: int, index: int, kind: Variety) -> Look:
    """The look that a screenshot is drawn with: always a page, and all of the market."""
    rng = random_stream(seed, SCREENSHOTS, index, "look", kind.stream)
    styles = HELD_OUT_STYLES if _is_held_back(index) else kind.styles
    look = replace(draw_look(styles, rng, SIZE[0]), marks="none", frame="window")
    look = with_page(replace(look, bars=round(log_uniform(rng, *BARS))), rng, SIZE)
    return replace(look, frame="window")


def _is_held_back(index: int) -> bool:
    """Whether a screenshot has a style that no training chart has, and is for evaluation."""
    return index % HELD_BACK_EVERY == 0


def find_places(candles: Candles, drawn: Iterable[Window] = ()) -> tuple[tuple[Place, ...], tuple[Place, ...]]:
    """The stretches that exactly one check accepts, from left to right.

    First those of which two share at most ``APART``: the windows ``drawn`` along a sketch come before the others, and
    then the clearest. Second the other ones, each once.
    """
    view = View(candles)
    planted = [(np.inf, place) for window in drawn for place in _place(candles, window, view.window(*window))]
    ranked = sorted(chain(planted, _candidates(view, candles)), key=lambda each: -each[0])
    kept: list[Place] = []
    others: list[Place] = []
    for _, place in ranked:
        if all(_shared(place, other) <= APART for other in kept):
            kept.append(place)
            others = [other for other in others if _common(place, other) < SAME]
        elif all(_common(place, other) < SAME for other in (*kept, *others)):
            others.append(place)
    return tuple(sorted(kept, key=_span)), tuple(sorted(others, key=_span))


def _candidates(view: View, candles: Candles) -> Iterator[tuple[float, Place]]:
    """Every window that exactly one check accepts, with its clearness: its height in true ranges times its length."""
    series = Series(RANDOM, candles)
    for length in LENGTHS:
        if length > view.bars:
            return
        swings, step = series.swings(length), max(length // STEPS, 1)
        for start in {*range(0, view.bars - length + 1, step), view.bars - length}:
            window = (start, start + length)
            seen = view.nearly_window(*window, swings)
            if seen.range > 0:
                for place in _place(candles, window, seen):
                    yield place.match.height / seen.atr * length**0.5, place


def _place(candles: Candles, window: Window, seen: View) -> Iterator[Place]:
    """The pattern of a window, if exactly one check accepts it: it is looked for in ``seen``, then checked in full."""
    for pattern in PATTERNS:
        if isinstance(pattern.find(seen), str):
            continue
        exact = View(candles[slice(*window)])
        match = pattern.find(exact)
        if isinstance(match, str) or match.height < LOWEST * exact.atr or refusal(pattern, exact) is not None:
            return
        yield Place(pattern.name, stage_of(exact, match), match.moved(window[0]), window)
        return


def _span(place: Place) -> tuple[int, int]:
    """First and last bar of the pattern."""
    return place.match.span


def _shared(one: Place, other: Place) -> float:
    """Bars that two places have in common, as a share of the shorter one."""
    (a, b), (c, d) = _span(one), _span(other)
    return max(min(b, d) - max(a, c) + 1, 0) / (min(b - a, d - c) + 1)


def _common(one: Place, other: Place) -> float:
    """Bars that two places have in common, as a share of all bars of both (intersection over union)."""
    (a, b), (c, d) = _span(one), _span(other)
    both = max(min(b, d) - max(a, c) + 1, 0)
    return both / (b - a + d - c + 2 - both)


def _market(rng: np.random.Generator, bars: int) -> tuple[Candles, list[Window]]:
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
