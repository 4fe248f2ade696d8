"""Runs the deployable finder of spans in prices: what is seen in columns in, spans of time with their scores out.

This module needs onnxruntime and numpy, nothing else.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from cryptoai_common.arrays import Floats
from cryptoai_common.errors import UserError
from trainer.models.pattern_model import PRICE_FINDER, output_names, read_stored
from trainer.models.session import open_session

PRICES, FINDS = "prices", ("spans", "scores")  # the input and the outputs of the file


class Spans(NamedTuple):
    """What was looked at.

    ``bounds`` [n, 2]: where each span begins and ends, counted from the left side of the first column or candle;
    ``scores`` [n, classes], from 0 to 1.
    """

    bounds: Floats
    scores: Floats

    def highest(self, first: float, stop: float, filled: float, inside: float = 0.0) -> Floats:
        """The highest score of each class [classes] among the spans that fill the stretch from ``first`` to ``stop``.

        Such a span takes the share ``filled`` of the stretch or more, and lies in it with the share ``inside`` of
        itself.
        """
        begins, ends = self.bounds.T
        shared = (np.minimum(ends, stop) - np.maximum(begins, first)).clip(min=0)
        filling = (shared >= filled * (stop - first)) & (shared >= inside * (ends - begins))
        scores: Floats = self.scores[filling].max(axis=0, initial=0.0)
        return scores


class PriceFinder:
    """Finds spans of time in prices. ``classes`` names the columns of the scores."""

    @classmethod
    def beside(cls, directory: Path, threads: int = 0) -> PriceFinder | None:
        """That of a run directory, if it has one. Raises UserError if it cannot be used."""
        file = directory / PRICE_FINDER
        return cls(file, threads) if file.is_file() else None

    def __init__(self, file: Path, threads: int = 0) -> None:
        """``threads`` 0: as many as there are cores. Raises UserError for a file that is missing or of another kind."""
        self.session = open_session(file, PRICES, threads)
        if output_names(self.session) != FINDS:
            raise UserError(f"{file} finds no spans in prices (it gives {', '.join(output_names(self.session))})")
        self.classes = read_stored(self.session, file).classes
        self.columns = int(self.session.get_inputs()[0].shape[1])  # that it takes

    def look(self, prices: Floats) -> Spans:
        """All spans that the network considers, in columns.

        ``prices`` holds the high and low of each column [columns, 2] in any unit, y downwards, NaN where nothing is
        seen.
        """
        return Spans(*self.session.run(None, {PRICES: prices[np.newaxis].astype(np.float32)}))
