"""Hold the charts of two datasets against each other, by their ids, in memory that hardly grows with them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from tqdm import tqdm

from cryptoai_common.dataset import read_rows, row_content, row_text

EXAMPLES = 3  # ids that are named of each difference
# What is kept of a chart: 64 bits of a hash of each part, 41 bytes in all, so 100,000 charts take 4 MB.
KEPT = np.dtype([(name, "u8") for name in ("id", "row", "picture", "candles", "look")] + [("split", "u1")])
Rows = Callable[[], Iterator[tuple[str, dict]]]


def chart_lines(directories: tuple[Path, Path], manifests: tuple[dict, dict]) -> list[tuple[str, int, str]]:
    """What can be said of the charts, of how many, and the ids of some of them.

    A chart is held against the one of its id in the other dataset, in whatever split that is. The same is a chart with
    the same row, but for the name of its file, in the same split.
    """
    splits = tuple(dict.fromkeys([*manifests[0]["splits"], *manifests[1]["splits"]]))
    sources = [_rows_of(*source) for source in zip(directories, manifests, strict=True)]
    total = sum(split["charts"] for manifest in manifests for split in manifest["splits"].values())
    with tqdm(total=total, unit="chart", desc="comparing", leave=False) as progress:
        first, second = (_keep(rows, splits, progress) for rows in sources)
    _, ours, theirs = np.intersect1d(first["id"], second["id"], return_indices=True)
    both = {name: first[name][ours] == second[name][theirs] for name in KEPT.names}
    groups = [(name, sources[0], ours[found]) for name, found in _kinds(both)]
    groups += [
        (f"only in {directory}", rows, np.setdiff1d(np.arange(len(kept)), shared))
        for directory, rows, kept, shared in zip(directories, sources, (first, second), (ours, theirs), strict=True)
    ]
    same = ("the same", int((both["row"] & both["split"]).sum()), "")
    return [same, *((name, len(charts), _named(rows, charts)) for name, rows, charts in groups if len(charts))]


def _kinds(same: dict[str, np.ndarray]) -> Iterator[tuple[str, np.ndarray]]:
    """Which of the shared charts differ in which way, the widest first; a split is a way of its own."""
    alike = same["candles"]
    yield "other candles", ~alike
    yield "the same candles in another style", alike & ~same["look"]
    alike = alike & same["look"]
    yield "the same candles and style, another picture", alike & ~same["picture"]
    yield "the same picture, other metadata", alike & same["picture"] & ~same["row"]
    yield "in another split", ~same["split"]


def _rows_of(directory: Path, manifest: dict) -> Rows:
    def rows() -> Iterator[tuple[str, dict]]:
        for split in manifest["splits"]:
            for row in read_rows(directory, manifest, split):
                yield split, row

    return rows


def _keep(rows: Rows, splits: tuple[str, ...], progress: tqdm) -> np.ndarray:
    def kept() -> Iterator[tuple[int, ...]]:
        for split, row in rows():
            progress.update()
            parts = (row["id"], row_content(row), row["sha256"], row["ohlcv"], row["look"])
            yield *map(_digest, parts), splits.index(split)

    return np.fromiter(kept(), KEPT)


def _digest(value) -> int:
    """64 bits that differ where the value does."""
    return int.from_bytes(hashlib.blake2b(row_text(value).encode(), digest_size=8).digest())


def _named(rows: Rows, places: np.ndarray) -> str:
    """The ids of the first of these charts. Ids are not kept, so the rows are read again, up to there."""
    wanted = set(np.sort(places)[:EXAMPLES].tolist())
    last = max(wanted)
    names = []
    for place, (_, row) in enumerate(rows()):
        if place in wanted:
            names.append(row["id"])
        if place == last:
            break
    return ", ".join(names) + (" …" if len(places) > len(names) else "")
