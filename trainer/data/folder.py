"""A user's own labelled pictures: an ImageFolder of TRAIN/CLASS/PICTURE, or of CLASS/PICTURE, which is split here."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

import datasets
from PIL import Image

from cryptoai_common.dataset import MANIFEST
from cryptoai_common.errors import UserError
from trainer.data.folder_tree import Folder, LeftOut, read_tree, some_of
from trainer.data.manifest import Manifest
from trainer.data.picture import open_rgb, say_once

# What people call the splits, in any case, and what we do.
SPLITS = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("validation", "valid", "val", "dev", "eval", "evaluation"), "validation"),
    **dict.fromkeys(("test", "testing"), "test"),
}
METADATA = ("metadata.csv", "metadata.jsonl", "metadata.parquet")  # of the ``datasets`` library, which reads it then
HELD_BACK = 0.1  # share of the pictures for validation, and as much again for the test split
NAMED = 5  # pictures at fault in one sentence

Pictures = dict[str, list[tuple[str, Path]]]  # split -> (class, file)


def find_pictures(directory: Path, notice: Callable[[str], None] = say_once) -> Pictures:
    """The pictures of each split, in order; empty if ``directory`` is no plain ImageFolder, or has metadata of its own.

    Without splits, 80 % of the pictures train, 10 % validate and 10 % test, by their content: a picture keeps its place
    whatever is added, and copies of it stay together. Pictures in a folder within a class's are of that class.
    ``notice`` is given a sentence about what is left out, and about each split or class that is read from a folder
    of another name. Raises UserError for a layout that can be read in two ways.
    """
    if (
        not directory.is_dir()
        or (directory / MANIFEST).exists()
        or any((folder / name).exists() for folder in (directory, *directory.glob("*/")) for name in METADATA)
    ):
        return {}
    tree, left_out = read_tree(directory)
    if not tree.folders:
        if left_out.tools:  # or a folder of which each class is called like a tool's would be none, in silence
            notice(str(LeftOut(tools=left_out.tools).sentence(directory)))
        return {}
    splits = _splits(tree)
    if splits:
        classes = [folder for split in splits.values() for folder in split.folders]
        left_out.loose = [_name(tree, path) for each in (tree, *splits.values()) for path in each.pictures]
    else:
        classes = tree.folders
        left_out.loose = [_name(tree, path) for path in tree.pictures]
    _refuse_two_readings(tree, classes)
    sentences = [
        left_out.sentence(directory),
        *(_renamed(tree, split, folder) for split, folder in splits.items()),
        _nested(tree, classes),
    ]
    for sentence in filter(None, sentences):
        notice(sentence)
    found: Pictures = {}
    for split, folder in splits.items():
        found[split] = _labelled(folder.folders)
    for label, picture in () if splits else _labelled(classes):
        found.setdefault(_place(picture), []).append((label, picture))
    unlearnt = sorted({folder.name for folder in classes} - {label for label, _ in found.get("train", ())})
    if "train" in found and unlearnt:
        notice(
            f"{directory}: no picture of {some_of(unlearnt)} is in the split train, so that none of it is learnt here"
        )
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


Place = tuple[str, str, Path | bytes, str]  # split, class, picture, and what errors call it


def check_pictures(found: Pictures) -> None:
    """``check_places`` for the pictures in folders."""
    check_places((split, label, path, str(path)) for split, pictures in found.items() for label, path in pictures)


def check_places(pictures: Iterable[Place]) -> None:
    """Decode every picture. Raises UserError that names those that cannot be read, or that are of two classes or splits
    at once (the same size and pixels, however they are stored)."""
    faults = []
    places: dict[bytes, dict[tuple[str, str], str]] = defaultdict(dict)
    for split, label, source, name in pictures:
        try:
            picture = open_rgb(source, name, notice=say_once)
        except UserError as error:
            faults.append(str(error))
        else:
            places[_digest(picture)].setdefault((split, label), name)
    if faults:
        _refuse(faults, "pictures cannot be read")
    _refuse([_clash(copies) for copies in places.values() if len(copies) > 1], "pictures are in two places")


def _refuse(faults: list[str], what: str) -> None:
    if len(faults) == 1:
        raise UserError(faults[0])
    if faults:
        more = f", and {len(faults) - NAMED} more" if len(faults) > NAMED else ""
        raise UserError(f"{len(faults)} {what}: {'; '.join(faults[:NAMED])}{more}")


def _digest(picture: Image.Image) -> bytes:
    return hashlib.sha256(repr(picture.size).encode() + picture.tobytes()).digest()


def _clash(copies: dict[tuple[str, str], str]) -> str:
    ((split, label), path), ((other_split, other_label), other) = list(copies.items())[:2]
    both = (label, other_label) if label != other_label else (f"split {split}", f"split {other_split}")
    return f"{path} and {other} are the same picture, once in {both[0]} and once in {both[1]}; remove one"


def _splits(tree: Folder) -> dict[str, Folder]:
    """The folders that are splits, by our names for them. Raises UserError if some folders are and others are not."""
    splits: dict[str, Folder] = {}
    named = [folder for folder in tree.folders if folder.name.lower() in SPLITS]
    for folder in named:
        if not folder.folders:
            raise UserError(
                f"{folder.path} is called like a split and has no folder for each class; its pictures belong into"
                f" {folder.name}/CLASS/"
            )
        split = SPLITS[folder.name.lower()]
        if split in splits:
            raise UserError(f"{splits[split].path} and {folder.path} both mean the split {split}; put them into one")
        splits[split] = folder
    others = [folder for folder in tree.folders if folder not in named]
    if splits and others:
        first, split = others[0].name, named[0].name
        raise UserError(
            f"{tree.path} has pictures in {first} and in {split}/…; put all into splits, or none (splits are train,"
            " validation and test)"
        )
    return splits


def _refuse_two_readings(tree: Folder, classes: list[Folder]) -> None:
    """Raises UserError if it cannot be told which folders are the classes."""
    if not any(folder.pictures for folder in classes):
        example = _name(tree, classes[0].all_pictures()[0])
        raise UserError(
            f"{tree.path} has its pictures in folders within folders, such as {example}, and the classes may be either;"
            " put the pictures into CLASS/ or SPLIT/CLASS/"
        )
    names = {folder.name for folder in classes}
    for folder in classes:
        for inner in folder.within():
            if inner.name in names or inner.name.lower() in SPLITS:
                raise UserError(
                    f"{inner.path} may be of class {folder.name} or hold another class or split; put its pictures into"
                    " CLASS/ or SPLIT/CLASS/"
                )
    alike: dict[str, str] = {}
    for name in sorted(names):
        composed = unicodedata.normalize("NFC", name)  # macOS and others store é in two ways
        first = alike.setdefault(composed.strip().casefold().replace(" ", "_").replace("-", "_"), name)
        if first != name:
            if composed == unicodedata.normalize("NFC", first):
                raise UserError(
                    f"{tree.path} has two classes {composed!r} whose names are stored as {first!a} and {name!a};"
                    " rename one, or join them"
                )
            raise UserError(f"{tree.path} has a class {first!r} and a class {name!r}; rename one, or join them")


def _renamed(tree: Folder, split: str, folder: Folder) -> str | None:
    if folder.name == split:
        return None
    return f"{tree.path}: {folder.name} is read as the split {split}, {_number(folder.folders)}"


def _nested(tree: Folder, classes: list[Folder]) -> str | None:
    nested = [
        f"{_number([inner])} of {_name(tree, inner.path)} as class {folder.name}"
        for folder in classes
        for inner in folder.folders
    ]
    return f"{tree.path}: read {'; '.join(nested)}" if nested else None


def _number(folders: Iterable[Folder]) -> str:
    number = sum(len(folder.all_pictures()) for folder in folders)
    return f"{number} picture{'s' * (number != 1)}"


def _name(tree: Folder, path: Path) -> str:
    return path.relative_to(tree.path).as_posix()


def _labelled(classes: list[Folder]) -> list[tuple[str, Path]]:
    return [(folder.name, picture) for folder in classes for picture in folder.all_pictures()]


def _place(picture: Path) -> str:
    share = int(_sha256(picture)[:8], 16) / 2**32
    return "validation" if share < HELD_BACK else "test" if share < 2 * HELD_BACK else "train"


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}); check its permissions") from None
