"""Which chart goes where."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cryptoai_common.dataset import NONE, UNSEEN
from cryptoai_common.errors import UserError
from dataset_builder.config import BuildConfig
from dataset_builder.storage.plan import FOLDER_LIMIT, chunks, plan

CLASSES = tuple(f"class_{i}" for i in range(10))


def test_a_thousand_charts_are_split_exactly():
    items = plan(BuildConfig(size=1000, validation_fraction=0.2, test_fraction=0.1), CLASSES)
    assert {split: len(members) for split, members in items.items()} == {
        "train": 700,
        "validation": 200,
        "test": 100,
        UNSEEN: 100,
    }
    for members in items.values():
        assert Counter(item.label for item in members) == members.counts()
        assert len(set(members.counts().values())) == 1


percents = st.integers(0, 45).map(lambda percent: percent / 100)


@given(st.integers(1000, 5000), percents, percents)
@settings(max_examples=30)
def test_splits_share_all_charts_out_evenly_whatever_the_size(size, validation, test):
    config = BuildConfig(size=size, validation_fraction=validation, test_fraction=test, unseen_styles=0)
    splits = plan(config, CLASSES)
    shares = {"train": 1 - validation - test, "validation": validation, "test": test}
    for split, share in shares.items():
        members = splits.get(split, ())
        for label in CLASSES:
            indices = [item.index for item in members if item.label == label]
            assert indices == sorted(indices)
            assert all(abs(i - share * (index + 1)) <= 3 for i, index in enumerate(indices))
    charts = [(item.label, item.index) for members in splits.values() for item in members]
    assert sorted(charts) == sorted((CLASSES[i % 10], i // 10) for i in range(size))


def test_a_larger_dataset_keeps_every_chart_in_its_split():
    small, large = (plan(BuildConfig(size=size), CLASSES) for size in (500, 2000))
    for split in ("train", "validation", "test"):
        assert {item.id for item in small[split]} <= {item.id for item in large[split]}


def test_ids_are_unique_and_splits_disjoint():
    items = plan(BuildConfig(size=300, unseen_styles=20, negatives=15), CLASSES)
    ids = [item.id for members in items.values() for item in members]
    assert len(ids) == len(set(ids)) == 335
    assert all(item.label is None for item in items[NONE])


def test_no_folder_grows_beyond_the_limit():
    items = plan(BuildConfig(size=20 * FOLDER_LIMIT, validation_fraction=0, test_fraction=0), ("a", "b"))
    folders = Counter(item.path.rsplit("/", 1)[0] for item in items["train"])
    assert max(folders.values()) <= FOLDER_LIMIT
    assert len(folders) == 20


def test_chunks_hold_every_chart_once_in_order():
    items = plan(BuildConfig(size=1234), CLASSES)
    portions = chunks(items)
    for split, members in items.items():
        assert [item for chunk in portions if chunk.split == split for item in chunk.items] == list(members)
    assert len({chunk.name for chunk in portions}) == len(portions)


@pytest.mark.parametrize("size", [10, 40])
def test_a_split_without_some_class_is_refused(size):
    with pytest.raises(UserError, match="larger size"):
        plan(BuildConfig(size=size), CLASSES)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"size": 0}, "less than one chart for each"),
        ({"size": 9}, "less than one chart for each"),
        ({"validation_fraction": 0.6, "test_fraction": 0.4}, "must be under 1"),
        ({"test_fraction": -0.1}, "0 or more"),
        ({"image_size": 8}, "between 32 and 1024"),
        ({"workers": 0}, "at least 1"),
        ({"seed": -1}, "--seed"),
        ({"negatives": -1}, "--negatives"),
        ({"found": -0.1}, "--found is a share from 0 to 1, not -0.1"),
        ({"found": 1.5}, "--found is a share from 0 to 1, not 1.5"),
        ({"screens": 2}, "--screens is a share from 0 to 1, not 2"),
    ],
)
def test_impossible_settings_are_refused(settings, message):
    with pytest.raises(UserError, match=message):
        BuildConfig(**settings).check(10)
