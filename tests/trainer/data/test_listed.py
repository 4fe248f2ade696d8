"""Folders with metadata of the ``datasets`` library are checked as those without are."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cryptoai_common.errors import UserError
from trainer.data.charts import load_splits
from trainer.data.listed import check_listed
from trainer.data.mixture import read_any


def _draw(path: Path, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (20, 30, 3), dtype=np.uint8)).save(path)


@pytest.fixture
def listed(tmp_path) -> Path:
    """Two pictures and a list of them."""
    for seed, name in enumerate(("a.png", "b.png")):
        _draw(tmp_path / "mine" / name, seed)
    (tmp_path / "mine" / "metadata.csv").write_text("file_name,label\na.png,double_top\nb.png,breakout\n")
    return tmp_path / "mine"


def _check(directory: Path) -> list[str]:
    told: list[str] = []
    check_listed(directory, load_splits(directory), told.append)
    return told


def _add(directory: Path, *rows: str) -> None:
    with (directory / "metadata.csv").open("a") as file:
        file.writelines(f"{row}\n" for row in rows)


def test_nothing_is_said_of_a_whole_list(listed):
    assert _check(listed) == []


def test_pictures_that_the_list_lacks_are_named(listed):
    _draw(listed / "c.png", 3)
    _draw(listed / "@eaDir" / "a.png", 4)
    assert _check(listed) == [
        f"{listed}: left out 2 pictures that {listed / 'metadata.csv'} does not name (c.png, @eaDir)"
    ]


@pytest.mark.parametrize(
    ("name", "seed", "row", "words"),
    [
        ("c.png", 0, "c.png,breakout", "c.png are the same picture, once in double_top and once in breakout"),
        ("@eaDir/a.png", 3, "@eaDir/a.png,breakout", r"lists pictures of tools \(@eaDir/a.png\); remove those lines"),
        ("c.png", 3, "zz.png,breakout", "zz.png: no such file"),
    ],
)
def test_faults_of_listed_pictures(listed, name, seed, row, words):
    _draw(listed / name, seed)
    _add(listed, row)
    with pytest.raises(UserError, match=words):
        _check(listed)


def test_a_damaged_picture_and_one_in_two_splits(tmp_path):
    for split, name in (("train", "a.png"), ("test", "b.png")):
        _draw(tmp_path / split / name, 0)
        (tmp_path / split / "metadata.csv").write_text(f"file_name,label\n{name},double_top\n")
    with pytest.raises(UserError, match="same picture, once in split train and once in split test"):
        _check(tmp_path)
    (tmp_path / "test" / "b.png").write_bytes(b"x")
    with pytest.raises(UserError, match=r"b\.png is not a picture"):
        _check(tmp_path)


def test_a_list_without_labels_is_named(tmp_path):
    for seed, place in enumerate(("double_top/a.png", "breakout/b.png")):
        _draw(tmp_path / place, seed)
    (tmp_path / "metadata.csv").write_text("file_name,text\ndouble_top/a.png,x\nbreakout/b.png,y\n")
    with pytest.raises(UserError, match=r"metadata\.csv has no column 'label'; add one, or remove the file"):
        load_splits(tmp_path)


def test_training_says_what_to_do_with_a_list(listed):
    with pytest.raises(UserError, match=r"lists its pictures in metadata\.csv, which is read for evaluation only"):
        read_any(listed)


def test_evaluation_checks_a_list(listed, finished_run, fails):
    _draw(listed / "c.png", 0)
    _add(listed, "c.png,breakout")
    assert "are the same picture" in fails("evaluate", finished_run, "--dataset", listed, "--split", "train")
