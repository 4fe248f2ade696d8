"""What every kind of file is parsed to."""

from __future__ import annotations

from dataclasses import dataclass

from cryptoai_common.ohlcv.table import Table


@dataclass(frozen=True)
class Parsed:
    """A table; ``kind`` is the kind of file ("CSV", "JSON", "Parquet", "Feather"), ``before`` the lines above it.

    ``notes`` are sentences without a stop about what was done to get it, ``vendor`` is who writes such files, if the
    parser knows. ``chosen``: the table is already that of one symbol of several in the file.
    """

    table: Table
    kind: str
    before: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    vendor: str = ""
    chosen: bool = False
