"""Turning points of a price, the zigzag indicator: a swing ends once the price has reversed by a threshold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple


class Swing(NamedTuple):
    """One turning point: index of its bar, its price, and whether it is a top (else a bottom)."""

    bar: int
    price: float
    top: bool

    def mirrored(self) -> Swing:
        """The same turn upside down."""
        return Swing(self.bar, -self.price, not self.top)


def zigzag(upper: Sequence[float], lower: Sequence[float], threshold: float) -> tuple[Swing, ...]:
    """Alternating tops and bottoms that differ by at least ``threshold``, in the unit of the price.

    ``upper`` and ``lower``, of the same length, are the upper and lower outline of the bars. The first and the last
    swing are the extremes so far: bars outside the window could move them. Empty if the price never moves so far.
    """
    start, rising = _first_leg(upper, lower, threshold)
    if rising is None:
        return ()
    swings = [Swing(start, lower[start] if rising else upper[start], not rising)]
    last_bar, last = start + 1, upper[start + 1] if rising else lower[start + 1]
    later = slice(start + 2, None)
    for bar, high, low in zip(range(start + 2, len(upper)), upper[later], lower[later], strict=True):
        if rising:
            if high > last:
                last_bar, last = bar, high
            elif last - low >= threshold:
                swings.append(Swing(last_bar, last, True))
                rising, last_bar, last = False, bar, low
        elif low < last:
            last_bar, last = bar, low
        elif high - last >= threshold:
            swings.append(Swing(last_bar, last, False))
            rising, last_bar, last = True, bar, high
    return (*swings, Swing(last_bar, last, rising))


def _first_leg(upper: Sequence[float], lower: Sequence[float], threshold: float) -> tuple[int, bool | None]:
    """The bar of the first turning point, and whether the leg from there rises (None: there is no leg)."""
    top = bottom = 0
    highest, lowest = upper[0], lower[0]
    for bar, (high, low) in enumerate(zip(upper, lower, strict=True)):
        rise = 0.0 if low < lowest else high - lowest
        fall = 0.0 if high > highest else highest - low
        if bar and max(rise, fall) >= threshold > 0:
            return (bottom, True) if rise > fall else (top, False)
        if high > highest:
            top, highest = bar, high
        if low < lowest:
            bottom, lowest = bar, low
    return 0, None


def merge(swings: Sequence[Swing], threshold: float) -> tuple[Swing, ...]:
    """The swings that remain at a larger ``threshold``: what ``zigzag`` finds with it, from fewer points."""
    top, bottom = Swing(-1, -math.inf, True), Swing(-1, math.inf, False)  # none yet: no price differs enough from these
    highest, lowest = top.price, bottom.price
    rising: bool | None = None
    kept: list[Swing] = []
    for s in swings:
        _, price, is_top = s
        if is_top:
            if rising is not True and price - lowest >= threshold:
                kept.append(bottom)
                rising, top, highest = True, s, price
            elif rising is not False and price > highest:
                top, highest = s, price
        elif rising is not False and highest - price >= threshold:
            kept.append(top)
            rising, bottom, lowest = False, s, price
        elif rising is not True and price < lowest:
            bottom, lowest = s, price
    if rising is not None:
        kept.append(top if rising else bottom)
    return tuple(kept)
