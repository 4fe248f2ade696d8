"""Targets for dense supervision, from the dataset's metadata: where prices and pivots are in a training picture.

From labels alone a small ViT learns nothing for tens of thousands of charts. The position of the price in each column
of patches is known for every chart that we draw, and teaches the network to find the price first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from trainer.data.augment import turn

READ_CHART_COLUMNS = ("x", "high", "low")
PIVOT_COLUMNS = ("pivots",)


def read_chart(
    row: Mapping[str, Sequence[float]], size: tuple[int, int], columns: int, degrees: float = 0.0
) -> np.ndarray:
    """The highest and lowest drawn pixel of the candles in each column of patches.

    ``row`` holds each candle's ``x``, ``high`` and ``low`` in pixels of a picture of ``size`` = (width, height),
    y downwards; ``degrees`` is the angle by which ``augment`` turned the picture. Returns float32 [columns, 2], high
    then low, as fractions of the picture's height; NaN where a column has no candle or, if ``row`` holds None,
    everywhere.
    """
    width, height = size
    targets = np.full((columns, 2), np.nan, dtype=np.float32)
    if row["x"] is None:
        return targets
    for side, (name, extreme) in enumerate((("high", np.fmin), ("low", np.fmax))):
        x, y = turn(np.asarray(row["x"]), np.asarray(row[name]), size, degrees)
        column = np.clip(np.floor(x / width * columns), 0, columns - 1).astype(int)
        extreme.at(targets[:, side], column, np.clip(y / height, 0, 1).astype(np.float32))
    targets[np.isnan(targets).any(axis=1)] = np.nan  # the ends of a turned candle may be in two columns
    return targets


def pivot_map(
    row: Mapping[str, Sequence[Sequence[float]]], size: tuple[int, int], grid: int, degrees: float = 0.0
) -> np.ndarray:
    """Which patches hold a turning point of the pattern: float32 [grid * grid] of 0 and 1, row by row.

    ``row["pivots"]`` are points (x, y) in pixels; those outside the picture belong to no patch. All NaN if they are
    not known.
    """
    if row["pivots"] is None:
        return np.full(grid * grid, np.nan, dtype=np.float32)
    points = np.asarray(row["pivots"], dtype=float).reshape(-1, 2)
    x, y = turn(points[:, 0], points[:, 1], size, degrees)
    column, line = (np.floor(values / side * grid).astype(int) for values, side in zip((x, y), size, strict=True))
    inside = (column >= 0) & (column < grid) & (line >= 0) & (line < grid)
    targets = np.zeros(grid * grid, dtype=np.float32)
    targets[line[inside] * grid + column[inside]] = 1
    return targets
