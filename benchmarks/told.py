"""What measurements have in common: how they end as a command, and how a table shows a share."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from cryptoai_common.errors import UserError
from cryptoai_common.files import write_json

Found = TypeVar("Found")


def tell(measure: Callable[[], Found], table: Callable[[Found], str], json: Path | None) -> int:
    """Measure, print the table, and store the figures in a file ``json`` if there is one; returns the exit code."""
    try:
        found = measure()
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    print(table(found))
    if json:
        write_json(json, found)
    return 0


def in_percent(share: float, interval: Sequence[float], digits: int = 0, of_interval: int = 0) -> str:
    """A share of 0 to 1 with its interval, such as ``61 (56–66)``, with that many decimals."""
    low, high = (f"{100 * each:.{of_interval}f}" for each in interval)
    return f"{100 * share:.{digits}f} ({low}–{high})"
