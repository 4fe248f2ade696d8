"""The format of a dataset directory: its manifest, its rows, and the fingerprint over all of them.

``dataset_builder`` writes such a directory and ``trainer`` reads it. Pictures are PNG files beside one
``metadata.jsonl`` a split ("imagefolder"), or lie inside Parquet files ("parquet").
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptoai_common.errors import UserError
from cryptoai_common.files import file_hash

MANIFEST = "manifest.json"
SOURCE = "hub.json"  # in a dataset that was fetched from the Hub: repository, revision, commit and date
FORMAT_VERSION = 1
NONE = "none"  # the split of charts without a pattern
SCREENSHOTS = "screenshots"  # the split of whole screens with any number of patterns
UNSEEN_SCREENSHOT = "screenshot_unseen"  # the stage of a screenshot that is held back from training
HELD_BACK_EVERY = 10  # one index in so many is held back
UNSEEN = "test_unseen_styles"  # the split drawn in styles that the other splits leave out
UNLABELLED = (NONE, SCREENSHOTS)  # splits whose charts have no class, each a configuration of its own
PARQUET_ROWS = 100  # rows of a Parquet file held in memory at a time
AGAIN = "restore it, or build the dataset again"

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


class Fingerprint:
    """SHA-256 over every row in order, without its file name: the same for both formats.

    A row carries the SHA-256 of its picture, so the fingerprint covers pictures and metadata.
    """

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, split: str, row: dict[str, Any]) -> None:
        """Add a row as ``read_rows`` yields it."""
        self.add_text(split, row_text(row_content(row)))

    def add_text(self, split: str, text: str) -> None:
        """Add a row that ``row_text`` has encoded already."""
        self._hash.update(f"{split} {text}\n".encode())

    def hexdigest(self) -> str:
        """The fingerprint of what was added so far, in hexadecimal."""
        return self._hash.hexdigest()


def row_content(row: dict[str, Any]) -> dict[str, Any]:
    """A row without the fields that differ between the two formats."""
    return {name: value for name, value in row.items() if name not in ("file_name", "image")}


def row_text(value: Any) -> str:
    """A row, or a value of one, as a line of JSON: equal values give equal text."""
    return _ENCODER.encode(value)


def read_manifest(directory: Path) -> dict[str, Any]:
    """The manifest of a finished dataset. Raises UserError if there is none, or it cannot be read."""
    path = directory / MANIFEST
    if not directory.is_dir():
        raise UserError(f"{directory} is not a directory; build a dataset with `python -m dataset_builder build`")
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        version = manifest["format_version"]
        if version != FORMAT_VERSION:
            raise UserError(f"{path} is of format {version}, this version reads {FORMAT_VERSION}; build it again")
        for split in manifest["splits"].values():
            split["charts"]
        for name in ("classes", "fingerprint", "config", "files"):
            manifest[name]
    except FileNotFoundError:
        raise UserError(
            f"{directory} has no {MANIFEST}, so it is not a finished dataset; start its build again (a folder of"
            " your own pictures has CLASS/PICTURE or train/CLASS/PICTURE, and no metadata)"
        ) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{path} is damaged ({error!r}); restore it, or build the dataset again") from None
    return manifest


def read_source(directory: Path) -> dict[str, str] | None:
    """Where a dataset was fetched from and when, as the fields of hub.json; None if it did not come from the Hub."""
    path = directory / SOURCE
    if not path.exists():
        return None
    source: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return source


def read_rows(directory: Path, manifest: dict[str, Any], split: str) -> Iterator[dict[str, Any]]:
    """Yields the rows of a split in order: with ``file_name``, or with ``image`` if the format is Parquet.

    Raises UserError that names a missing or damaged file.
    """
    if manifest["config"]["format"] == "parquet":
        yield from _parquet_rows(directory, split, manifest["classes"])
        return
    path, number = directory / split / "metadata.jsonl", 1
    try:
        with open(path, encoding="utf-8") as file:
            for line in file:
                yield _checked(json.loads(line))
                number += 1
    except FileNotFoundError:
        raise UserError(f"{path} is missing; {AGAIN}") from None
    except (ValueError, KeyError, TypeError):
        raise UserError(f"{path} line {number} is damaged; {AGAIN}") from None


def picture_problem(directory: Path, split: str, row: dict[str, Any]) -> tuple[str, str | None]:
    """The path of a row's picture, and what is wrong with it: "missing", "altered" or None."""
    if "image" in row:
        whole = hashlib.sha256(row["image"]["bytes"]).hexdigest() == row["sha256"]
        return f"{split} {row['id']}", None if whole else "altered"
    name = f"{split}/{row['file_name']}"
    if not (directory / name).is_file():
        return name, "missing"
    return name, None if file_hash(directory / name) == row["sha256"] else "altered"


def _checked(row: Any) -> dict[str, Any]:
    """The value, if it is a row. Raises TypeError if it is not."""
    if not isinstance(row, dict):
        raise TypeError("a row must be an object")
    return row


def _parquet_rows(directory: Path, split: str, classes: list[str]) -> Iterator[dict[str, Any]]:
    import pyarrow.parquet

    for path in sorted((directory / "data").glob(f"{split}-?????-of-?????.parquet")):
        try:
            for batch in pyarrow.parquet.ParquetFile(path).iter_batches(batch_size=PARQUET_ROWS):
                for row in batch.to_pylist():
                    row = _checked(row)
                    if isinstance(row["label"], int):  # the Hub stores a ClassLabel as its id
                        row["label"] = classes[row["label"]]
                    yield row
        except (OSError, ValueError, KeyError, TypeError, IndexError):  # pyarrow's own errors are ValueErrors
            raise UserError(f"{path} is damaged; {AGAIN}") from None
