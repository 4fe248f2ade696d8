import shutil
import subprocess
import sys

import datasets
import numpy as np
import pytest
from PIL import Image

from cryptoai_common.errors import UserError
from trainer.data.charts import ChartDataset, label_ids, load_split, load_splits, picture_of
from trainer.data.manifest import read_manifest
from trainer.data.preprocess import Preprocessor
from trainer.data.without_pattern import load_without_pattern

PREPROCESS = Preprocessor((32, 32), (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


@pytest.fixture
def folder(tmp_path):
    """A user's own ImageFolder, without metadata: two classes, one picture each."""
    for name in ("breakout", "double_top"):
        (tmp_path / "mine" / "test" / name).mkdir(parents=True)
        Image.new("RGB", (40, 30), "white").save(tmp_path / "mine" / "test" / name / "one.jpg")
    return tmp_path / "mine"


def test_both_formats_give_the_same_rows(charts, parquet_charts):
    classes = read_manifest(charts).classes
    ours, theirs = load_split(charts, "validation"), load_split(parquet_charts, "validation")
    assert ours["id"] == theirs["id"] and ours["x"] == theirs["x"]
    assert label_ids(ours, classes) == label_ids(theirs, classes)
    assert all(
        np.array_equal(np.asarray(picture_of(a)), np.asarray(picture_of(b))) for a, b in zip(ours, theirs, strict=True)
    )


def test_the_cache_of_datasets_never_gives_out_another_dataset_of_the_same_name(charts, tmp_path):
    other = tmp_path / charts.name
    command = ["build", "--output", str(other), "--size", "40", "--seed", "5", "--image-size", "64", "--workers", "1"]
    fractions = ["--validation-fraction", "0.25", "--test-fraction", "0.25"]
    subprocess.run([sys.executable, "-m", "dataset_builder", *command, *fractions], check=True, capture_output=True)
    assert [len(load_split(directory, "train")) for directory in (charts, other, charts)] == [40, 20, 40]


def test_a_dataset_that_was_moved_is_read_where_it_is(charts, tmp_path):
    first, second = tmp_path / "first" / charts.name, tmp_path / "second" / charts.name
    shutil.copytree(charts, first)
    load_split(first, "test")
    load_without_pattern(first)
    second.parent.mkdir()
    first.rename(second)
    for rows in (load_split(second, "test"), load_without_pattern(second)):
        assert rows[0]["image"]["path"].startswith(str(second))


def test_charts_without_a_pattern_are_not_among_the_splits_to_learn_from(charts):
    assert set(load_splits(charts)) == {"train", "validation", "test", "test_unseen_styles"}
    assert not any(None in rows["label"][:] for rows in load_splits(charts).values())


def test_labels_are_places_in_the_models_classes(folder):
    classes = ("double_top", "cup_and_handle", "breakout")
    assert label_ids(load_split(folder, "test"), classes) == [2, 0]


def test_a_class_that_the_model_lacks_is_named(folder):
    with pytest.raises(UserError, match="unknown class 'double_top'; did you mean 'double_tops'"):
        label_ids(load_split(folder, "test"), ("breakout", "double_tops"))


def test_a_split_that_is_not_there(folder):
    with pytest.raises(UserError, match=r"unknown split of .*mine 'tset'; did you mean 'test'\?"):
        load_split(folder, "tset")


def test_directories_that_hold_no_pictures(tmp_path):
    with pytest.raises(UserError, match="is not a dataset of pictures"):
        load_splits(tmp_path)
    with pytest.raises(UserError, match="is not a directory"):
        load_splits(tmp_path / "none")


def test_an_item_is_what_the_model_takes(charts):
    rows = load_split(charts, "train")
    item = ChartDataset(rows, [3] * len(rows), PREPROCESS, grid=4, reads=True)[0]
    assert item["pixel_values"].shape == (3, 32, 32) and item["pixel_values"].dtype == np.float32
    assert item["high_low"].shape == (4, 2) and item["labels"] == 3
    assert "high_low" not in ChartDataset(rows, [3] * len(rows), PREPROCESS)[0]


def test_the_targets_lie_on_the_drawn_candles(charts):
    """Between high and low of a column something is drawn; the price of another chart would not fit so."""
    rows = load_split(charts, "train").select(range(20))
    contrast = {True: [], False: []}
    for own in (True, False):
        for i in range(len(rows)):
            picture = np.asarray(picture_of(rows[i]).convert("L"), dtype=float)
            targets = ChartDataset(rows, [0] * len(rows), PREPROCESS, grid=16, reads=True)[
                i if own else (i + 7) % len(rows)
            ]
            for column, (high, low) in enumerate(targets["high_low"]):
                if not np.isnan(high):
                    strip = picture[int(high * 63) : int(low * 63) + 1, column * 4 : column * 4 + 4]
                    contrast[own].append(np.abs(strip - np.median(picture)).mean())
    assert np.mean(contrast[True]) > 1.5 * np.mean(contrast[False])


def test_augmentation_depends_on_seed_epoch_and_place_alone(charts):
    rows = load_split(charts, "train")
    dataset = ChartDataset(rows, [0] * len(rows), PREPROCESS, augment=True, grid=4, reads=True, seed=1)
    first = [dataset[i]["pixel_values"] for i in range(8)]
    assert all(np.array_equal(dataset[i]["pixel_values"], first[i]) for i in reversed(range(8)))
    dataset.set_epoch(1)
    assert not all(np.array_equal(dataset[i]["pixel_values"], first[i]) for i in range(8))


def test_reading_needs_the_metadata(folder):
    with pytest.raises(UserError, match="the dataset's metadata has no x, high, low; train with --read-chart 0"):
        ChartDataset(load_split(folder, "test"), [0, 1], PREPROCESS, grid=4, reads=True)


@pytest.mark.parametrize("label", [None, "", "  "])
def test_a_chart_without_a_label_is_refused_by_name(tmp_path, label):
    for i in range(2):
        Image.new("RGB", (8, 8), (i, 0, 0)).save(tmp_path / f"{i}.png")
    paths = [str(tmp_path / f"{i}.png") for i in range(2)]
    rows = datasets.Dataset.from_dict({"image": paths, "label": ["double_top", label]})
    rows = rows.cast_column("image", datasets.Image(decode=False))
    with pytest.raises(UserError, match=r"without a label \(the first is .*1\.png\)"):
        label_ids(rows, ("double_top",))
