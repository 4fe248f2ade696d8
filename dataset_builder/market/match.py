"""What a pattern's check answers: the pattern that it has found, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from dataset_builder.market.swings import View
from dataset_builder.market.zigzag import Swing


class Line(NamedTuple):
    """A straight line through the candles, such as a neckline; a close beyond it breaks it.

    It leads from bar ``start``, where it lies at ``price``, and rises by ``slope`` a bar (0: level), in the candles'
    unit. Closes from ``known`` on can break it: the bar after the last turning point that makes it. Beyond is above it
    if ``above``, else below.
    """

    start: int
    price: float
    known: int
    above: bool
    slope: float = 0.0

    def at(self, bar: int) -> float:
        """Its price at a bar, which may lie outside the chart."""
        return self.price + self.slope * (bar - self.start)

    def broken_by(self, bar: int, close: float) -> bool:
        """Whether a close of that bar lies beyond it."""
        return close > self.at(bar) if self.above else close < self.at(bar)

    def moved(self, bars: int) -> Line:
        """The same, that many bars later."""
        return self._replace(start=self.start + bars, known=self.known + bars)

    def mirrored(self) -> Line:
        """The same upside down."""
        return self._replace(price=-self.price, slope=-self.slope, above=not self.above)


class Match(NamedTuple):
    """A pattern that a check has found: its turning points as (bar, price), in order of time, in the candles' unit.

    What leads into the first of them and what follows the last is not part of it. Where a neckline makes the pattern,
    as of tops and heads, ``legs`` are the bars in which the price leaves the neckline for the first top and comes back
    to it after the last, or the first and last bar that are seen: people mark such a pattern from foot to foot.

    ``lines`` are those that the price breaks when it leaves the pattern as its textbook expects: one, or both sides of
    a range. A close beyond ``opposite``, if there is such a line, says that the pattern has failed.
    """

    points: tuple[tuple[int, float], ...]
    legs: tuple[int, int] | None = None
    lines: tuple[Line, ...] = ()
    opposite: Line | None = None

    @property
    def span(self) -> tuple[int, int]:
        """The bars from which to which people mark the pattern: the legs, or else the first and last turning point."""
        return self.legs or (self.points[0][0], self.points[-1][0])

    def moved(self, bars: int) -> Match:
        """The same, that many bars later."""
        legs = (self.legs[0] + bars, self.legs[1] + bars) if self.legs else None
        lines, opposite = self._each_line(lambda line: line.moved(bars))
        return Match(tuple([(bar + bars, price) for bar, price in self.points]), legs, lines, opposite)

    @property
    def height(self) -> float:
        """From the lowest turning point to the highest."""
        prices = [price for _, price in self.points]
        return max(prices) - min(prices)

    def mirrored(self) -> Match:
        """The same points and lines upside down."""
        lines, opposite = self._each_line(Line.mirrored)
        return Match(tuple([(bar, -price) for bar, price in self.points]), self.legs, lines, opposite)

    def _each_line(self, change: Callable[[Line], Line]) -> tuple[tuple[Line, ...], Line | None]:
        return tuple(map(change, self.lines)), change(self.opposite) if self.opposite else None


Rule = Callable[..., Match | str]


def matched(*swings: Swing, line: Line, opposite: Line | None = None, legs: tuple[int, int] | None = None) -> Match:
    """The match whose turning points are these swings."""
    return Match(tuple([(swing.bar, swing.price) for swing in swings]), legs, (line,), opposite)


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
