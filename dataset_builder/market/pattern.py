"""What a pattern file defines: one class of the dataset."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dataset_builder.market.match import Match
from dataset_builder.market.sketch import Sketch
from dataset_builder.market.swings import View


@dataclass(frozen=True)
class Pattern:
    """One class. Ids are consecutive from 0 and never change once published.

    ``sketch(rng, bars)`` draws the skeleton of a pattern that long. ``find(view)`` reads finished candles, knowing
    nothing of any sketch, and returns the turning points of the pattern that it sees, or the reason why it sees none.
    """

    id: int
    name: str
    sketch: Callable[[np.random.Generator, int], Sketch]
    find: Callable[[View], Match | str]

    def check(self, view: View) -> str | None:
        """None if the candles show this pattern, else the reason why not."""
        found = self.find(view)
        return found if isinstance(found, str) else None

    def mirrored(self, id: int, name: str) -> Pattern:
        """The class whose charts are this one's upside down."""
        return Pattern(
            id=id,
            name=name,
            sketch=lambda rng, bars: self.sketch(rng, bars).mirrored(),
            find=self._find_mirrored,
        )

    def _find_mirrored(self, view: View) -> Match | str:
        found = self.find(view.mirrored)
        return found if isinstance(found, str) else found.mirrored()
