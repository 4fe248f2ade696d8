"""Patterns found in markets that nobody sketched: windows that the check of one class accepts, and no other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cryptoai_common.candles import Candles
from dataset_builder.charts.labels import refusal
from dataset_builder.charts.stages import UNSELECTED_STAGE, stage_of
from dataset_builder.limits import FEWEST_BARS
from dataset_builder.market.match import Match
from dataset_builder.market.pattern import Pattern
from dataset_builder.market.prices import Market
from dataset_builder.market.series import Series, draw_series
from dataset_builder.market.swings import View
from dataset_builder.market.zigzag import Swing

STEPS_A_WINDOW = 4  # windows begin a quarter of their length apart: nearer ones fail and succeed together
WINDOWS_LONG, FEWEST_CANDLES = 8, 240  # length of a random market, in windows, and at least
BESIDE_LENGTH = (0.5, 2.0)  # length of the window that shows the pattern, in lengths of the one beside it
MOST_IN_REAL = 2000  # windows of real candles that are looked at before a random market is: a rare class is not in all
MOST_IN_RANDOM = 60_000  # a hundred times as many as the rarest class needs
LOWEST = 3.0  # mean true ranges that a found pattern is high at least: a lower one is hidden by its own candles


def find_market(
    pattern: Pattern | None, bars: int, markets: tuple[Series, ...], rng: np.random.Generator
) -> tuple[Market, str, str]:
    """A window of ``bars`` candles that shows the pattern alone, its stage and its source.

    It is looked for in ``markets`` if there are any, from a random place on, and else in random markets. Without a
    pattern (None), no check accepts it. Raises RuntimeError if there is none: the check is wrong then.
    """
    places = _found_places(pattern, bars, markets, rng) if pattern else _places(bars, markets, rng)
    for series, start in places:
        candles = series.window(start, start + bars, rng)
        view = View(candles)
        if view.range <= 0 or candles.fault() or refusal(pattern, view):
            continue
        if pattern is None:
            return Market.without_pattern(candles), "none", series.source
        found = pattern.find(view)
        if not isinstance(found, str) and found.height >= LOWEST * view.atr:
            return _market(candles, found), stage_of(view, found), series.source
    raise RuntimeError(f"no window of {bars} candles passes the check of {pattern.name if pattern else 'none'}")


def market_beside(
    pattern: Pattern, bars: int, markets: tuple[Series, ...], rng: np.random.Generator
) -> tuple[Market, str, str]:
    """A window near a pattern that shows it cut off, off centre or in part, so that no check accepts it.

    Its stage is "beside". The pattern is one of a window half to twice as long.
    """
    while True:
        length = max(round(bars * rng.uniform(*BESIDE_LENGTH)), FEWEST_BARS)
        for series, start in _found_places(pattern, length, markets, rng):
            if len(series.candles) < bars:
                continue
            middle = start + length / 2 + rng.uniform(-1, 1) * (length + bars) / 3
            first = min(max(round(middle - bars / 2), 0), len(series.candles) - bars)
            candles = series.window(first, first + bars, rng)
            view = View(candles)
            if not (candles.fault() or view.range <= 0 or refusal(None, view)):
                return Market.without_pattern(candles), "beside", series.source


def _found_places(
    pattern: Pattern, bars: int, markets: tuple[Series, ...], rng: np.random.Generator
) -> Iterator[tuple[Series, int]]:
    """The places of ``_places`` at which the pattern's check accepts the window, quickly looked at."""
    looked_at: Series | None = None
    swings: tuple[Swing, ...] = ()
    for series, start in _places(bars, markets, rng):
        if series is not looked_at:
            looked_at, swings = series, series.swings(bars)
        view = series.view.nearly_window(start, start + bars, swings)
        if not isinstance(pattern.find(view), str):
            yield series, start


def unselected_market(bars: int, markets: tuple[Series, ...], rng: np.random.Generator) -> tuple[Market, str, str]:
    """A window that nobody looked at before it was taken, its stage "unselected" and its source.

    At the market's own rate it may satisfy a check by chance.
    """
    for series, start in _places(bars, markets, rng):
        candles = series.window(start, start + bars, rng)
        if not candles.fault() and candles.high.max() > candles.low.min():
            return Market.without_pattern(candles), UNSELECTED_STAGE, series.source
    raise RuntimeError(f"no market of {bars} candles")


def _places(bars: int, markets: tuple[Series, ...], rng: np.random.Generator) -> Iterator[tuple[Series, int]]:
    """Series and first bars of windows, in the order in which they are looked at."""
    step = max(bars // STEPS_A_WINDOW, 1)
    long_enough = [series for series in markets if len(series.candles) >= bars]
    if long_enough:
        series = long_enough[int(rng.integers(len(long_enough)))]
        places = len(series.candles) - bars + 1
        first = int(rng.integers(places))
        for number in range(min(MOST_IN_REAL, -(-places // step))):
            yield series, (first + number * step) % places
    for _ in range(MOST_IN_RANDOM * step // (bars * (WINDOWS_LONG - 1)) + 1):
        series = draw_series(rng, max(WINDOWS_LONG * bars, FEWEST_CANDLES))
        for start in range(int(rng.integers(step)), len(series.candles) - bars + 1, step):
            yield series, start


def _market(candles: Candles, found: Match) -> Market:
    points = np.array(found.points, float)
    return Market(candles, points, int(points[0, 0]), int(points[-1, 0]))
