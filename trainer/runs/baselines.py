"""``baselines.json`` of a run, and the table that the card and the summary show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cryptoai_common.errors import UserError
from cryptoai_common.files import write_json
from trainer.runs.results import accuracy_text

FILE_NAME = "baselines.json"


def write_baselines(run: Path, content: dict[str, Any]) -> None:
    write_json(run / FILE_NAME, content)


def read_baselines(run: Path) -> dict[str, Any] | None:
    """None if they were not measured. Raises UserError if the file is damaged."""
    path = run / FILE_NAME
    try:
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
    except ValueError as error:
        raise UserError(f"{path} is damaged ({error}); run `python -m trainer baselines` again") from None


def table(content: dict[str, Any]) -> str:
    """Markdown, with a line for each note."""
    lines = [
        f"| on {content['charts']} charts of {content['dataset']}, {content['split']} | accuracy (95 % interval)"
        " | balanced |",
        "|---|---|---:|",
    ]
    for entry in content["entries"]:
        lines.append(f"| {entry['name']} | {accuracy_text(entry)} | {entry['balanced_accuracy']:.1%} |")
    notes = [f"- {entry['name']}: {entry['note']}." for entry in content["entries"] if entry["note"]]
    return "\n".join([*lines, "", *notes]) if notes else "\n".join(lines)
