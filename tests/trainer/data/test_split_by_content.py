"""Own pictures without splits are divided by what is in the files: no name or place leads a copy into another split."""

import hashlib
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from trainer.data.folder import find_pictures

PICTURES = 60
SEED = 1


@pytest.fixture
def folder(tmp_path) -> Path:
    rng = np.random.default_rng(SEED)
    for i in range(PICTURES):
        path = tmp_path / "mine" / "ab"[i % 2] / f"{i}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (16, 16, 3), dtype=np.uint8)).save(path)
    return tmp_path / "mine"


def splits(directory: Path) -> dict[str, str]:
    """The split of each content."""
    found = find_pictures(directory)
    return {
        hashlib.sha256(path.read_bytes()).hexdigest(): split
        for split, pictures in found.items()
        for _, path in pictures
    }


def rename_files(folder: Path) -> Path:
    for path in list(folder.rglob("*.png")):
        path.rename(path.with_name(f"renamed {path.stem}.png"))
    return folder


def rename_classes(folder: Path) -> Path:
    for name in "ab":
        (folder / name).rename(folder / f"class {name}")
    return folder


def move(folder: Path) -> Path:
    return Path(shutil.move(folder, folder.with_name("moved")))


def number_anew(folder: Path) -> Path:
    """The same names, each with another's content."""
    paths = sorted(folder.rglob("*.png"))
    contents = [path.read_bytes() for path in paths]
    for path, content in zip(paths, contents[1:] + contents[:1], strict=True):
        path.write_bytes(content)
    return folder


@pytest.mark.parametrize(
    "change", [rename_files, rename_classes, move, number_anew], ids=lambda change: change.__name__
)
def test_the_split_stays_with_the_content(folder, change):
    before = splits(folder)
    assert len(before) == PICTURES and len(set(before.values())) == 3
    assert splits(change(folder)) == before


def test_other_pictures_under_the_same_names_are_divided_otherwise(folder):
    before = splits(folder)
    order = [before[hashlib.sha256(path.read_bytes()).hexdigest()] for path in sorted(folder.rglob("*.png"))]
    for path in folder.rglob("*.png"):
        with Image.open(path) as picture:
            Image.fromarray(255 - np.asarray(picture)).save(path)
    after = splits(folder)
    assert order != [after[hashlib.sha256(path.read_bytes()).hexdigest()] for path in sorted(folder.rglob("*.png"))]
