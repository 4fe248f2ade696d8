"""Several datasets as one: those of dataset_builder, and folders of a user's own pictures."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import datasets

from cryptoai_common.dataset import MANIFEST, NONE
from cryptoai_common.errors import UserError
from trainer.data.charts import label_ids, load_split
from trainer.data.folder import check_pictures, describe_pictures, find_pictures
from trainer.data.listed import metadata_of
from trainer.data.manifest import Manifest, read_manifest, verify
from trainer.data.targets import PIVOT_COLUMNS, READ_CHART_COLUMNS
from trainer.data.without_pattern import load_without_pattern

# Columns that training uses. In a user's own pictures all but the image are missing, which makes them null.
TRAINING_COLUMNS = ("image", *READ_CHART_COLUMNS, *PIVOT_COLUMNS)


@dataclass(frozen=True)
class Mixture:
    """One or more datasets, each with its manifest."""

    directories: tuple[Path, ...]
    manifests: tuple[Manifest, ...]

    @property
    def classes(self) -> tuple[str, ...]:
        """The class names of all datasets; those of the first dataset come first."""
        return tuple(dict.fromkeys(name for manifest in self.manifests for name in manifest.classes))

    def having(self, split: str) -> list[Path]:
        """The directories of the datasets that have charts in ``split``."""
        return [each for each, known in zip(self.directories, self.manifests, strict=True) if known.splits.get(split)]

    def charts(self, split: str) -> tuple[datasets.Dataset, list[int]]:
        """The charts of a split in all datasets, and the index of each one's class in ``classes``."""
        parts, labels = [], []
        for directory in self.having(split):
            rows = load_split(directory, split)
            labels += label_ids(rows, self.classes)
            parts.append(rows.select_columns([name for name in TRAINING_COLUMNS if name in rows.column_names]))
        return datasets.concatenate_datasets(parts), labels

    def without_pattern(self, share: Callable[[datasets.Dataset], datasets.Dataset]) -> datasets.Dataset | None:
        """The charts without a pattern that ``share`` selects from each dataset, or None if no dataset has any."""
        parts = [share(load_without_pattern(directory)) for directory in self.having(NONE)]
        return datasets.concatenate_datasets(parts) if parts else None

    def record(self) -> dict[str, Any]:
        """The entry ``dataset`` of ``config_resolved.yaml``; its ``parts`` describe each one if there are several."""
        parts = [{key: value for key, value in asdict(each).items() if key != "classes"} for each in self.manifests]
        if len(parts) == 1:
            return parts[0]
        names = dict.fromkeys(split for part in parts for split in part["splits"])
        return {
            "name": " + ".join(part["name"] for part in parts),
            "fingerprint": hashlib.sha256("".join(part["fingerprint"] for part in parts).encode()).hexdigest(),
            "splits": {name: sum(part["splits"].get(name, 0) for part in parts) for name in names},
            "parts": parts,
        }


def read_mixture(directories: tuple[Path, ...]) -> Mixture:
    """Read and check all datasets. Raises UserError if one is no dataset, was altered or is unreadable."""
    manifests = [checked_manifest(directory) for directory in directories]
    names = [manifest.name for manifest in manifests]
    for name in names:
        if names.count(name) > 1:
            raise UserError(f"two datasets are called {name!r}; rename the directory of one, or give it once")
    return Mixture(directories, tuple(manifests))


def checked_manifest(directory: Path) -> Manifest:
    """What ``read_any`` returns, checked by ``check``. Raises UserError as they do."""
    manifest = read_any(directory)
    check(directory, manifest)
    return manifest


def read_any(directory: Path) -> Manifest:
    """The manifest of a dataset, or one made for a folder of a user's pictures. Raises UserError if it is neither."""
    found = find_pictures(directory)
    if found:
        return describe_pictures(directory, found)
    listing = metadata_of(directory) if not (directory / MANIFEST).exists() else None
    if listing is not None:
        raise UserError(
            f"{directory} lists its pictures in {listing.name}, which is read for evaluation only; put the"
            " pictures into CLASS/ or SPLIT/CLASS/ and remove that file"
        )
    return read_manifest(directory)


def check(directory: Path, manifest: Manifest) -> None:
    """Raises UserError if a dataset differs from its manifest, or a user's own picture cannot be read."""
    found = find_pictures(directory)
    if found:
        check_pictures(found)
    else:
        verify(directory)
