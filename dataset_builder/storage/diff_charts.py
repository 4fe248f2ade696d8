"""Compares the charts of two datasets by their ids, with 41 bytes of memory for each chart."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from cryptoai_common.dataset import read_rows, row_content, row_text

EXAMPLES = 3  # ids that are named for each kind of difference
# What is kept of a chart: a hash of 64 bits for each of its parts, and the number of its split.
PARTS = ("id", "row", "picture", "candles", "look")
KEPT = np.dtype([(name, "u8") for name in PARTS] + [("split", "u1")])
Rows = Callable[[], Iterator[tuple[str, dict[str, Any]]]]


def chart_lines(
    directories: tuple[Path, Path], manifests: tuple[dict[str, Any], dict[str, Any]]
) -> list[tuple[str, int, str]]:
    """The kinds of differences between the charts: name, number of charts, and the ids of some of them.

    A chart is compared with the one that has its id in the other dataset, in any split. Two charts are the same if
    their split and their rows are equal, the name of the file excepted. Raises UserError for a damaged dataset.
    """
    splits = tuple(dict.fromkeys([*manifests[0]["splits"], *manifests[1]["splits"]]))
    sources = [_rows_of(*source) for source in zip(directories, manifests, strict=True)]
    total = sum(split["charts"] for manifest in manifests for split in manifest["splits"].values())
    with tqdm(total=total, unit="chart", desc="comparing", leave=False) as progress:
        first, second = (_keep(rows, splits, progress) for rows in sources)
    _, ours, theirs = np.intersect1d(first["id"], second["id"], return_indices=True)
    both = {name: first[name][ours] == second[name][theirs] for name in (*PARTS, "split")}
    groups = [(name, sources[0], ours[found]) for name, found in _kinds(both)]
    groups += [
        (f"only in {directory}", rows, np.setdiff1d(np.arange(len(kept)), shared))
        for directory, rows, kept, shared in zip(directories, sources, (first, second), (ours, theirs), strict=True)
    ]
    same = ("the same", int((both["row"] & both["split"]).sum()), "")
    return [same, *((name, len(charts), _named(rows, charts)) for name, rows, charts in groups if len(charts))]


def _kinds(same: dict[str, NDArray[np.bool]]) -> Iterator[tuple[str, NDArray[np.bool]]]:
    """Each kind of difference, and which of the charts in both datasets have it.

    A chart has the first of these kinds that fits; "in another split" is independent of the others.
    """
    alike = same["candles"]
    yield "other candles", ~alike
    yield "the same candles in another style", alike & ~same["look"]
    alike = alike & same["look"]
    yield "the same candles and style, another picture", alike & ~same["picture"]
    yield "the same picture, other metadata", alike & same["picture"] & ~same["row"]
    yield "in another split", ~same["split"]


def _rows_of(directory: Path, manifest: dict[str, Any]) -> Rows:
    """A function that reads all rows of a dataset, each with its split."""

    def rows() -> Iterator[tuple[str, dict[str, Any]]]:
        for split in manifest["splits"]:
            for row in read_rows(directory, manifest, split):
                yield split, row

    return rows


def _keep(rows: Rows, splits: tuple[str, ...], progress: tqdm[NoReturn]) -> np.ndarray:
    """What KEPT lists of every row, shape (charts,)."""

    def kept() -> Iterator[tuple[int, ...]]:
        for split, row in rows():
            progress.update()
            parts = (row["id"], row_content(row), row["sha256"], row["ohlcv"], row["look"])
            yield *map(_digest, parts), splits.index(split)

    return np.fromiter(kept(), KEPT)


def _digest(value: Any) -> int:
    """A hash of 64 bits."""
    return int.from_bytes(hashlib.blake2b(row_text(value).encode(), digest_size=8).digest())


def _named(rows: Rows, places: NDArray[np.intp]) -> str:
    """The ids of the first of these charts. Ids are not kept, so the rows are read again up to the last of them."""
    wanted = set(np.sort(places)[:EXAMPLES].tolist())
    last = max(wanted)
    names = []
    for place, (_, row) in enumerate(rows()):
        if place in wanted:
            names.append(row["id"])
        if place == last:
            break
    return ", ".join(names) + (" …" if len(places) > len(names) else "")
