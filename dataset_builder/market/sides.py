"""Measures of the sides of a range: how often the price comes to each, and how level they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence


def turns(upper: Sequence[float], lower: Sequence[float], high: float, low: float) -> Iterator[tuple[int, float]]:
    """The points (bar, price) of ``touches``: the extreme of each stay above ``high`` or below ``low``, in turn."""
    side, bar, price = 0, 0, 0.0
    for at, (top, bottom) in enumerate(zip(upper, lower, strict=True)):
        if top > high and bottom >= low:
            if side == -1:
                yield bar, price
            if side != 1 or top > price:
                bar, price = at, top
            side = 1
        elif bottom < low and top <= high:
            if side == 1:
                yield bar, price
            if side != -1 or bottom < price:
                bar, price = at, bottom
            side = -1
    if side:
        yield bar, price


def touches(upper: Sequence[float], lower: Sequence[float], high: float, low: float) -> tuple[int, int]:
    """How often the price rises above ``high`` and falls below ``low``; what counts is the change of sides.

    Several bars in a row on one side count once. A bar that reaches both counts as neither.
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
    """How far the ``extreme`` (``max`` or ``min``) of the first half lies from the second half's: 0 for a level side.

    In the unit of the price. The outline has at least two bars.
    """
    half = len(outline) // 2
    return abs(extreme(outline[:half]) - extreme(outline[half:]))


def fitted_slope(values: Sequence[float]) -> float:
    """Least-squares slope of at least two equally spaced values, per step from one to the next."""
    n = len(values)
    middle = (n - 1) / 2
    return sum([(i - middle) * value for i, value in enumerate(values)]) * 12 / (n * (n * n - 1))
