"""What a pattern's check answers: the pattern that it has found, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from dataset_builder.market.swings import View
from dataset_builder.market.zigzag import Swing


class Match(NamedTuple):
    """A pattern that a check has found: its turning points as (bar, price), in order of time, in the candles' unit.

    What leads into the first of them and what follows the last is not part of it. Where a neckline makes the pattern,
    as of tops and heads, ``legs`` are the bars in which the price leaves the neckline for the first top and comes back
    to it after the last, or the first and last bar that are seen: people mark such a pattern from foot to foot.
    """

    points: tuple[tuple[int, float], ...]
    legs: tuple[int, int] | None = None

    @property
    def span(self) -> tuple[int, int]:
        """The bars from which to which people mark the pattern: the legs, or else the first and last turning point."""
        return self.legs or (self.points[0][0], self.points[-1][0])

    def moved(self, bars: int) -> Match:
        """The same, that many bars later."""
        legs = (self.legs[0] + bars, self.legs[1] + bars) if self.legs else None
        return Match(tuple([(bar + bars, price) for bar, price in self.points]), legs)

    @property
    def height(self) -> float:
        """From the lowest turning point to the highest."""
        prices = [price for _, price in self.points]
        return max(prices) - min(prices)

    def mirrored(self) -> Match:
        """The same points upside down."""
        return Match(tuple([(bar, -price) for bar, price in self.points]), self.legs)


Rule = Callable[..., Match | str]


def matched(*swings: Swing, legs: tuple[int, int] | None = None) -> Match:
    """The match whose turning points are these swings."""
    return Match(tuple([(swing.bar, swing.price) for swing in swings]), legs)


def first_match(view: View, candidates: Iterable[Sequence[Any]], rule: Rule, nothing: str) -> Match | str:
    """Try a rule on candidates in turn, and return the first match that ``rule(view, *candidate)`` gives.

    If it gives none, returns its reason for the last candidate; without any candidate, ``nothing``.
    """
    found: Match | str = nothing
    for candidate in candidates:
        found = rule(view, *candidate)
        if not isinstance(found, str):
            return found
    return found
