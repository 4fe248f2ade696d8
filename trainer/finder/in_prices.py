"""Runs the deployable finder of spans in prices, without a picture: candles in, spans of time with their scores out.

This module needs onnxruntime and numpy, nothing else.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from cryptoai_common.arrays import Floats
from cryptoai_common.candles import Candles
from cryptoai_common.errors import UserError
from trainer.finder.columns import prices_between
from trainer.finder.sizes import COLUMNS
from trainer.models.pattern_model import output_names, read_stored
from trainer.models.session import open_session

PRICES, FINDS = "prices", ("spans", "scores")  # the input and the outputs of the file
WIDTH = 0.8  # share of the columns that the candles take, as in the middle of the training


class Spans(NamedTuple):
    """What was looked at in a stretch of candles.

    ``bounds`` [n, 2]: where each span begins and ends, in candles from the first one's left side; ``scores`` [n,
    classes], from 0 to 1.
    """

    bounds: Floats
    scores: Floats


class PriceFinder:
    """Finds spans of time in candles. ``classes`` names the columns of the scores."""

    def __init__(self, file: Path, threads: int = 0) -> None:
        """``threads`` 0: as many as there are cores. Raises UserError for a file that is missing or of another kind."""
        self.session = open_session(file, PRICES, threads)
        if output_names(self.session) != FINDS:
            raise UserError(f"{file} finds no spans in prices (it gives {', '.join(output_names(self.session))})")
        self.classes = read_stored(self.session, file).classes

    def look(self, candles: Candles) -> Spans:
        """All spans that the network considers in two candles or more; beyond some 400 they blur."""
        bars, width = len(candles), COLUMNS * WIDTH
        first = (COLUMNS - width) / 2
        row = {"x": np.arange(bars) + 0.5, "high": -candles.high, "low": -candles.low}
        bounds, scores = self.look_at(prices_between(row, 0, bars, first, width, COLUMNS))
        return Spans((bounds - first) * (bars / width), scores)

    def look_at(self, prices: Floats) -> Spans:
        """The same for what is seen in columns: highs and lows [COLUMNS, 2] in any unit, y downwards, NaN where nothing
        is. Bounds are in columns then."""
        return Spans(*self.session.run(None, {PRICES: prices[np.newaxis].astype(np.float32)}))
