"""Datasets as Parquet: written by a build, or made of PNG files for the Hub."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from dataset_builder.storage.manifest import read_rows
from dataset_builder.storage.plan import chunk_size
from dataset_builder.storage.schema import arrow_schema


def with_picture(row: dict, png: bytes) -> dict:
    """A row as a Parquet file holds it."""
    return row | {"image": {"bytes": png, "path": f"{row['id']}.png"}}


def write_shard(rows: list[dict], file: BinaryIO) -> None:
    """Write rows with their pictures as one Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist(rows, arrow_schema()), file, row_group_size=100)


def shards(directory: Path, manifest: dict) -> Iterator[tuple[str, bytes]]:
    """Path and content of each Parquet file of a dataset, one at a time, whatever format it has on disk.

    The files are those that ``build --format parquet`` writes, byte for byte with the same version of pyarrow.
    """
    if manifest["config"]["format"] == "parquet":
        yield from ((name, (directory / name).read_bytes()) for name in manifest["files"])
        return
    for split, parts in _parts(manifest).items():
        rows, folder = read_rows(directory, manifest, split), directory / split
        for part in range(parts):
            portion = list(islice(rows, _size(manifest)))
            file = io.BytesIO()
            write_shard([with_picture(row, (folder / row["file_name"]).read_bytes()) for row in portion], file)
            yield f"data/{split}-{part:05d}-of-{parts:05d}.parquet", file.getvalue()


def number_of_shards(manifest: dict) -> int:
    """How many files ``shards`` yields."""
    return sum(_parts(manifest).values())


def _parts(manifest: dict) -> dict[str, int]:
    return {split: math.ceil(counts["charts"] / _size(manifest)) for split, counts in manifest["splits"].items()}


def _size(manifest: dict) -> int:
    return chunk_size(sum(split["charts"] for split in manifest["splits"].values()))
