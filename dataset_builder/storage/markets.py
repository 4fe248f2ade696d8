"""Real candles that a build finds patterns in: read once, kept beside the unfinished dataset, shared among splits."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np

from cryptoai_common.candles import Candles
from cryptoai_common.dataset import NONE, UNSEEN
from cryptoai_common.errors import UserError
from cryptoai_common.files import atomic
from dataset_builder.limits import FEWEST_BARS
from dataset_builder.market.series import Series
from dataset_builder.readers.ohlcv import read_ohlcv

# Which part of each series a split's windows come from, as shares of its time: no two splits see the same candles, and
# the charts to measure with are later than those to learn from.
PARTS = {"train": (0.0, 0.75), "validation": (0.75, 0.82), NONE: (0.82, 0.9), "test": (0.9, 1.0), UNSEEN: (0.9, 1.0)}


def keep_markets(files: tuple[Path, ...], path: Path) -> None:
    """Read the files of candles and keep them in one file that workers open quickly.

    Without files there is no such file, also where an earlier build left one. A series is cut where candles are
    missing, so that no window reaches across. Raises UserError for a file that cannot be read, or is too short to find
    anything in.
    """
    read_markets.cache_clear()
    path.unlink(missing_ok=True)
    if not files:
        return
    pieces = {}
    for number, file in enumerate(files):
        read = read_ohlcv(file)
        read.tell()
        table = np.array(read.candles.series())
        if not table[4].any():
            table[4] = 1.0  # a file without volume: it is drawn as even
        if table.shape[1] * (PARTS["validation"][1] - PARTS["validation"][0]) < FEWEST_BARS:
            raise UserError(f"{file} has {table.shape[1]} candles: too few to find patterns in for every split")
        holes = np.flatnonzero(read.missing)
        for split, (start, stop) in PARTS.items():
            first, last = (round(share * table.shape[1]) for share in (start, stop))
            cuts = [first, *holes[(holes > first) & (holes < last)].tolist(), last]
            for left, right in pairwise(cuts):
                if right - left >= FEWEST_BARS:
                    pieces[f"{split}|{number:04d}|{left:09d}|{file.name}"] = table[:, left:right]
    with atomic(path, "wb") as target:
        np.savez(target, allow_pickle=False, **pieces)


@lru_cache(maxsize=2)
def read_markets(path: Path, split: str) -> tuple[Series, ...]:
    """The series that a split's patterns are found in; none if the user gave no files."""
    if not path.exists():
        return ()
    with np.load(path) as kept:
        names = sorted(name for name in kept.files if name.split("|")[0] == split)
        return tuple(Series(name.split("|", 3)[3], Candles(*kept[name])) for name in names)
