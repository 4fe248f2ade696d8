"""Find the turning points of finished candles: the eyes of every pattern's check.

Nothing here knows how a chart was made. Turning points come from a zigzag (a swing ends when the price has
come back by a threshold), at several scales, because a pattern is clear at one scale and hidden at others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from dataset_builder.candles import Candles

SCALES = (0.09, 0.13, 0.19, 0.27, 0.38)  # zigzag thresholds, as a share of the window's price range


class Swing(NamedTuple):
    """One turning point: bar index, price, and whether it is a top."""

    bar: int
    price: float
    top: bool


@dataclass(frozen=True)
class View:
    """Finished candles as a chartist sees them, upper and lower outline and swings, computed once for all checks.

    The outline lies half-way between the body and the wick's end: a lone spike doesn't move a level much.
    """

    candles: Candles

    @cached_property
    def upper(self) -> np.ndarray:
        c = self.candles
        return (c.high + np.maximum(c.open, c.close)) / 2

    @cached_property
    def lower(self) -> np.ndarray:
        c = self.candles
        return (c.low + np.minimum(c.open, c.close)) / 2

    @cached_property
    def range(self) -> float:
        """Height of the window, in price."""
        return float(self.upper.max() - self.lower.min())

    @cached_property
    def atr(self) -> float:
        """Mean true range over the window, in price."""
        return float(self.candles.true_range().mean())

    @cached_property
    def mirrored(self) -> View:
        """The same market upside down, so that one check serves a pattern and its mirror image."""
        return View(self.candles.mirrored())

    @cached_property
    def scales(self) -> tuple[tuple[Swing, ...], ...]:
        """Swings at each of SCALES, finest first, repeated results left out."""
        found = (zigzag(self.upper, self.lower, share * self.range) for share in SCALES)
        return tuple(dict.fromkeys(found))

    def runs(self, length: int, top_first: bool) -> Iterator[Sequence[Swing]]:
        """Every run of that many consecutive swings that begins with a top (or a bottom), at every scale."""
        for swings in self.scales:
            for i in range(len(swings) - length + 1):
                if swings[i].top == top_first:
                    yield swings[i : i + length]

    def fills(self, first_bar: int, last_bar: int, share: float = 0.5) -> bool:
        """Whether these bars make up at least that share of the window."""
        return last_bar - first_bar + 1 >= share * len(self.candles)


def zigzag(upper: np.ndarray, lower: np.ndarray, threshold: float) -> tuple[Swing, ...]:
    """Alternating tops and bottoms at least ``threshold`` apart; the first and last may still be moving."""
    ups, downs = upper.tolist(), lower.tolist()
    top = bottom = 0
    rising: bool | None = None
    swings: list[Swing] = []
    for bar in range(1, len(ups)):
        if rising is not False and ups[bar] >= ups[top]:
            top = bar
        if rising is not True and downs[bar] <= downs[bottom]:
            bottom = bar
        if rising is not False and ups[top] - downs[bar] >= threshold and bar > top:
            swings.append(Swing(top, ups[top], True))
            rising, bottom = False, bar
        elif rising is not True and ups[bar] - downs[bottom] >= threshold and bar > bottom:
            swings.append(Swing(bottom, downs[bottom], False))
            rising, top = True, bar
    if rising is True:
        swings.append(Swing(top, ups[top], True))
    elif rising is False:
        swings.append(Swing(bottom, downs[bottom], False))
    return tuple(swings)


Rule = Callable[..., str | None]


def first_match(candidates: Iterator, rule: Rule, nothing: str) -> str | None:
    """None as soon as the rule accepts a candidate (by returning None); else the reason heard last, or ``nothing``."""
    reason = nothing
    for candidate in candidates:
        refusal = rule(candidate)
        if refusal is None:
            return None
        reason = refusal
    return reason


def alternations(high_zone: np.ndarray, low_zone: np.ndarray) -> tuple[int, int]:
    """Touches of an upper and a lower zone, where the price must go to the other zone between two touches."""
    marks = np.where(high_zone, 1, np.where(low_zone, -1, 0))
    marks = marks[marks != 0]
    if len(marks) == 0:
        return 0, 0
    turns = np.concatenate((marks[:1], marks[1:][marks[1:] != marks[:-1]]))
    return int(np.count_nonzero(turns > 0)), int(np.count_nonzero(turns < 0))


def drift(outline: np.ndarray) -> float:
    """How far the highest price of the first half differs from that of the second half: 0 for a level side."""
    half = len(outline) // 2
    return abs(float(outline[:half].max() - outline[half:].max()))
