"""The manifest of a dataset directory as training uses it, and the check that no file is missing or altered."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cryptoai_common.dataset import Fingerprint, picture_problem, read_rows, read_source
from cryptoai_common.dataset import read_manifest as read_stored
from cryptoai_common.errors import UserError


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
    """The manifest of a dataset directory. Raises UserError if it is not a finished dataset."""
    stored, fetched = read_stored(directory), read_source(directory)
    return Manifest(
        name=directory.resolve().name,
        classes=tuple(stored["classes"]),
        splits={split: entry["charts"] for split, entry in stored["splits"].items()},
        fingerprint=stored["fingerprint"],
        source={key: fetched[key] for key in ("repo", "revision", "commit")} if fetched else None,
    )


def verify(directory: Path) -> None:
    """Check every picture's SHA-256, every split's number of charts, and the fingerprint over all metadata.

    Raises UserError that names the first file that is missing or altered. ``python -m dataset_builder verify`` lists
    all of them.
    """
    stored, fingerprint = read_stored(directory), Fingerprint()
    for split, entry in stored["splits"].items():
        found = 0
        for row in read_rows(directory, stored, split):
            name, problem = picture_problem(directory, split, row)
            if problem:
                verb = "is missing" if problem == "missing" else "was altered since the dataset was built"
                raise UserError(f"{directory / name} {verb}; restore it, or build the dataset again")
            fingerprint.add(split, row)
            found += 1
        if found != entry["charts"]:
            raise UserError(
                f"{directory / split} has {found} charts, but the manifest says {entry['charts']};"
                " build the dataset again"
            )
    if fingerprint.hexdigest() != stored["fingerprint"]:
        raise UserError(f"the metadata of {directory} was altered since it was built; build the dataset again")
