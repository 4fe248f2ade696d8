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

    ``find_loosely`` does the same with wider limits, those of charts that people label; None if there are no others.
    One in two random walks keeps to those of some class, one in five to the strict ones: so charts that are found keep
    to the strict ones, and those along a sketch, of which it is known what was meant, to the loose ones.
    """

    id: int
    name: str
    sketch: Callable[[np.random.Generator, int], Sketch]
    find: Callable[[View], Match | str]
    find_loosely: Callable[[View], Match | str] | None = None

    def see(self, view: View, loose: bool = False) -> Match | str:
        """What ``find`` returns, or with ``loose`` what ``find_loosely`` does, if there is one."""
        return self.find_loosely(view) if loose and self.find_loosely else self.find(view)

    def check(self, view: View, loose: bool = False) -> str | None:
        """None if the candles show this pattern, else the reason why not."""
        found = self.see(view, loose)
        return found if isinstance(found, str) else None

    def mirrored(self, id: int, name: str) -> Pattern:
        """The class whose charts are this one's upside down."""
        return Pattern(
            id=id,
            name=name,
            sketch=lambda rng, bars: self.sketch(rng, bars).mirrored(),
            find=_mirrored(self.find),
            find_loosely=_mirrored(self.find_loosely) if self.find_loosely else None,
        )


def _mirrored(find: Callable[[View], Match | str]) -> Callable[[View], Match | str]:
    """The check of the same pattern upside down."""

    def find_mirrored(view: View) -> Match | str:
        found = find(view.mirrored)
        return found if isinstance(found, str) else found.mirrored()

    return find_mirrored
