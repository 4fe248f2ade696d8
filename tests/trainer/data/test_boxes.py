"""Folders of screenshots with boxes, in each of the forms that are read."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cryptoai_common.dataset import UNSEEN_SCREENSHOT
from cryptoai_common.errors import UserError
from trainer.data.boxes import Mark, plain_label, read_screens
from trainer.data.screenshots import for_training

COCO = {
    "images": [{"id": 7, "file_name": "a.png", "width": 60, "height": 40}, {"id": 8, "file_name": "b.png"}],
    "annotations": [
        {"id": 1, "image_id": 7, "category_id": 2, "bbox": [5, 6, 10, 20]},
        {"id": 2, "image_id": 7, "category_id": 3, "bbox": [1.5, 2, 3, 4]},
    ],
    "categories": [{"id": 2, "name": "Double-Top"}, {"id": 3, "name": "Wedge"}],
}
LINES = [
    {
        "file": "images/a.png",
        "boxes": [{"label": "double_top", "box": [5, 6, 15, 26]}, {"label": None, "box": [0, 0, 4, 4]}],
    },
    {"file": "images/b.png", "boxes": []},
]


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / "images").mkdir()
    for name in "ab":
        Image.new("RGB", (60, 40)).save(tmp_path / "images" / f"{name}.png")
    return tmp_path


def test_coco(folder):
    (folder / "info.json").write_text("{}")
    (folder / "annotations.json").write_text(json.dumps(COCO))
    first, second = read_screens(folder)
    assert first.marks == (Mark("double_top", (5, 6, 15, 26)), Mark("wedge", (1.5, 2, 4.5, 6)))
    assert second.marks == () and first.open().size == (60, 40)


def test_lines(folder):
    (folder / "boxes.jsonl").write_text("\n".join(map(json.dumps, LINES)) + "\n\n")
    for place in (folder, folder / "boxes.jsonl"):
        first, second = read_screens(place)
        assert first.marks == (Mark("double_top", (5, 6, 15, 26)), Mark(None, (0, 0, 4, 4)))
        assert second.marks == () and first.name == str(folder / "images" / "a.png")


@pytest.mark.parametrize("form", ["imagefolder", "parquet"])
def test_a_dataset_of_ours(tmp_path, form, capsys):
    directory = tmp_path / "charts"
    sizes = ["--size", "60", "--validation-fraction", "0.2", "--test-fraction", "0.2", "--image-size", "64"]
    sizes += ["--screenshots", "60", "--format", form, "--workers", "1", "--seed", "5"]
    command = [sys.executable, "-m", "dataset_builder", "build", "--output", str(directory), *sizes]
    subprocess.run(command, check=True, capture_output=True)
    screens = read_screens(directory)
    assert "57 screenshots are for training or calibration" in capsys.readouterr().err
    assert len(screens) == 3 and screens[0].open().size == (960, 600)
    assert len(read_screens(directory, wanted=for_training)) == 54
    marks = [mark for screen in screens for mark in screen.marks]
    assert marks and all(mark.label and mark.stage and 0 < mark.end <= 1 for mark in marks)
    assert all(0 <= mark.box[0] < mark.box[2] <= 960 and 0 <= mark.box[1] < mark.box[3] <= 600 for mark in marks)
    with pytest.raises(UserError, match="did you mean 'screenshots'"):
        read_screens(directory, "screenshot")


def test_where_a_pattern_ends_is_a_share_of_the_candles(tmp_path, monkeypatch):
    monkeypatch.setattr("trainer.data.boxes.read_manifest", lambda _: {"splits": {"screenshots": {}}})
    each = {"label": "breakout", "stage": "forming", "box": [1, 2, 3, 4]}
    row = {
        "candles": 50,
        "file_name": "x.png",
        "stage": UNSEEN_SCREENSHOT,
        "index": 10,
        "patterns": [{**each, "last": 24}, {**each, "last": 49}],
    }
    monkeypatch.setattr("trainer.data.boxes.read_rows", lambda *_: [row])
    (tmp_path / "manifest.json").touch()
    (screen,) = read_screens(tmp_path)
    assert [mark.end for mark in screen.marks] == [0.5, 1]


@pytest.mark.parametrize("name", ["Double-Top", "double top", " DOUBLE__TOP"])
def test_names_are_spelt_alike(name):
    assert plain_label(name) == "double_top" and plain_label(None) is None


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{", r"boxes.jsonl line 1 is not JSON"),
        ("[]", "line 1 must have file and boxes"),
        ('{"file": "images/a.png"}', "line 1 must have file and boxes"),
        ('{"file": "images/a.png", "boxes": [{"box": [1, 2, 3, 4]}]}', "each with label and box"),
        ('{"file": "images/a.png", "boxes": [{"label": null, "box": [1, 2, 3]}]}', "must be four numbers"),
        ('{"file": "images/a.png", "boxes": [{"label": null, "box": [9, 2, 3, 4]}]}', "left, top, right, bottom"),
        ('{"file": "images/a.png", "boxes": [{"label": null, "box": [1, NaN, 3, 4]}]}', "left, top, right, bottom"),
        ('{"file": "images/c.png", "boxes": []}', "neither beside it nor in images"),
        ("", "lists no pictures"),
    ],
)
def test_lines_that_are_not_as_they_must_be(folder, line, complaint):
    (folder / "boxes.jsonl").write_text(line)
    with pytest.raises(UserError, match=complaint):
        read_screens(folder)


def test_folders_that_hold_no_boxes(folder):
    with pytest.raises(UserError, match="holds no boxes; --boxes takes COCO"):
        read_screens(folder)
    with pytest.raises(UserError, match="no such folder"):
        read_screens(folder / "none")
    (folder / "annotations.json").write_text(json.dumps(COCO))
    with pytest.raises(UserError, match="--split is for datasets of ours"):
        read_screens(folder, "test")
    (folder / "other.json").write_text(json.dumps(COCO))
    with pytest.raises(UserError, match=r"annotations.json, other.json; name one"):
        read_screens(folder)
    broken = {**COCO, "annotations": [{"image_id": 99, "category_id": 2, "bbox": [1, 2, 3, 4]}]}
    (folder / "other.json").write_text(json.dumps(broken))
    with pytest.raises(UserError, match="is not in COCO's form"):
        read_screens(folder / "other.json")


def test_a_damaged_picture_is_named(folder):
    (folder / "boxes.jsonl").write_text(json.dumps(LINES[0]))
    (folder / "images" / "a.png").write_bytes(b"no picture")
    (screen,) = read_screens(folder)
    with pytest.raises(UserError, match=r"a.png is not a picture"):
        screen.open()
    assert np.isfinite(screen.marks[0].box).all()
