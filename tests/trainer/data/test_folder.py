"""A user's own labelled pictures: their splits and classes, and layouts that can be read in two ways."""

import shutil

import pytest
from own_pictures import draw, tell

from cryptoai_common.errors import UserError
from trainer.data.charts import load_splits
from trainer.data.folder import check_pictures, describe_pictures, find_pictures


def test_without_splits_the_content_decides(bare):
    before = {path: split for split, pictures in find_pictures(bare).items() for _, path in pictures}
    sizes = {split: list(before.values()).count(split) for split in ("train", "validation", "test")}
    assert len(before) == 60 and 40 <= sizes["train"] <= 56 and min(sizes.values()) >= 1
    shutil.copy(bare / "wedge" / "test 0.png", bare / "breakout" / "copy.png")
    draw(bare / "wedge" / "new.png", 99)
    after = {path: split for split, pictures in find_pictures(bare).items() for _, path in pictures}
    assert after.items() >= before.items(), "a picture changed its split"
    assert after[bare / "breakout" / "copy.png"] == before[bare / "wedge" / "test 0.png"]


def test_splits_are_those_of_the_folders(tmp_path):
    for i, place in enumerate(("train/a", "train/b", "val/a")):
        draw(tmp_path / place / "x.jpg", i)
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
    draw(bare / "train" / "wedge" / "x.png", 1)
    with pytest.raises(UserError, match=r"has pictures in breakout and in train/…; put all into splits, or none"):
        find_pictures(bare)


def test_a_class_that_train_lacks_is_named(tmp_path):
    for i, place in enumerate(("train/a", "train/b", "test/a", "test/z", "val/y")):
        draw(tmp_path / place / "x.png", i)
    told = "no picture of y, z is in the split train, so that none of it is learnt here"
    assert told in tell(tmp_path)[1]
    shutil.rmtree(tmp_path / "train")
    assert not any("learnt" in sentence for sentence in tell(tmp_path)[1]), "a folder for evaluation alone"


def test_one_name_in_two_spellings_of_unicode_is_refused(tmp_path):
    for i, place in enumerate(("train/caf\u00e9", "train/b", "test/cafe\u0301")):
        draw(tmp_path / place / "x.png", i)
    with pytest.raises(UserError, match=r"stored as 'cafe\\u0301' and 'caf\\xe9'; rename one, or join them"):
        find_pictures(tmp_path)


def test_pictures_in_a_folder_within_a_class_are_of_that_class(tmp_path):
    for place in ("train/a/1", "train/b/kraken/1", "train/b/kraken/more/2", "test/a/3"):
        draw(tmp_path / f"{place}.png", len(place))
    found, told = tell(tmp_path)
    assert found == {
        "train": ["a: train/a/1.png", "b: train/b/kraken/1.png", "b: train/b/kraken/more/2.png"],
        "test": ["a: test/a/3.png"],
    }
    assert told == ["read 2 pictures of train/b/kraken as class b"]


@pytest.mark.parametrize(
    ("folder", "split"),
    [("dev", "validation"), ("eval", "validation"), ("Valid", "validation"), ("training", "train"), ("TEST", "test")],
)
def test_splits_by_other_names_are_taken_and_said(tmp_path, folder, split):
    plain = "test" if split == "train" else "train"
    for i, place in enumerate((f"{plain}/a", f"{plain}/b", f"{folder}/a", f"{folder}/b")):
        draw(tmp_path / place / "x.png", i)
    found, told = tell(tmp_path)
    assert set(found) == {plain, split} and len(found[split]) == 2
    assert told == [f"{folder} is read as the split {split}, 2 pictures"]


@pytest.mark.parametrize(
    ("places", "sentence"),
    [
        (["train/a", "holdout/a"], "has pictures in holdout and in train/…; put all into splits, or none"),
        (["dev/a", "val/a"], "both mean the split validation; put them into one"),
        (["train", "test"], "is called like a split and has no folder for each class"),
        (["binance/double_top", "kraken/double_top"], "folders within folders, such as binance/double_top/x.png"),
        (["double_top", "kraken/double_top"], "may be of class kraken or hold another class or split"),
        (["double_top", "kraken/train"], "may be of class kraken or hold another class or split"),
        (["double_top", "Double Top"], "has a class 'Double Top' and a class 'double_top'; rename one, or join them"),
    ],
)
def test_a_layout_that_can_be_read_in_two_ways_is_refused(tmp_path, places, sentence):
    for i, place in enumerate(places):
        draw(tmp_path / place / "x.png", i)
    with pytest.raises(UserError) as caught:
        find_pictures(tmp_path)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("first", "second", "names"),
    [
        ("train/a/1.png", "train/b/2.png", "once in a and once in b"),
        ("train/a/1.png", "test/a/2.png", "once in split train and once in split test"),
        ("train/a/1.png", "dev/b/2.bmp", "once in a and once in b"),
    ],
)
def test_the_same_picture_in_two_places_is_refused_with_both_names(tmp_path, first, second, names):
    for i, place in enumerate(("train/a/x.png", "train/b/x.png", "test/a/x.png", "dev/b/x.png")):
        draw(tmp_path / place, i)
    for place in (first, second):  # the same pixels, also in another format
        draw(tmp_path / place, 50)
    with pytest.raises(UserError) as caught:
        check_pictures(find_pictures(tmp_path))
    both = f"{tmp_path / first} and {tmp_path / second} are the same picture"
    assert str(caught.value) == f"{both}, {names}; remove one"


def test_copies_in_one_class_and_split_are_let_be(tmp_path):
    for place in ("train/a/1.png", "train/a/2.png"):
        draw(tmp_path / place, 50)
    check_pictures(find_pictures(tmp_path))


def test_evaluation_refuses_a_picture_under_two_labels(finished_run, tmp_path, fails):
    for place in ("test/double_top/1.png", "test/breakout/2.png"):
        draw(tmp_path / "mine" / place, 50)
    error = fails("evaluate", finished_run, "--dataset", tmp_path / "mine", "--split", "test")
    assert "double_top/1.png" in error and "breakout/2.png" in error and "are the same picture" in error


def test_unreadable_pictures_are_named(bare):
    (bare / "wedge" / "test 0.png").write_bytes(b"x")
    with pytest.raises(UserError, match=r"wedge/test 0\.png is not a picture"):
        check_pictures(find_pictures(bare))
    (bare / "wedge" / "test 2.png").write_bytes((bare / "wedge" / "test 4.png").read_bytes()[:90])
    with pytest.raises(UserError, match=r"2 pictures cannot be read: .*test \d\.png.*; .*test \d\.png"):
        check_pictures(find_pictures(bare))
