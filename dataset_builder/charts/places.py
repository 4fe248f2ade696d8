"""The patterns of a long market: the stretches that exactly one check accepts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

import numpy as np

from cryptoai_common.candles import Candles
from dataset_builder.charts.draft import Place
from dataset_builder.charts.found import LOWEST
from dataset_builder.charts.labels import refusal
from dataset_builder.charts.stages import stage_of
from dataset_builder.market.series import RANDOM, Series
from dataset_builder.market.swings import View
from dataset_builder.patterns import PATTERNS

Window = tuple[int, int]  # first bar, and the one after the last

LENGTHS = (20, 26, 34, 44, 57, 74, 96, 120)  # windows in which patterns are looked for, each 1.3 times the one before
STEPS = 8  # windows begin an eighth of their length apart
APART = 0.3  # two patterns share at most that part of the shorter one
# Overlapping stretches are recorded as one from that share of their common span on: the least at which a box counts as
# found where boxes are compared (PASCAL VOC, Everingham et al. 2010, section 4.2).
SAME = 0.5


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
