"""How often the move that textbooks expect of a pattern followed, and how often it follows anywhere.

The question is asked of every hit and of every window of the same market and length: does the price, within as many
candles as the window has, first move ``BARRIER`` mean true ranges the expected way, or as far the other way? Only what
one who watches could have known is used: a pattern counts from the first window that shows it.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from trainer.scan.candles import Series, Window
from trainer.scan.hits import first_seen

UP, DOWN, ONWARD = "up", "down", "onward"
# What textbooks expect (Bulkowski, Encyclopedia of Chart Patterns, 2nd edition, 2005). A breakout goes on to the side
# of the window's range on which it closes; a range between support and resistance promises no direction.
EXPECTED = {
    "head_and_shoulders": DOWN,
    "double_top": DOWN,
    "double_bottom": UP,
    "ascending_triangle": UP,
    "descending_triangle": DOWN,
    "cup_and_handle": UP,
    "bullish_flag": UP,
    "bearish_flag": DOWN,
    "breakout": ONWARD,
}
BARRIER = 3.0  # mean true ranges of the window: well beyond one candle, and mostly reached within the time
Z = 1.959964  # of a 95 % interval


class Outcome(NamedTuple):
    """The question asked of windows of one market and length.

    ``way`` "" stands for windows in which a pattern was seen; else for any window, asked for that way. ``apart`` is how
    many of the windows there are at most without two that overlap.
    """

    pattern: str
    way: str
    window: int
    followed: int
    asked: int
    apart: int


@dataclass(frozen=True)
class Row:
    """A pattern's figures: shares in 0 to 1 with their 95 % intervals, and that of the difference.

    ``random`` is what windows at any time give, weighted by market and length as the hits are.
    """

    pattern: str
    way: str
    hits: int
    followed: float
    interval: tuple[float, float]
    random: float
    random_windows: int
    difference: tuple[float, float]

    @property
    def differs(self) -> bool:
        """Whether the interval of the difference leaves out 0."""
        return self.difference[0] > 0 or self.difference[1] < 0


def ask(
    series: Series, windows: Sequence[Window], probabilities: np.ndarray, labels: np.ndarray, classes: Sequence[str]
) -> Iterator[Outcome]:
    """The outcomes in one market. Windows after which the series ends too early are left out."""
    answers: dict[tuple[int, str], bool] = {}
    ends: dict[int, list[int]] = defaultdict(list)
    counts: dict[tuple[str, str, int], Counter[bool]] = defaultdict(Counter)
    for place, window in enumerate(windows):
        if window.last + window.bars < len(series.micros):
            ends[window.bars].append(window.last)
        for way in (UP, DOWN, ONWARD):
            answer = _followed(series, window, way)
            if answer is not None:
                answers[place, way] = answer
                counts["", way, window.bars][answer] += 1
    for hit in first_seen(windows, probabilities, labels, classes):
        way = EXPECTED.get(hit.pattern, "")
        if (hit.window, way) in answers:
            counts[hit.pattern, "", windows[hit.window].bars][answers[hit.window, way]] += 1
    for (pattern, way, bars), counted in sorted(counts.items()):
        apart = (max(ends[bars]) - min(ends[bars])) // bars + 1
        yield Outcome(pattern, way, bars, counted[True], counted.total(), apart)


def _followed(series: Series, window: Window, way: str) -> bool | None:
    """Whether the move came first. Both ways within one candle, or neither in time: it did not. None: not known."""
    after = slice(window.last + 1, window.last + 1 + window.bars)
    if after.stop > len(series.micros):
        return None
    candles = series.candles
    shown = candles[window.first : window.last + 1]
    close, room = float(shown.close[-1]), BARRIER * float(shown.true_range().mean())
    if room <= 0:
        return False
    high, low = float(shown.high.max()), float(shown.low.min())
    up = way == UP or (way == ONWARD and close >= (high + low) / 2)
    rises, falls = candles.high[after] >= close + room, candles.low[after] <= close - room
    wanted, other = (rises, falls) if up else (falls, rises)
    return bool(wanted.any() and (not other.any() or wanted.argmax() < other.argmax()))


def summarise(outcomes: Iterable[tuple[str, Outcome]]) -> list[Row]:
    """The table, of (market, outcome) pairs: a row a pattern that was seen, in the order of ``EXPECTED``."""
    hits: dict[str, list[tuple[str, Outcome]]] = defaultdict(list)
    anywhere: dict[tuple[str, str, int], Outcome] = {}
    for market, outcome in outcomes:
        if outcome.way:
            anywhere[market, outcome.way, outcome.window] = outcome
        else:
            hits[outcome.pattern].append((market, outcome))
    rows = []
    for pattern, way in EXPECTED.items():
        own = hits.get(pattern, [])
        asked, followed = sum(o.asked for _, o in own), sum(o.followed for _, o in own)
        if not asked:
            continue
        like = [(o.asked, anywhere[market, way, o.window]) for market, o in own]
        random = sum(weight * o.followed / o.asked for weight, o in like) / asked
        windows = sum(o.asked for _, o in like)
        low, high = wilson(followed, asked)
        worth = sum(o.apart for _, o in like)  # windows that overlap tell the same again
        rows.append(
            Row(
                pattern,
                way,
                asked,
                followed / asked,
                (low, high),
                random,
                windows,
                _difference((followed / asked, low, high), (random, *wilson(random * worth, worth))),
            )
        )
    return rows


def wilson(right: float, asked: int) -> tuple[float, float]:
    """95 % score interval of a share (Wilson 1927)."""
    share, square = right / asked, Z * Z / asked
    middle = (share + square / 2) / (1 + square)
    half = Z / (1 + square) * math.sqrt(share * (1 - share) / asked + square / (4 * asked))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def _difference(one: tuple[float, float, float], other: tuple[float, float, float]) -> tuple[float, float]:
    """95 % interval of the difference of two shares, of (share, low, high) each (Newcombe 1998, method 10)."""
    (p, low, high), (q, other_low, other_high) = one, other
    return p - q - math.hypot(p - low, other_high - q), p - q + math.hypot(high - p, q - other_low)
