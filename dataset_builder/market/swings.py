"""Find the turning points of finished candles: the eyes of every pattern's check.

Nothing here knows how a chart was made. Turning points come from a zigzag (a swing ends when the price has
come back by a threshold), at several scales, because a pattern is clear at one scale and hidden at others.

All of it works on lists of Python floats: for a hundred bars that is several times faster than array calls, and
the arithmetic is the same on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from dataset_builder.market.candles import Candles

SCALES = (0.09, 0.13, 0.19, 0.27, 0.38)  # zigzag thresholds, as a share of the window's price range


class Swing(NamedTuple):
    """One turning point: bar index, price, and whether it is a top."""

    bar: int
    price: float
    top: bool


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

    def __len__(self) -> int:
        return len(self.close)

    @cached_property
    def mirrored(self) -> View:
        """The same market upside down, so that one check serves a pattern and its mirror image."""
        view = object.__new__(View)
        view.open, view.close = [-v for v in self.open], [-v for v in self.close]
        view.upper, view.lower = [-v for v in self.lower], [-v for v in self.upper]
        view.true_range, view.range, view.atr = self.true_range, self.range, self.atr
        flipped = {s.bar: Swing(s.bar, -s.price, not s.top) for s in self.scales[0]}
        view.scales = tuple(tuple(flipped[s.bar] for s in swings) for swings in self.scales)
        return view  # that doesn't know this one: a cycle would leave both to the garbage collector

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

    def runs(self, length: int, top_first: bool) -> Iterator[Sequence[Swing]]:
        """Every run of that many consecutive swings that begins with a top (or a bottom), at every scale."""
        for swings in self.scales:
            for i in range(len(swings) - length + 1):
                if swings[i].top == top_first:
                    yield swings[i : i + length]

    def fills(self, first_bar: int, last_bar: int, share: float = 0.5) -> bool:
        """Whether these bars make up at least that share of the window."""
        return last_bar - first_bar + 1 >= share * len(self)

    def bottom_share(self, first_bar: int, last_bar: int, bottom: float, height: float) -> float:
        """Share of these bars whose middle lies in the bottom third: 0.33 for a V, 0.58 for a parabola."""
        limit = 2 * bottom + 2 / 3 * height
        bars = slice(first_bar, last_bar + 1)
        inside = sum(a + b < limit for a, b in zip(self.upper[bars], self.lower[bars], strict=True))
        return inside / (last_bar - first_bar + 1)

    def narrowed(self, start: int, top: float, bottom: float) -> bool:
        """Whether, before a range that starts here, a side was touched and then the other one passed: they converge."""
        near, far = 0.33 * (top - bottom), 0.25 * (top - bottom)
        highs, lows = self.upper[:start], self.lower[:start]
        low = next((bar for bar in range(start - 1, 0, -1) if lows[bar] < bottom - far), 0)
        high = next((bar for bar in range(start - 1, 0, -1) if highs[bar] > top + far), 0)
        return (low > 0 and max(highs[:low]) > top - near) or (high > 0 and min(lows[:high]) < bottom + near)

    def lowest_bar(self, first_bar: int, last_bar: int) -> int:
        """The bar with the lowest outline from the first to the last of these bars."""
        part = self.lower[first_bar : last_bar + 1]
        return first_bar + part.index(min(part))


def zigzag(upper: Sequence[float], lower: Sequence[float], threshold: float) -> tuple[Swing, ...]:
    """Alternating tops and bottoms at least ``threshold`` apart; the first and last may still be moving."""
    start, rising = _first_leg(upper, lower, threshold)
    if rising is None:
        return ()
    swings = [Swing(start, lower[start] if rising else upper[start], not rising)]
    last_bar, last = start + 1, upper[start + 1] if rising else lower[start + 1]
    for bar in range(start + 2, len(upper)):
        if rising:
            if upper[bar] > last:
                last_bar, last = bar, upper[bar]
            elif last - lower[bar] >= threshold:
                swings.append(Swing(last_bar, last, True))
                rising, last_bar, last = False, bar, lower[bar]
        elif lower[bar] < last:
            last_bar, last = bar, lower[bar]
        elif upper[bar] - last >= threshold:
            swings.append(Swing(last_bar, last, False))
            rising, last_bar, last = True, bar, upper[bar]
    return (*swings, Swing(last_bar, last, rising))


def _first_leg(upper: Sequence[float], lower: Sequence[float], threshold: float) -> tuple[int, bool | None]:
    """The bar of the first turning point, and whether the leg from there rises (None: there is no leg)."""
    top = bottom = 0
    for bar in range(1, len(upper)):
        higher, lower_low = upper[bar] > upper[top], lower[bar] < lower[bottom]
        rise = 0.0 if lower_low else upper[bar] - lower[bottom]
        fall = 0.0 if higher else upper[top] - lower[bar]
        if max(rise, fall) >= threshold > 0:
            return (bottom, True) if rise > fall else (top, False)
        if higher:
            top = bar
        if lower_low:
            bottom = bar
    return 0, None


def merge(swings: Sequence[Swing], threshold: float) -> tuple[Swing, ...]:
    """The swings that remain at a coarser threshold."""
    top = bottom = None
    rising: bool | None = None
    kept: list[Swing] = []
    for s in swings:
        if s.top:
            if rising is not True and bottom and s.price - bottom.price >= threshold:
                kept.append(bottom)
                rising, top = True, s
            elif rising is not False and (top is None or s.price > top.price):
                top = s
        elif rising is not False and top and top.price - s.price >= threshold:
            kept.append(top)
            rising, bottom = False, s
        elif rising is not True and (bottom is None or s.price < bottom.price):
            bottom = s
    if rising is not None:
        kept.append(top if rising else bottom)
    return tuple(kept)


Rule = Callable[..., str | None]


def first_match(candidates: Iterable, rule: Rule, nothing: str) -> str | None:
    """None as soon as the rule accepts a candidate (by returning None); else the reason heard last, or ``nothing``."""
    reason = nothing
    for candidate in candidates:
        refusal = rule(candidate)
        if refusal is None:
            return None
        reason = refusal
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
    return sum((i - middle) * value for i, value in enumerate(values)) * 12 / (n * (n * n - 1))
