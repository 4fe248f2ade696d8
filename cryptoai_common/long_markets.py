"""The format of a directory of long markets without pictures: Parquet files and a list of them, with their hashes.

``dataset_builder markets`` writes such a directory and the finder's span network learns from it. A row is a market:
``high``, ``low`` and ``close`` of each candle, in any unit; ``line``, whether a chart of it shows closes only; and
``patterns`` and ``overlapping``, each pattern with its class and its first and last candle, counted from 0.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptoai_common.errors import UserError
from cryptoai_common.files import file_hash

if TYPE_CHECKING:
    import pyarrow

LIST = "markets.json"  # configuration, classes, and the SHA-256 of each file
FORMAT_VERSION = 1
AGAIN = "make it again with `python -m dataset_builder markets`"


@dataclass(frozen=True)
class MarketList:
    """What ``markets.json`` says. ``files`` maps each file to its SHA-256."""

    classes: tuple[str, ...]
    config: dict[str, Any]
    files: dict[str, str]

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the hashes of all files, in order."""
        return hashlib.sha256("".join(self.files.values()).encode()).hexdigest()


def schema() -> pyarrow.Schema:
    """The columns of a file."""
    import pyarrow as pa

    prices = pa.list_(pa.float32())
    pattern = pa.struct([("label", pa.string()), ("first", pa.int32()), ("last", pa.int32())])
    return pa.schema(
        [
            ("high", prices),
            ("low", prices),
            ("close", prices),
            ("line", pa.bool_()),
            ("patterns", pa.list_(pattern)),
            ("overlapping", pa.list_(pattern)),
        ]
    )


def read_list(directory: Path) -> MarketList:
    """Read ``markets.json``. Raises UserError if there is none, or it cannot be read."""
    path = directory / LIST
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if found["format_version"] != FORMAT_VERSION:
            raise UserError(
                f"{path} is of format {found['format_version']}, this version reads {FORMAT_VERSION}: {AGAIN}"
            )
        return MarketList(tuple(found["classes"]), dict(found["config"]), dict(found["files"]))
    except (FileNotFoundError, NotADirectoryError):
        raise UserError(f"{directory} has no {LIST}, so it holds no finished markets: {AGAIN}") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path} is damaged ({error!r}): {AGAIN}") from None


def read_long_markets(directory: Path) -> tuple[MarketList, pyarrow.Table]:
    """All markets of a directory, in order. Raises UserError for a file that is missing or altered."""
    import pyarrow as pa
    from pyarrow.parquet import read_table

    known = read_list(directory)
    tables = []
    for name, sha256 in known.files.items():
        path = directory / name
        if not path.is_file():
            raise UserError(f"{path} is missing: restore it, or {AGAIN}")
        if file_hash(path) != sha256:
            raise UserError(f"{path} was altered since it was made: restore it, or {AGAIN}")
        tables.append(read_table(path))
    return known, pa.concat_tables(tables)
