"""From a screenshot's metadata to what is drawn in each of its columns, and the spans of its patterns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

SAMPLES = 4  # places in a column at which the candles are looked up: four candles in a column are all seen
CUT = 0.85  # share of a pattern that a cut picture must show, for it to be one still


class Span(NamedTuple):
    """A pattern's time, as shares of the width of what is seen. ``clear``: no clearer pattern overlaps with it."""

    label: str
    start: float
    stop: float
    clear: bool


def column_prices(row: Mapping[str, Any], left: float, right: float, columns: int) -> np.ndarray:
    """The highest and lowest drawn pixel in each of ``columns`` columns between two places, in pixels.

    ``row`` holds each candle's ``x``, ``high`` and ``low`` in pixels, evenly spaced. A candle takes the whole width
    from halfway to the one before it to halfway to the one after it; a line is read between its points. Returns float
    [columns, 2], NaN where nothing is drawn.
    """
    x, high, low = (np.asarray(row[name], float) for name in ("x", "high", "low"))
    found = np.full((columns, 2), np.nan)
    if len(x) < 2:
        return found
    spacing = (x[-1] - x[0]) / (len(x) - 1)
    places = left + (np.arange(columns * SAMPLES) + 0.5) * (right - left) / (columns * SAMPLES)
    if np.array_equal(high, low):
        read = [np.interp(places, x, high, left=np.nan, right=np.nan)] * 2
    else:
        near = np.round((places - x[0]) / spacing).astype(int)
        outside = (near < 0) | (near >= len(x))
        near = near.clip(0, len(x) - 1)
        read = [np.where(outside, np.nan, values[near]) for values in (high, low)]
    seen = ~np.isnan(read[0]).reshape(columns, SAMPLES).all(axis=1)
    found[seen, 0] = np.nanmin(read[0].reshape(columns, SAMPLES)[seen], axis=1)
    found[seen, 1] = np.nanmax(read[1].reshape(columns, SAMPLES)[seen], axis=1)
    return found


def prices_between(
    row: Mapping[str, Any], left: float, right: float, first: float, width: float, columns: int
) -> np.ndarray:
    """The same for what is seen between two places, drawn from column ``first`` on in a ``width`` of columns.

    Returns float [columns, 2], NaN beside that too.
    """
    scale = (right - left) / width
    prices = column_prices(row, left - first * scale, left + (columns - first) * scale, columns)
    middles = np.arange(columns) + 0.5
    prices[(middles < first) | (middles > first + width)] = np.nan
    return prices


def spans_between(row: Mapping[str, Any], left: float, right: float) -> tuple[list[Span], list[Span]]:
    """The patterns that are seen between two places, in pixels, and those of which too much is cut off."""
    whole: list[Span] = []
    cut: list[Span] = []
    for clear, patterns in ((True, row["patterns"]), (False, row["overlapping"])):
        for pattern in patterns:
            start, _, stop, _ = pattern["box"]
            seen_start, seen_stop = max(start, left), min(stop, right)
            if seen_stop <= seen_start:
                continue
            span = Span(
                pattern["label"], (seen_start - left) / (right - left), (seen_stop - left) / (right - left), clear
            )
            (whole if seen_stop - seen_start >= CUT * (stop - start) else cut).append(span)
    return whole, cut
