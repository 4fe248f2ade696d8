"""The manifest: what a finished dataset says of itself, and the fingerprint of its content."""

from __future__ import annotations

import hashlib
import json
import platform
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path

import dataset_builder
from dataset_builder.config import BuildConfig
from dataset_builder.errors import UserError
from dataset_builder.storage.plan import Members

NAME = "manifest.json"
FORMAT_VERSION = 1
LIBRARIES = ("numpy", "pillow")  # those that settle the bytes of a picture


class Fingerprint:
    """SHA-256 over every row in order, without its file name: the same whatever the files are called or held in.

    A row carries the SHA-256 of its picture, so the fingerprint covers pictures and metadata.
    """

    def __init__(self):
        self._hash = hashlib.sha256()

    def add(self, split: str, row: dict) -> None:
        self.add_text(split, row_text(row_content(row)))

    def add_text(self, split: str, text: str) -> None:
        """The same of a row that is text already."""
        self._hash.update(f"{split} {text}\n".encode())

    def hexdigest(self) -> str:
        return self._hash.hexdigest()


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


def row_content(row: dict) -> dict:
    """A row without what depends on how it is held."""
    return {name: value for name, value in row.items() if name not in ("file_name", "image")}


def row_text(row) -> str:
    """A row, or a value in it, as one line of JSON, always the same for the same values."""
    return _ENCODER.encode(row)


def make_manifest(
    config: BuildConfig,
    classes: tuple[str, ...],
    splits: dict[str, Members],
    marks: Iterable[dict],
    files: dict[str, str],
    fingerprint: str,
) -> dict:
    """Everything about a dataset but its rows. ``marks`` is what the chunks noted, ``files`` the SHA-256 of the files
    that no row names."""
    draws: Counter[str] = Counter()
    rejections: dict[str, Counter[str]] = {}
    for mark in marks:
        draws.update(mark["draws"])
        for name, reasons in mark["rejections"].items():
            rejections.setdefault(name, Counter()).update(reasons)
    return {
        "format_version": FORMAT_VERSION,
        "generator_version": dataset_builder.__version__,
        "config": config.content(),
        "versions": {"python": platform.python_version()} | {name: version(name) for name in LIBRARIES},
        "classes": list(classes),
        "image_size": config.image_size,
        "splits": {split: {"charts": len(members), "classes": members.counts()} for split, members in splits.items()},
        "draws": dict(sorted(draws.items())),
        "rejections": {name: dict(reasons.most_common()) for name, reasons in sorted(rejections.items())},
        "files": files,
        "fingerprint": fingerprint,
    }


def read_manifest(directory: Path) -> dict:
    """The manifest of a finished dataset. Raises UserError where there is none, or one that can't be read."""
    path = directory / NAME
    if not directory.is_dir():
        raise UserError(f"{directory} is not a directory: name a dataset made by 'build'")
    try:
        manifest = json.loads(path.read_text())
        if manifest["format_version"] != FORMAT_VERSION:
            raise UserError(
                f"{path} is of format {manifest['format_version']}, this version reads {FORMAT_VERSION}: build it again"
            )
    except FileNotFoundError as error:
        raise UserError(f"{directory} has no {NAME}: it is not a finished dataset, build it first") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path} is damaged: restore it, or delete {directory} and build it again") from error
    return manifest


def read_rows(directory: Path, manifest: dict, split: str) -> Iterator[dict]:
    """The rows of a split in order, one at a time. Raises UserError where a file is missing or damaged."""
    if manifest["config"]["format"] == "parquet":
        yield from _parquet_rows(directory, split)
        return
    path, number = directory / split / "metadata.jsonl", 1
    try:
        with open(path) as file:
            for line in file:
                yield json.loads(line)
                number += 1
    except FileNotFoundError as error:
        raise UserError(f"{path} is missing: restore it, or delete {directory} and build it again") from error
    except ValueError as error:
        raise UserError(f"{path} line {number} is damaged: restore it, or build the dataset again") from error


def _parquet_rows(directory: Path, split: str) -> Iterator[dict]:
    import pyarrow.parquet as pq

    for path in sorted((directory / "data").glob(f"{split}-?????-of-?????.parquet")):
        try:
            for batch in pq.ParquetFile(path).iter_batches(batch_size=100):
                yield from batch.to_pylist()
        except (OSError, ValueError) as error:
            raise UserError(f"{path} is damaged: restore it, or build the dataset again") from error


def file_hash(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
