import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cryptoai_common.errors import UserError
from trainer.data.charts import load_splits
from trainer.data.folder import check_pictures, describe_pictures, find_pictures


def _draw(path: Path, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)


@pytest.fixture
def bare(tmp_path) -> Path:
    """60 pictures of two classes, without splits."""
    for i in range(60):
        _draw(tmp_path / "mine" / ("breakout" if i % 2 else "wedge") / f"test {i}.png", i)
    return tmp_path / "mine"


def test_without_splits_the_content_decides(bare):
    before = {path: split for split, pictures in find_pictures(bare).items() for _, path in pictures}
    sizes = {split: list(before.values()).count(split) for split in ("train", "validation", "test")}
    assert len(before) == 60 and 40 <= sizes["train"] <= 56 and min(sizes.values()) >= 1
    shutil.copy(bare / "wedge" / "test 0.png", bare / "breakout" / "copy.png")
    _draw(bare / "wedge" / "new.png", 99)
    after = {path: split for split, pictures in find_pictures(bare).items() for _, path in pictures}
    assert after.items() >= before.items(), "a picture changed its split"
    assert after[bare / "breakout" / "copy.png"] == before[bare / "wedge" / "test 0.png"]


def test_splits_are_those_of_the_folders(tmp_path):
    for i, place in enumerate(("train/a", "train/b", "val/a")):
        _draw(tmp_path / place / "x.jpg", i)
    splits = load_splits(tmp_path)
    assert {split: rows["label"][:] for split, rows in splits.items()} == {"train": ["a", "b"], "validation": ["a"]}


def test_the_fingerprint_is_of_pictures_classes_and_splits(bare):
    manifest = describe_pictures(bare, find_pictures(bare))
    assert manifest.classes == ("breakout", "wedge") and sum(manifest.splits.values()) == 60
    (bare / "wedge" / "test 0.png").rename(bare / "wedge" / "renamed.png")
    assert describe_pictures(bare, find_pictures(bare)).fingerprint == manifest.fingerprint
    (bare / "wedge" / "renamed.png").rename(bare / "breakout" / "renamed.png")
    assert describe_pictures(bare, find_pictures(bare)).fingerprint != manifest.fingerprint


def test_what_is_not_such_a_folder(charts, tmp_path, bare):
    assert find_pictures(charts) == find_pictures(tmp_path / "none") == {}
    (bare / "metadata.csv").write_text("file_name,label\n")
    assert find_pictures(bare) == {}


def test_splits_and_none_at_once(bare):
    _draw(bare / "train" / "wedge" / "x.png", 1)
    with pytest.raises(UserError, match=r"has pictures in breakout and in train/…; put all into splits, or none"):
        find_pictures(bare)


def test_unreadable_pictures_are_named(bare):
    (bare / "wedge" / "test 0.png").write_bytes(b"x")
    with pytest.raises(UserError, match=r"wedge/test 0\.png is not a picture"):
        check_pictures(find_pictures(bare))
    (bare / "wedge" / "test 2.png").write_bytes((bare / "wedge" / "test 4.png").read_bytes()[:90])
    with pytest.raises(UserError, match=r"2 pictures cannot be read: .*test \d\.png.*; .*test \d\.png"):
        check_pictures(find_pictures(bare))
