"""Which files of a user's directory are pictures of a class, and what is said of the others."""

import os
import sys
from itertools import chain

import pytest
from own_pictures import draw, tell

from cryptoai_common.errors import UserError
from trainer.data.folder import check_pictures, find_pictures


@pytest.mark.parametrize("tool", [".ipynb_checkpoints", "@eaDir", "__MACOSX", "#recycle", "$RECYCLE.BIN", "Thumbs"])
def test_folders_of_tools_are_no_classes_and_are_named(bare, tool):
    draw(bare / tool / "1.png", 1)
    draw(bare / tool / "deeper" / "2.jpg", 1)
    draw(bare / "wedge" / tool / "3.png", 1)
    found, told = tell(bare)
    assert sum(map(len, found.values())) == 60
    assert {name.split(":")[0] for names in found.values() for name in names} == {"breakout", "wedge"}
    assert told == [f"left out 2 pictures in {tool}, a folder of a tool; 1 picture in wedge/{tool}, a folder of a tool"]


@pytest.mark.parametrize(
    "suffix", [".jfif", ".jpe", ".JPG", ".Png", ".apng", ".avif", ".dib", ".pjpeg", "", ".picture", ".old"]
)
def test_pictures_of_any_suffix_and_of_none_are_taken(tmp_path, suffix):
    for name in ("breakout", "wedge"):
        draw(tmp_path / name / "1.png", len(name))
    kind = {".jfif": "jpg", ".jpe": "jpg", ".avif": "avif", ".dib": "bmp"}.get(suffix, "png")
    draw(tmp_path / f"x.{kind}", 3)
    (tmp_path / f"x.{kind}").rename(tmp_path / "wedge" / f"x{suffix}")
    found, told = tell(tmp_path)
    assert f"wedge: wedge/x{suffix}" in list(chain(*found.values())) and told == []
    check_pictures(find_pictures(tmp_path))


def test_heic_is_taken_or_refused_and_never_passed_over(tmp_path, monkeypatch):
    draw(tmp_path / "wedge" / "1.png", 1)
    for name in ("photo.heic", "photo"):
        (tmp_path / "wedge" / name).write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    found, _ = tell(tmp_path)
    assert sorted(chain(*found.values())) == [f"wedge: wedge/{name}" for name in ("1.png", "photo", "photo.heic")]
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(UserError, match=r"2 pictures cannot be read: .*`pip install pillow-heif`"):
        check_pictures(find_pictures(tmp_path))


def test_folders_that_are_all_called_like_a_tools_are_named(tmp_path):
    for i, place in enumerate(("#1", "#2")):
        draw(tmp_path / place / "x.png", i)
    told: list[str] = []
    assert find_pictures(tmp_path, told.append) == {}
    assert told == [f"{tmp_path}: left out 1 picture in #1, a folder of a tool; 1 picture in #2, a folder of a tool"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_left_out_and_not_waited_for(bare):
    os.mkfifo(bare / "wedge" / "pipe.png")
    found, told = tell(bare)
    assert sum(map(len, found.values())) == 60
    assert told == ["left out 1 other file (wedge/pipe.png)"]


def test_what_is_not_taken_is_told_in_one_line(bare):
    (bare / "wedge" / "notes.txt").write_text("x")
    (bare / "wedge" / "chart.svg").write_text("<svg/>")
    (bare / "flag").mkdir()
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", "._test 0.png"):
        (bare / "wedge" / name).write_bytes(b"x")
    draw(bare / "wedge" / ".hidden.png", 77)
    draw(bare / "loose.png", 78)
    found, told = tell(bare)
    assert sum(map(len, found.values())) == 60
    assert told == [
        "left out 1 hidden picture (wedge/.hidden.png); 1 picture in no folder of a class (loose.png);"
        " 2 other files (wedge/chart.svg, wedge/notes.txt); 1 folder without a picture (flag)"
    ]


def test_a_link_that_leads_back_is_refused(bare):
    (bare / "wedge" / "again").symlink_to(bare)
    with pytest.raises(UserError, match="is a link to a folder that it lies in"):
        find_pictures(bare)
