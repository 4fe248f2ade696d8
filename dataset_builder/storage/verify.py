"""Is a dataset still what it was when it was finished?"""

from __future__ import annotations

import hashlib
from pathlib import Path

from tqdm import tqdm

from dataset_builder.config import VerifyConfig
from dataset_builder.errors import UserError
from dataset_builder.storage.manifest import NAME, Fingerprint, file_hash, read_manifest, read_rows

FETCHED = "hub.json"  # beside a dataset that came from the Hub: from where


class Altered(UserError):
    """The dataset is not what its manifest says."""

    exit_code = 1


def verify(config: VerifyConfig) -> None:
    """Re-hash everything. Raises Altered that names what was altered, is missing or is too much."""
    directory, manifest = config.directory, read_manifest(config.directory)
    problems = list(_problems(directory, manifest))
    for problem in problems:
        print(problem)
    if problems:
        raise Altered(f"{directory} is not as it was built ({len(problems)} files): restore them, or build it again")
    print(f"{directory} is as it was built, fingerprint {manifest['fingerprint']}")


def _problems(directory: Path, manifest: dict):
    """One line for each file that is not as it was. A damaged list of rows is told once, not for every row."""
    expected = {NAME, "README.md", FETCHED, *manifest["files"]}
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
            expected.add(path)
            if problem:
                yield f"{problem}: {path}"
        if fingerprint.hexdigest() != manifest["fingerprint"]:
            yield f"altered: {NAME}"
        for path in sorted(directory.rglob("*")):
            name = path.relative_to(directory).as_posix()
            if path.is_file() and name not in expected and not name.startswith("audit/"):
                yield f"extra: {name}"


def _check_rows(directory: Path, manifest: dict, fingerprint: Fingerprint):
    """The path of every picture (or of the shard's row) and what is wrong with it, if anything."""
    total = sum(split["charts"] for split in manifest["splits"].values())
    with tqdm(total=total, unit="chart", desc="verifying", leave=False) as progress:
        for split in manifest["splits"]:
            for row in read_rows(directory, manifest, split):
                fingerprint.add(split, row)
                progress.update()
                yield _check_picture(directory, split, row)


def _check_picture(directory: Path, split: str, row: dict) -> tuple[str, str | None]:
    if "image" in row:
        whole = hashlib.sha256(row["image"]["bytes"]).hexdigest() == row["sha256"]
        return f"{split} {row['id']}", None if whole else "altered"
    name = f"{split}/{row['file_name']}"
    if not (directory / name).is_file():
        return name, "missing"
    return name, None if file_hash(directory / name) == row["sha256"] else "altered"
