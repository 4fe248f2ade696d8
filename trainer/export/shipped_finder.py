"""The finder of the shipped model, for a run that has trained a classifier and no finder."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path
from typing import Any

from cryptoai_common.files import write_atomically
from trainer.finder.weights import FILES
from trainer.models.pattern_model import FINDER_QUANTIZED, PRICE_FINDER, READER
from trainer.runs.results import FINDER as KEY
from trainer.runs.results import read_results
from trainer.shipped import SHIPPED, find_shipped


def take_finder(run: Path) -> dict[str, Any]:
    """Copy the shipped finder, its reader and the finder in candles into ``run``, unless it has a finder of its own.

    Returns what was measured of it, as entries of ``metrics.json``; nothing if nothing was copied.
    """
    shipped = find_shipped(SHIPPED)
    own = any((run / name).is_file() for name in FILES.values())  # as `export-finder` leaves them beside its files
    if own or not (shipped / FINDER_QUANTIZED).is_file():
        return {}
    for name in (READER, PRICE_FINDER, FINDER_QUANTIZED):  # the finder is there only with the others
        write_atomically(run / name, partial(shutil.copyfile, shipped / name))
    return {KEY: read_results(shipped).get(KEY, [])}
