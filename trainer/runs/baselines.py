"""``baselines.json`` of a run, and the table that the card and the summary show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cryptoai_common.errors import UserError
from cryptoai_common.files import write_json
from cryptoai_common.percent import percent
from trainer.runs.results import accuracy_text

FILE_NAME = "baselines.json"


def write_baselines(run: Path, content: dict[str, Any]) -> None:
    """Write ``baselines.json``: what was scored, and ``entries`` with the scores of each baseline."""
    write_json(run / FILE_NAME, content)


def read_baselines(run: Path) -> dict[str, Any] | None:
    """What ``baselines.json`` holds, None if there is none. Raises UserError if the file is damaged."""
    path = run / FILE_NAME
    try:
        content: dict[str, Any] | None = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
    except ValueError as error:
        raise UserError(f"{path} is damaged ({error}); run `python -m trainer baselines` again") from None
    return content


def table(content: dict[str, Any]) -> str:
    """The scores as a Markdown table, followed by the notes on them."""
    lines = [
        f"| on {content['charts']} charts of {content['dataset']}, {content['split']} | accuracy (95 % interval)"
        " | balanced |",
        "|---|---|---:|",
    ]
    for entry in content["entries"]:
        lines.append(f"| {entry['name']} | {accuracy_text(entry)} | {percent(entry['balanced_accuracy'])} |")
    notes = [f"- {entry['name']}: {entry['note']}." for entry in content["entries"] if entry["note"]]
    return "\n".join([*lines, "", *notes]) if notes else "\n".join(lines)
