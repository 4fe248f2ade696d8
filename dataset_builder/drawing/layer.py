"""Shapes of one colour that are painted at once: candles, bars of volume, parts of lines."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cryptoai_common.arrays import Floats
from dataset_builder.drawing.mixing import Colour


class Layer(NamedTuple):
    """Shapes of one colour, ordered from left to right without overlap.

    Each array has shape (n, 4), one row a shape: (left, top, right, bottom) in screen pixels. A shape is a rectangle,
    its body. With ``wicks``, a narrower and taller rectangle is joined to it; with ``holes``, a rectangle inside it is
    left out. Layers that are painted together do not overlap.
    """

    colour: Colour
    bodies: Floats
    wicks: Floats | None = None
    holes: Floats | None = None

    def boxes(self) -> Floats:
        """The body, the wick and the hole of each shape, as far as there are any: shape (n, 1 to 3, 4)."""
        return np.array([boxes for boxes in self[1:] if boxes is not None]).transpose(1, 0, 2)

    def disjoin(self, across: NDArray[np.int16]) -> None:
        """Change the horizontal coverages, shape (n, 1 to 3, columns), in place, so that the boxes can be added up.

        A body then leaves out the columns of its wick, and a hole counts negatively: the sum over a shape's boxes of
        vertical times horizontal coverage is the coverage of the shape.
        """
        if self.wicks is not None:
            across[:, 0] -= across[:, 1]
        if self.holes is not None:
            across[:, -1] *= -1
