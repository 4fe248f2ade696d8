"""Finds pictures and price series that two splits have in common."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dataset_builder.audit.finding import Finding

SIDE = 16  # cells of a side of the grid that a picture is reduced to
STEP = 4  # grey levels by which a cell must differ from the one to its left to set a bit: smaller differences are noise
# Two pictures are near-duplicates if at most NEAR of their 512 bits differ, and at most the share ALIKE of the bits
# that either of them sets. 97 % of copies that were darkened and compressed again differ in at most 12 bits (600 charts
# of ``make dataset``). Two different labelled charts differ in 34 or more (4,000 of them). Pictures that are no charts
# may set hardly any bits, and are told from charts by the share.
NEAR, ALIKE = 12, 0.25
DECIMALS = 3  # of prices in units of their range, when two price series are compared
FLATTEST = 1e-12  # smallest range of prices, in place of 0, by which they are divided
EXAMPLES = 3  # pairs that a finding names


def picture_hash(image: Image.Image) -> NDArray[np.uint64]:
    """Difference hash, eight uint64: is a cell of 16×16 brighter than the one to its left, and is it darker?

    Source: Krawetz, "Kind of Like That", hackerfactor.com, 2013, which asks for brighter cells only. With those alone,
    bars on black were taken for a chart in a frame: what begins at the same places need not end there.
    """
    small = np.asarray(image.convert("L").resize((SIDE + 1, SIDE), Image.Resampling.BOX), np.int16)
    steps = np.diff(small, axis=1)
    return np.packbits([steps > STEP, steps < -STEP]).view(np.uint64)


def price_hash(ohlcv: dict[str, list[float]]) -> int:
    """A hash of 63 bits of the closing prices in units of their range: equal for one series at two price levels."""
    close = np.array(ohlcv["close"])
    steps = np.round((close - close.min()) / max(np.ptp(close), FLATTEST), DECIMALS)
    return int.from_bytes(hashlib.sha256(steps.astype(np.float32).tobytes()).digest()[:8]) >> 1


def near_duplicates(splits: NDArray[np.str_], ids: NDArray[np.str_], hashes: NDArray[np.uint64]) -> Finding:
    """The number of pairs of nearly equal pictures in two splits.

    ``splits`` and ``ids`` have shape (charts,), ``hashes`` has shape (charts, 8).
    """
    names = list(dict.fromkeys(splits.tolist()))
    pairs = []
    for position, name in enumerate(names):
        others = np.flatnonzero(np.isin(splits, names[position + 1 :]))
        for chart in np.flatnonzero(splits == name):
            distance = np.bitwise_count(hashes[others] ^ hashes[chart]).sum(axis=1)
            near = np.flatnonzero(distance <= NEAR)
            either = np.bitwise_count(hashes[others[near]] | hashes[chart]).sum(axis=1)
            pairs += [(ids[chart], ids[other]) for other in others[near[distance[near] <= ALIKE * either]]]
    return Finding("near-duplicate pictures across splits", len(pairs), high=0, detail=_examples(pairs))


def shared_prices(splits: NDArray[np.str_], ids: NDArray[np.str_], hashes: list[int]) -> Finding:
    """The number of charts with the prices of an earlier chart of another split.

    All three arguments have an entry for each chart.
    """
    first: dict[int, int] = {}
    pairs = []
    for chart, key in enumerate(hashes):
        other = first.setdefault(key, chart)
        if splits[other] != splits[chart]:
            pairs.append((ids[other], ids[chart]))
    return Finding("price paths in two splits", len(pairs), high=0, detail=_examples(pairs))


def _examples(pairs: list[tuple[str, str]]) -> str:
    return "; ".join(f"{a} and {b}" for a, b in pairs[:EXAMPLES])
