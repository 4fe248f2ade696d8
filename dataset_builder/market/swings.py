"""Find the turning points of finished candles: what every pattern's check reads.

Nothing here knows how a chart was made. Turning points come from a zigzag (a swing ends when the price has
come back by a threshold), at several scales, because a pattern may show at one scale only.

All of it works on lists of Python floats: for a hundred bars that is several times faster than array calls, and
the arithmetic is the same on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from operator import neg

import numpy as np

from cryptoai_common.candles import Candles
from dataset_builder.market.zigzag import Swing, merge, zigzag

SCALES = (0.09, 0.13, 0.19, 0.27, 0.38)  # zigzag thresholds, as a share of the window's price range


class View:
    """Finished candles as a chartist sees them: upper and lower outline and swings, computed once for all checks.

    The outline lies half-way between the body and the wick's end: a lone spike doesn't move a level much. The
    series are lists of floats, one entry a bar.
    """

    def __init__(self, candles: Candles):
        body_top, body_bottom = np.maximum(candles.open, candles.close), np.minimum(candles.open, candles.close)
        self.open: list[float] = candles.open.tolist()
        self.close: list[float] = candles.close.tolist()
        self.upper: list[float] = ((candles.high + body_top) / 2).tolist()
        self.lower: list[float] = ((candles.low + body_bottom) / 2).tolist()
        self.true_range: list[float] = candles.true_range().tolist()
        self.range = max(self.upper) - min(self.lower)  # height of the window, in price
        self.atr = sum(self.true_range) / len(self.true_range)  # mean true range, in price
        self.bars = len(self.close)

    @cached_property
    def mirrored(self) -> View:
        """The same market upside down, so that one check serves a pattern and its mirror image."""
        view = object.__new__(View)
        view.open, view.close = list(map(neg, self.open)), list(map(neg, self.close))
        view.upper, view.lower = list(map(neg, self.lower)), list(map(neg, self.upper))
        view.true_range, view.range, view.atr, view.bars = self.true_range, self.range, self.atr, self.bars
        flipped = {swing.bar: swing.mirrored() for swing in self.scales[0]}
        view.scales = tuple([tuple([flipped[swing.bar] for swing in swings]) for swings in self.scales])
        return view  # without a reference to this one: a cycle would leave both to the garbage collector

    @cached_property
    def scales(self) -> tuple[tuple[Swing, ...], ...]:
        """Swings at each of SCALES, finest first, repeated results left out.

        A coarser scale's swings are among the finer's, so each is found from the one before it.
        """
        swings = zigzag(self.upper, self.lower, SCALES[0] * self.range)
        found = [swings]
        for share in SCALES[1:]:
            coarser = merge(swings, share * self.range)
            if len(coarser) < len(swings):
                swings = coarser
                found.append(swings)
        return tuple(found)

    def runs(self, length: int, top_first: bool) -> Iterable[Sequence[Swing]]:
        """Every run of that many consecutive swings that begins with a top (or a bottom), once, finer scales first."""
        found: dict[tuple[int, int], Sequence[Swing]] = {}
        for swings in self.scales:
            if swings:
                for i in range(swings[0].top != top_first, len(swings) - length + 1, 2):
                    ends = (
                        swings[i].bar,
                        swings[i + length - 1].bar,
                    )  # they identify a run of swings
                    found.pop(ends, None)  # a run found again moves to the end
                    found[ends] = swings[i : i + length]
        return found.values()

    def fills(self, first_bar: int, last_bar: int, share: float = 0.5) -> bool:
        """Whether these bars make up at least that share of the window."""
        return last_bar - first_bar + 1 >= share * self.bars

    def bottom_share(self, first_bar: int, last_bar: int, bottom: float, height: float) -> float:
        """Share of these bars whose middle lies in the bottom third: 0.33 for a V, 0.58 for a parabola."""
        limit = 2 * bottom + 2 / 3 * height
        bars = slice(first_bar, last_bar + 1)
        inside = sum([a + b < limit for a, b in zip(self.upper[bars], self.lower[bars], strict=True)])
        return inside / (last_bar - first_bar + 1)

    def narrowed(self, start: int, top: float, bottom: float) -> bool:
        """Whether, before a range that starts here, a side was touched and then the other one passed: they converge."""
        near, far = 0.33 * (top - bottom), 0.25 * (top - bottom)
        highs, lows = self.upper[:start], self.lower[:start]
        too_low, too_high = bottom - far, top + far
        low = next((bar for bar in range(start - 1, 0, -1) if lows[bar] < too_low), 0)
        high = next((bar for bar in range(start - 1, 0, -1) if highs[bar] > too_high), 0)
        return (low > 0 and max(highs[:low]) > top - near) or (high > 0 and min(lows[:high]) < bottom + near)

    def lowest_bar(self, first_bar: int, last_bar: int) -> int:
        """The bar with the lowest outline from the first to the last of these bars."""
        part = self.lower[first_bar : last_bar + 1]
        return first_bar + part.index(min(part))


Rule = Callable[..., str | None]


def first_match(view: View, candidates: Iterable[Sequence], rule: Rule, nothing: str) -> str | None:
    """None as soon as ``rule(view, *candidate)`` is None, which accepts; else the reason heard last, or ``nothing``."""
    reason: str | None = nothing
    for candidate in candidates:
        reason = rule(view, *candidate)
        if reason is None:
            return None
    return reason


def touches(upper: Sequence[float], lower: Sequence[float], high: float, low: float) -> tuple[int, int]:
    """How often the price reaches up to ``high`` and down to ``low``, going from one to the other in between.

    A bar that reaches both counts as neither.
    """
    ups = downs = side = 0
    for top, bottom in zip(upper, lower, strict=True):
        if top > high:
            if bottom >= low and side != 1:
                side, ups = 1, ups + 1
        elif bottom < low and side != -1:
            side, downs = -1, downs + 1
    return ups, downs


def drift(outline: Sequence[float], extreme: Callable[[Sequence[float]], float]) -> float:
    """How far the extreme (``max`` or ``min``) of the first half differs from the second's: 0 for a level side."""
    half = len(outline) // 2
    return abs(extreme(outline[:half]) - extreme(outline[half:]))


def fitted_slope(values: Sequence[float]) -> float:
    """Least-squares slope of equally spaced values, a step."""
    n = len(values)
    middle = (n - 1) / 2
    return sum([(i - middle) * value for i, value in enumerate(values)]) * 12 / (n * (n * n - 1))
