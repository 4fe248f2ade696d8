"""What was measured of a run beyond its own datasets: `python -m benchmarks.measured` writes it, cards show it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cryptoai_common.errors import UserError

FILE_NAME = "measured.json"  # in the run


def read_measured(run: Path) -> dict[str, Any] | None:
    """``version``, ``date`` and ``rows``, of which each is ``what`` was measured and the text of its ``figures``; None
    if nothing was measured. Raises UserError for a file that does not hold that."""
    file = run / FILE_NAME
    if not file.is_file():
        return None
    try:
        told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return {
            "version": str(told["version"]),
            "date": str(told["date"]),
            "rows": [{"what": str(row["what"]), "figures": str(row["figures"])} for row in told["rows"]],
        }
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{file} is damaged ({error!r}); delete it, or measure again with `python -m benchmarks.measured`"
        ) from None


def section(run: Path) -> str:
    """The table for a run's card; empty if nothing was measured. Raises UserError for a damaged file."""
    measured = read_measured(run)
    if measured is None:
        return ""
    lines = [
        "## Measured on everything at once",
        "",
        f"By version {measured['version']}, {measured['date']}; percent with 95 % intervals. Nothing here was trained"
        " on.",
        "",
        "| what | figures |",
        "|---|---|",
        *(f"| {row['what']} | {row['figures']} |" for row in measured["rows"]),
    ]
    return "\n".join(lines)
