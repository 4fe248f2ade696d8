"""Which datasets a run was trained on, by their fingerprints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from trainer.runs.directory import CONFIG_NAME, read_resolved


def fingerprints(record: dict[str, Any]) -> list[str]:
    """The fingerprint of each dataset in a ``Mixture.record``."""
    return [part["fingerprint"] for part in record.get("parts", [record])]


def differing_dataset(run: Path, name: str, fingerprint: str | None) -> str | None:
    """A sentence that says that the run was trained on other datasets than ``name``, or None if that is not so.

    Also None if it cannot be known: for a model that was not trained here, or a dataset without a fingerprint.
    """
    if fingerprint is None or not (run / CONFIG_NAME).exists():
        return None
    trained_on = read_resolved(run)["dataset"]
    if fingerprint in fingerprints(trained_on):
        return None
    return (
        f"{run} was trained on {trained_on['name']} (fingerprint {trained_on['fingerprint'][:12]}…),"
        f" and {name} is another dataset ({fingerprint[:12]}…)"
    )
