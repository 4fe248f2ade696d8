"""Which datasets a run was trained on, by their fingerprints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from trainer.runs.directory import CONFIG_NAME, read_resolved


def fingerprints(record: dict[str, Any]) -> list[str]:
    """Of each dataset in a ``Mixture.record``."""
    return [part["fingerprint"] for part in record.get("parts", [record])]


def differing_dataset(run: Path, name: str, fingerprint: str | None) -> str | None:
    """What to say of a dataset if it is not one that the run was trained on.

    None if it is, or if either is not known: a model of somebody else, or a folder of pictures.
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
