"""Find the turning points of finished candles: what every pattern's check reads.

Nothing here knows how a chart was made. Turning points come from the zigzag indicator (a swing ends once the price has
reversed by a threshold) with several thresholds, because a pattern may be visible with one of them only.

Series are lists of Python floats: for a hundred bars they are several times faster than numpy arrays, and the
arithmetic is the same on every machine.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cached_property
from operator import neg

import numpy as np

from cryptoai_common.candles import Candles
from dataset_builder.market.zigzag import Swing, merge, zigzag

# Zigzag thresholds as shares of the window's price range, each about 1.4 times the one before it, so that each leaves
# out some more of the swings.
SCALES = (0.09, 0.13, 0.19, 0.27, 0.38)
CONVERGE_TOUCH = 0.33  # of a range's height: a price that near to a side touches it
CONVERGE_PASS = 0.25  # of a range's height: a price that far beyond a side has passed it


class View:
    """What the checks read of finished candles: upper and lower outline and swings, computed once for all checks.

    The outline lies half-way between the end of the body and the end of the wick, so that a single long wick hardly
    moves a level. Series are lists of floats with one entry a bar. Prices are in the unit of the candles.
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

    def window(self, start: int, stop: int) -> View:
        """The bars from ``start`` to before ``stop``, as a view of their own: faster than to make one of candles."""
        view, bars = object.__new__(View), slice(start, stop)
        view.open, view.close, view.upper, view.lower = (
            self.open[bars],
            self.close[bars],
            self.upper[bars],
            self.lower[bars],
        )
        # The first bar of a window has no close before it; the difference to its true range is too small to matter.
        view.true_range = self.true_range[bars]
        view.range = max(view.upper) - min(view.lower)
        view.atr = sum(view.true_range) / len(view.true_range)
        view.bars = len(view.close)
        return view

    def nearly_window(self, start: int, stop: int, swings: Sequence[Swing]) -> View:
        """The same, with its swings taken from ``swings``, those of all bars, instead of its own bars.

        They must be those of a threshold that is no larger than the window's own. Only a swing that the window cuts can
        differ, so this is good for looking through many windows fast, and not for a label.
        """
        view = self.window(start, stop)
        inside = swings[bisect_left(swings, start, key=_bar) : bisect_left(swings, stop, key=_bar)]
        shifted = [Swing(swing.bar - start, swing.price, swing.top) for swing in inside]
        if shifted:
            first, last = shifted[0], shifted[-1]
            if first.bar > 0:
                shifted.insert(0, view.extreme(0, first.bar - 1, not first.top))
            if last.bar < view.bars - 1:
                shifted.append(view.extreme(last.bar + 1, view.bars - 1, not last.top))
        view.finest = merge(shifted, SCALES[0] * view.range)
        return view

    def extreme(self, first_bar: int, last_bar: int, top: bool) -> Swing:
        """The highest upper, or lowest lower, outline from the first bar to the last."""
        if not top:
            bar = self.lowest_bar(first_bar, last_bar)
            return Swing(bar, self.lower[bar], False)
        part = self.upper[first_bar : last_bar + 1]
        price = max(part)
        return Swing(first_bar + part.index(price), price, True)

    @cached_property
    def mirrored(self) -> View:
        """The same candles upside down (prices negated), so that one check serves a pattern and its mirror image."""
        view = object.__new__(View)
        view.open, view.close = list(map(neg, self.open)), list(map(neg, self.close))
        view.upper, view.lower = list(map(neg, self.lower)), list(map(neg, self.upper))
        view.true_range, view.range, view.atr, view.bars = self.true_range, self.range, self.atr, self.bars
        view.finest = tuple([swing.mirrored() for swing in self.finest])
        return view  # holds no reference to this one: a cycle of references is freed late, by the garbage collector

    @cached_property
    def finest(self) -> tuple[Swing, ...]:
        """Swings at the smallest of SCALES."""
        return zigzag(self.upper, self.lower, SCALES[0] * self.range)

    @cached_property
    def scales(self) -> tuple[tuple[Swing, ...], ...]:
        """Swings at each of SCALES, smallest threshold first; a result that equals the one before it is left out.

        The swings at a larger threshold are among those at a smaller one, so each list is found from the one before.
        """
        swings = self.finest
        found = [swings]
        for share in SCALES[1:]:
            coarser = merge(swings, share * self.range)
            if len(coarser) < len(swings):
                swings = coarser
                found.append(swings)
        return tuple(found)

    def runs(self, length: int, top_first: bool) -> Iterable[Sequence[Swing]]:
        """Every run of ``length`` consecutive swings that begins with a top, or with a bottom if not ``top_first``.

        Each run comes once, in the order of the largest threshold that finds it, smallest first.
        """
        found: dict[tuple[int, int], Sequence[Swing]] = {}
        for swings in self.scales:
            if swings:
                for i in range(swings[0].top != top_first, len(swings) - length + 1, 2):
                    ends = (swings[i].bar, swings[i + length - 1].bar)  # they identify a run of swings
                    found.pop(ends, None)  # a run found again moves to the end
                    found[ends] = swings[i : i + length]
        return found.values()

    def legs(self, first: Swing, last: Swing, left: float, right: float) -> tuple[int, int]:
        """The bars nearest to two tops, before the first and after the last, in which the price is at or below the
        levels ``left`` and ``right``; the first and last bar where it is not."""
        start, end = first.bar, last.bar
        while start > 0 and self.lower[start] > left:
            start -= 1
        while end < self.bars - 1 and self.lower[end] > right:
            end += 1
        return start, end

    def fills(self, first_bar: int, last_bar: int, share: float = 0.5) -> bool:
        """Whether the bars from the first to the last make up at least ``share`` of the window."""
        return last_bar - first_bar + 1 >= share * self.bars

    def bottom_share(self, first_bar: int, last_bar: int, bottom: float, height: float) -> float:
        """Share of the bars from the first to the last whose middle lies in the lowest third of a valley.

        The valley is ``height`` deep and its lowest price is ``bottom``. The share is 0.33 for a valley in the form of
        a V, and 0.58, which is the square root of a third, for a parabola.
        """
        limit = 2 * bottom + 2 / 3 * height  # twice the price at a third: the sum of both outlines is twice the middle
        bars = slice(first_bar, last_bar + 1)
        inside = sum([a + b < limit for a, b in zip(self.upper[bars], self.lower[bars], strict=True)])
        return inside / (last_bar - first_bar + 1)

    def narrowed(self, start: int, top: float, bottom: float) -> bool:
        """Whether the price swings were wider before a range that begins at bar ``start``, as in a triangle.

        They were if the price touched one side of the range, ``top`` or ``bottom``, and later passed the other side.
        """
        near, far = CONVERGE_TOUCH * (top - bottom), CONVERGE_PASS * (top - bottom)
        highs, lows = self.upper[:start], self.lower[:start]
        too_low, too_high = bottom - far, top + far
        low = next((bar for bar in range(start - 1, 0, -1) if lows[bar] < too_low), 0)
        high = next((bar for bar in range(start - 1, 0, -1) if highs[bar] > too_high), 0)
        return (low > 0 and max(highs[:low]) > top - near) or (high > 0 and min(lows[:high]) < bottom + near)

    def lowest_bar(self, first_bar: int, last_bar: int) -> int:
        """Index of the bar with the lowest outline, from the first bar to the last; the earliest if several tie."""
        part = self.lower[first_bar : last_bar + 1]
        return first_bar + part.index(min(part))


def _bar(swing: Swing) -> int:
    return swing.bar
