"""Find pictures and price series that are in two splits."""

from __future__ import annotations

import hashlib

import numpy as np
from PIL import Image

from dataset_builder.audit.finding import Finding

SIDE = 16
STEP = 4  # grey levels that a cell must be brighter by: less is noise
NEAR = 8  # differing bits of 256: 97 % of re-compressed or brightened copies differ in fewer, unrelated charts in 25
ALIKE = 0.25  # largest share of the bits set in either: faint charts set few bits, so unrelated ones differ in few


def picture_hash(image: Image.Image) -> np.ndarray:
    """Difference hash (Krawetz 2013) of 16×16 bits as four uint64: is each cell brighter than the next?"""
    small = np.asarray(image.convert("L").resize((SIDE + 1, SIDE), Image.Resampling.BOX), np.int16)
    bits = small[:, 1:] > small[:, :-1] + STEP
    return np.packbits(bits).view(np.uint64)


def price_hash(ohlcv: dict[str, list[float]]) -> int:
    """Hash, of 63 bits, of the closing prices in units of their range: the same series at any price level."""
    close = np.array(ohlcv["close"])
    steps = np.round((close - close.min()) / max(np.ptp(close), 1e-12), 3)
    return int.from_bytes(hashlib.sha256(steps.astype(np.float32).tobytes()).digest()[:8]) >> 1


def near_duplicates(splits: np.ndarray, ids: np.ndarray, hashes: np.ndarray) -> Finding:
    """Pairs of pictures of two splits that look the same; ``hashes`` has shape (charts, 4)."""
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


def shared_prices(splits: np.ndarray, ids: np.ndarray, hashes: list[int]) -> Finding:
    """Pairs of charts of two splits with the same price path."""
    first: dict[int, int] = {}
    pairs = []
    for chart, key in enumerate(hashes):
        other = first.setdefault(key, chart)
        if splits[other] != splits[chart]:
            pairs.append((ids[other], ids[chart]))
    return Finding("price paths in two splits", len(pairs), high=0, detail=_examples(pairs))


def _examples(pairs: list[tuple[str, str]]) -> str:
    return "; ".join(f"{a} and {b}" for a, b in pairs[:3])
