"""Shows screens with marks to a finder: pictures beside each other, each in a session of one thread."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from tqdm import tqdm

from trainer.data.boxes import Mark, Screen
from trainer.models.answer import NEAR_THE_EDGE, ends_at_edge
from trainer.models.finder import PatternFinder
from trainer.models.session import at_once
from trainer.scoring.boxes import Seen


def see_all(finder: PatternFinder, screens: Sequence[Screen]) -> list[Seen]:
    """What the finder sees, however unsure, with a bar. Raises UserError, naming it, for a picture that is damaged."""
    answers = at_once(lambda screen: _see(finder, screen), screens)
    return list(tqdm(answers, "find", len(screens), unit=" screens", leave=False, disable=None))


def _see(finder: PatternFinder, screen: Screen) -> Seen:
    picture = np.asarray(screen.open())
    return Seen(screen.marks, tuple(finder.find(picture, 0.0)), picture.shape[1], _edges(finder, screen.marks, picture))


def _edges(finder: PatternFinder, marks: Sequence[Mark], picture: np.ndarray) -> tuple[bool | None, ...]:
    """Which marks end at the right edge: as recorded, or else by the prices that the finder's reader reads."""
    recorded = tuple(None if mark.end is None else mark.end >= 1 - NEAR_THE_EDGE for mark in marks)
    if None not in recorded or finder.reader is None:
        return recorded
    read = finder.reader.read(picture).x
    return tuple(ends_at_edge(mark.box, read) for mark in marks)
