"""Shards that machines drew apart become the dataset that one machine draws."""

from __future__ import annotations

import pytest
from drawn_datasets import SIZE, content

from cryptoai_common.errors import UserError
from dataset_builder.config import BuildConfig, MergeConfig
from dataset_builder.storage.build import build
from dataset_builder.storage.merge import merge


def test_shards_merge_into_the_same_dataset(built, tmp_path):
    output = tmp_path / "charts"
    shards = [
        build(BuildConfig(output, size=SIZE, negatives=5, workers=1, shard=f"{part}/3"))
        for part in (2, 3, 1)  # any order, any machine
    ]
    with pytest.raises(UserError, match="are in no part"):
        merge(MergeConfig(tuple(shards[:2]), output))
    assert not output.exists()
    merge(MergeConfig(tuple(shards), output))
    assert content(output) == content(built)


def test_shards_of_other_settings_are_refused(tmp_path):
    shards = tuple(
        build(BuildConfig(tmp_path / f"seed{seed}", size=SIZE, workers=1, seed=seed, shard="1/50")) for seed in (1, 2)
    )
    with pytest.raises(UserError, match="other settings"):
        merge(MergeConfig(shards, tmp_path / "charts"))
    with pytest.raises(UserError, match="no shard of a dataset"):
        merge(MergeConfig((tmp_path,), tmp_path / "charts"))
