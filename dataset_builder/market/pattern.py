"""What a pattern file defines: one class of the dataset."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dataset_builder.market.sketch import Sketch
from dataset_builder.market.swings import View


@dataclass(frozen=True)
class Pattern:
    """One class. Ids are consecutive from 0 and never change once published.

    ``sketch(rng, bars)`` draws the skeleton of a pattern that long; ``check(view)`` reads finished candles, knowing
    nothing of the sketch, and returns None where it sees the pattern, or the reason why not.
    """

    id: int
    name: str
    sketch: Callable[[np.random.Generator, int], Sketch]
    check: Callable[[View], str | None]

    def mirrored(self, id: int, name: str) -> Pattern:
        """The class whose charts are this one's upside down."""
        return Pattern(
            id=id,
            name=name,
            sketch=lambda rng, bars: self.sketch(rng, bars).mirrored(),
            check=lambda view: self.check(view.mirrored),
        )
