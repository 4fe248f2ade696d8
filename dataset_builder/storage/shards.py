"""Datasets as Parquet files, whatever format they have on disk: the files that ``push`` uploads to the Hub."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from cryptoai_common.dataset import read_rows, row_text
from dataset_builder.storage.plan import chunk_size
from dataset_builder.storage.schema import ROW, write_shard


def shards(directory: Path, manifest: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """Path and content of each Parquet file of a dataset, one at a time, whatever format it has on disk.

    The files are those that ``build --format parquet`` writes, byte for byte with the same version of pyarrow.
    """
    if manifest["config"]["format"] == "parquet":
        yield from ((name, (directory / name).read_bytes()) for name in manifest["files"])
        return
    for split, parts in _parts(manifest).items():
        rows = read_rows(directory, manifest, split)
        for part in range(parts):
            content = _shard(directory / split, islice(rows, _size(manifest)))
            yield f"data/{split}-{part:05d}-of-{parts:05d}.parquet", content


def _shard(folder: Path, rows: Iterator[dict[str, Any]]) -> bytes:
    """The content of a Parquet file with these rows and their pictures from ``folder``."""
    file = io.BytesIO()
    charts = (
        (row_text({name: row[name] for name in ROW}), (folder / row["file_name"]).read_bytes(), row["id"])
        for row in rows
    )
    for _ in write_shard(file, charts):
        pass
    return file.getvalue()


def number_of_shards(manifest: dict[str, Any]) -> int:
    """How many files ``shards`` yields."""
    return sum(_parts(manifest).values())


def _parts(manifest: dict[str, Any]) -> dict[str, int]:
    """The number of Parquet files of each split."""
    return {split: math.ceil(counts["charts"] / _size(manifest)) for split, counts in manifest["splits"].items()}


def _size(manifest: dict[str, Any]) -> int:
    """The number of charts in a Parquet file."""
    return chunk_size(sum(split["charts"] for split in manifest["splits"].values()))
