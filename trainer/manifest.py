"""The dataset directory that training needs: read its manifest, and check that nothing in it was lost or altered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet

from trainer.errors import UserError

SOURCE = "hub.json"


@dataclass(frozen=True)
class Manifest:
    """What ``manifest.json`` says. ``splits`` maps each split to its number of charts.

    ``source`` is where on the Hub a dataset was fetched from: ``repo``, ``revision`` and ``commit``.
    """

    name: str
    classes: tuple[str, ...]
    splits: dict[str, int]
    fingerprint: str
    source: dict[str, str] | None = None


def read_manifest(directory: Path) -> Manifest:
    """Raises UserError if ``directory`` is not a finished dataset."""
    path = directory / "manifest.json"
    if not directory.is_dir():
        raise UserError(f"{directory} is not a directory; build a dataset with `python -m dataset_builder build`")
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        splits = {split: entry["charts"] for split, entry in stored["splits"].items()}
        name, classes = directory.resolve().name, tuple(stored["classes"])
        fetched = read_source(directory)
        source = {key: fetched[key] for key in ("repo", "revision", "commit")} if fetched else None
        return Manifest(name, classes, splits, stored["fingerprint"], source)
    except FileNotFoundError:
        raise UserError(
            f"{directory} has no manifest.json, so it is not a finished dataset; start its build again (a folder of"
            " your own pictures has CLASS/PICTURE or train/CLASS/PICTURE, and no metadata)"
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{path} cannot be read ({error!r}); build the dataset again") from None


def read_source(directory: Path) -> dict[str, str] | None:
    """Where a dataset was fetched from, and when; None if it did not come from the Hub."""
    path = directory / SOURCE
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def verify(directory: Path, manifest: Manifest) -> None:
    """Check every picture's sha256, every split's number of charts, and the fingerprint over all metadata.

    Raises UserError that names the first file that is missing or altered.
    """
    fingerprint = hashlib.sha256()
    for split, charts in manifest.splits.items():
        found = 0
        for row, content, name in _rows(directory, split, manifest.classes):
            if hashlib.sha256(content).hexdigest() != row.get("sha256"):
                raise UserError(f"{name} was altered since the dataset was built; build the dataset again")
            line = json.dumps(row, sort_keys=True, separators=(",", ":"))
            fingerprint.update(f"{split} {line}\n".encode())
            found += 1
        if found != charts:
            raise UserError(
                f"{directory / split} has {found} charts, but the manifest says {charts}; build the dataset again"
            )
    if fingerprint.hexdigest() != manifest.fingerprint:
        raise UserError(f"the metadata of {directory} was altered since it was built; build the dataset again")


def _rows(directory: Path, split: str, classes: tuple[str, ...]) -> Iterator[tuple[dict, bytes, str]]:
    """Each chart of a split in order: its row without ``file_name``, its picture's bytes, and what to call it."""
    shards = sorted((directory / "data").glob(f"{split}-*-of-*.parquet"))
    return _parquet_rows(shards, classes) if shards else _folder_rows(directory / split)


def _folder_rows(folder: Path) -> Iterator[tuple[dict, bytes, str]]:
    metadata = folder / "metadata.jsonl"
    try:
        with metadata.open(encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                picture = folder / row.pop("file_name")
                yield row, picture.read_bytes(), str(picture)
    except FileNotFoundError as error:
        raise UserError(f"{error.filename} is missing; build the dataset again") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{metadata} cannot be read ({error!r}); build the dataset again") from None


def _parquet_rows(shards: list[Path], classes: tuple[str, ...]) -> Iterator[tuple[dict, bytes, str]]:
    for shard in shards:
        try:
            for batch in pyarrow.parquet.ParquetFile(shard).iter_batches(batch_size=256):
                for row in batch.to_pylist():
                    row.pop("file_name", None)
                    image = row.pop("image")
                    if isinstance(row["label"], int):  # a ClassLabel is stored as its id
                        row["label"] = classes[row["label"]]
                    yield row, image["bytes"], f"{image['path']} in {shard}"
        except (OSError, pyarrow.ArrowException, KeyError, IndexError, TypeError) as error:
            raise UserError(f"{shard} cannot be read ({error}); build the dataset again") from None
