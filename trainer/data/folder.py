"""A user's own labelled pictures: an ImageFolder of TRAIN/CLASS/PICTURE, or of CLASS/PICTURE, which is split here."""

from __future__ import annotations

import hashlib
from pathlib import Path

import datasets

from cryptoai_common.dataset import MANIFEST
from cryptoai_common.errors import UserError
from trainer.data.manifest import Manifest
from trainer.data.picture import open_rgb

SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff"}
SPLITS = {"train": "train", "validation": "validation", "valid": "validation", "val": "validation", "test": "test"}
HELD_BACK = 0.1  # share of the pictures for validation, and as much again for the test split
NAMED = 5  # unreadable pictures in one sentence

Pictures = dict[str, list[tuple[str, Path]]]  # split -> (class, file)


def find_pictures(directory: Path) -> Pictures:
    """The pictures of each split, in order; empty if ``directory`` is no plain ImageFolder, or has metadata of its own.

    Without splits, 80 % of the pictures train, 10 % validate and 10 % test, by their content: a picture keeps its place
    whatever is added, and copies of it stay together. Raises UserError for a folder with and without splits.
    """
    if (directory / MANIFEST).exists() or any(directory.glob("metadata.*")) or any(directory.glob("*/metadata.*")):
        return {}
    split = {folder: name for folder, name in SPLITS.items() if _classes(directory / folder)}
    bare = [folder for folder in _classes(directory) if folder.name not in split]
    if split and bare:
        raise UserError(
            f"{directory} has pictures in {bare[0].name} and in {next(iter(split))}/…; put all into splits, or none"
        )
    found: Pictures = {}
    for folder, name in split.items():
        found.setdefault(name, []).extend(_labelled(directory / folder))
    for label, picture in _labelled(directory) if bare else ():
        found.setdefault(_place(picture), []).append((label, picture))
    return {name: found[name] for name in ("train", "validation", "test") if name in found}


def load_pictures(found: Pictures) -> datasets.DatasetDict:
    """Columns ``image`` (undecoded) and ``label`` (its name) of each split."""
    features = datasets.Features({"image": datasets.Image(decode=False), "label": datasets.Value("string")})
    splits = {}
    for split, pictures in found.items():
        images = [{"path": str(path), "bytes": None} for _, path in pictures]
        table = {"image": images, "label": [label for label, _ in pictures]}
        splits[split] = datasets.Dataset.from_dict(table, features=features)
    return datasets.DatasetDict(splits)


def describe_pictures(directory: Path, found: Pictures) -> Manifest:
    """As ``read_manifest``, from the files: the fingerprint is over every picture's split, class and sha256."""
    lines = [f"{split} {label} {_sha256(path)}" for split, pictures in found.items() for label, path in pictures]
    classes = {label for pictures in found.values() for label, _ in pictures}
    splits = {split: len(pictures) for split, pictures in found.items()}
    fingerprint = hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
    return Manifest(directory.resolve().name, tuple(sorted(classes)), splits, fingerprint)


def check_pictures(found: Pictures) -> None:
    """Decode every picture. Raises UserError that names those that cannot be read."""
    faults = []
    for _, path in (picture for pictures in found.values() for picture in pictures):
        try:
            open_rgb(path)
        except UserError as error:
            faults.append(str(error))
    if len(faults) == 1:
        raise UserError(faults[0])
    if faults:
        more = f", and {len(faults) - NAMED} more" if len(faults) > NAMED else ""
        raise UserError(f"{len(faults)} pictures cannot be read: {'; '.join(faults[:NAMED])}{more}")


def _classes(directory: Path) -> list[Path]:
    """The folders that hold pictures."""
    if not directory.is_dir():
        return []
    return sorted(folder for folder in directory.iterdir() if folder.is_dir() and _pictures(folder))


def _pictures(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES and not p.name.startswith("."))


def _labelled(directory: Path) -> list[tuple[str, Path]]:
    return [(folder.name, picture) for folder in _classes(directory) for picture in _pictures(folder)]


def _place(picture: Path) -> str:
    share = int(_sha256(picture)[:8], 16) / 2**32
    return "validation" if share < HELD_BACK else "test" if share < 2 * HELD_BACK else "train"


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}); check its permissions") from None
