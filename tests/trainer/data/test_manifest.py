import json
import shutil
from pathlib import Path

import pytest

from cryptoai_common.errors import UserError
from trainer.data.manifest import read_manifest, verify


def _check(directory: Path) -> None:
    verify(directory)


def _a_picture(directory: Path) -> Path:
    return sorted(directory.glob("validation/*/*.png"))[0]


def test_an_untouched_dataset_passes(charts, parquet_charts):
    for directory in (charts, parquet_charts):
        manifest = read_manifest(directory)
        assert (manifest.splits["train"], manifest.splits["validation"], manifest.splits["none"]) == (40, 10, 10)
        assert len(manifest.classes) == 10 and manifest.name == "charts"
        verify(directory)


def test_both_formats_have_one_fingerprint(charts, parquet_charts):
    assert read_manifest(charts).fingerprint == read_manifest(parquet_charts).fingerprint


def test_a_directory_that_is_none(tmp_path):
    with pytest.raises(UserError, match="nowhere is not a directory; build a dataset"):
        read_manifest(tmp_path / "nowhere")


def test_no_manifest(own_charts):
    (own_charts / "manifest.json").unlink()
    with pytest.raises(UserError, match=r"has no manifest\.json, so it is not a finished dataset"):
        read_manifest(own_charts)


@pytest.mark.parametrize("content", ["", "[]", '{"splits": {"train": 3}}'])
def test_a_damaged_manifest(own_charts, content):
    (own_charts / "manifest.json").write_text(content)
    with pytest.raises(UserError, match=r"manifest\.json is damaged"):
        read_manifest(own_charts)


def test_a_missing_picture_is_named(own_charts):
    picture = _a_picture(own_charts)
    picture.unlink()
    with pytest.raises(UserError, match=f"{picture} is missing"):
        _check(own_charts)


@pytest.mark.parametrize("content", [b"", b"not a picture"])
def test_a_corrupt_picture_is_named(own_charts, content):
    picture = _a_picture(own_charts)
    picture.write_bytes(content)
    with pytest.raises(UserError, match=f"{picture} was altered"):
        _check(own_charts)


def test_an_altered_picture_is_named(own_charts):
    picture, other = sorted(own_charts.glob("validation/*/*.png"))[:2]
    picture.write_bytes(other.read_bytes())
    with pytest.raises(UserError, match=f"{picture} was altered"):
        _check(own_charts)


def _rewrite(directory: Path, change) -> None:
    path = directory / "train" / "metadata.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps(row) + "\n" for row in change(rows)))


def test_an_altered_label_is_found(own_charts):
    _rewrite(own_charts, lambda rows: [{**rows[0], "label": "breakout"}, *rows[1:]])
    with pytest.raises(UserError, match=r"the metadata of .* was altered"):
        _check(own_charts)


def test_a_lost_row_is_found(own_charts):
    _rewrite(own_charts, lambda rows: rows[1:])
    with pytest.raises(UserError, match=r"train has \d+ charts, but the manifest says \d+"):
        _check(own_charts)


def test_damaged_metadata_is_named(own_charts):
    with (own_charts / "test" / "metadata.jsonl").open("a") as file:
        file.write('{"file_name": ')
    with pytest.raises(UserError, match=r"test/metadata\.jsonl line 11 is damaged"):
        _check(own_charts)


def test_a_damaged_shard_is_named(parquet_charts, tmp_path):
    spoilt = shutil.copytree(parquet_charts, tmp_path / "charts")
    shard = sorted(spoilt.glob("data/test-*.parquet"))[0]
    shard.write_bytes(shard.read_bytes()[:-100])
    with pytest.raises(UserError, match=f"{shard} is damaged"):
        _check(spoilt)
