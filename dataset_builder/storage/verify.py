"""Check that a dataset is still what it was when it was finished."""

from __future__ import annotations

import hashlib
import os
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from cryptoai_common.dataset import MANIFEST, SOURCE, Fingerprint, picture_problem, read_manifest, read_rows
from cryptoai_common.errors import CheckFailed
from cryptoai_common.files import file_hash
from dataset_builder.config import VerifyConfig


class Altered(CheckFailed):
    """The dataset is not what its manifest says."""


def verify(config: VerifyConfig) -> None:
    """Hash every file again. Prints each file that was altered, is missing or was added, and raises Altered."""
    directory, manifest = config.directory, read_manifest(config.directory)
    problems = list(_problems(directory, manifest))
    for problem in problems:
        print(problem)
    if problems:
        raise Altered(f"{directory} is not as it was built ({len(problems)} files): restore them, or build it again")
    print(f"{directory} is as it was built, fingerprint {manifest['fingerprint']}")


def _problems(directory: Path, manifest: dict[str, Any]) -> Iterator[str]:
    """One line for each file that is not as it was. A damaged list of rows is told once, not for every row."""
    expected = array("Q", map(_key, (MANIFEST, "README.md", SOURCE, *manifest["files"])))
    damaged = False
    for name, sha256 in manifest["files"].items():
        if not (directory / name).is_file():
            damaged = True
            yield f"missing: {name}"
        elif file_hash(directory / name) != sha256:
            damaged = True
            yield f"altered: {name}"
    if not damaged:
        fingerprint = Fingerprint()
        for path, problem in _check_rows(directory, manifest, fingerprint):
            expected.append(_key(path))
            if problem:
                yield f"{problem}: {path}"
        if fingerprint.hexdigest() != manifest["fingerprint"]:
            yield f"altered: {MANIFEST}"
        keys = np.sort(np.frombuffer(expected, np.uint64))
        for name in _files(directory):
            place = np.searchsorted(keys, key := np.uint64(_key(name)))
            if (place == len(keys) or keys[place] != key) and not name.startswith("audit/"):
                yield f"extra: {name}"


def _files(directory: Path) -> Iterator[str]:
    """Every file under a directory by its relative name, a folder at a time."""
    for folder, folders, names in os.walk(directory):
        folders.sort()
        yield from ((Path(folder) / name).relative_to(directory).as_posix() for name in sorted(names))


def _key(name: str) -> int:
    """A name in eight bytes: those of a large dataset are many."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest())


def _check_rows(
    directory: Path, manifest: dict[str, Any], fingerprint: Fingerprint
) -> Iterator[tuple[str, str | None]]:
    """The path of every picture (or of the shard's row) and what is wrong with it, if anything."""
    total = sum(split["charts"] for split in manifest["splits"].values())
    with tqdm(total=total, unit="chart", desc="verifying", leave=False) as progress:
        for split in manifest["splits"]:
            for row in read_rows(directory, manifest, split):
                fingerprint.add(split, row)
                progress.update()
                yield picture_problem(directory, split, row)
