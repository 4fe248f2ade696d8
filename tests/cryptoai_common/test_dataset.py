"""The format of a dataset directory: what is damaged is named, and what the fingerprint covers."""

import hashlib
import json
import random
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as some

from cryptoai_common.dataset import (
    FORMAT_VERSION,
    Fingerprint,
    picture_problem,
    read_manifest,
    read_rows,
    read_source,
    row_text,
)
from cryptoai_common.errors import UserError

MANIFEST = {
    "format_version": FORMAT_VERSION,
    "classes": ["a"],
    "fingerprint": "f",
    "files": {},
    "config": {"format": "imagefolder"},
    "splits": {"train": {"charts": 3}},
}


@pytest.mark.parametrize("version", [FORMAT_VERSION - 1, FORMAT_VERSION + 1])
def test_another_format_is_refused_older_or_newer(tmp_path, version):
    (tmp_path / "manifest.json").write_text(json.dumps({**MANIFEST, "format_version": version}))
    with pytest.raises(UserError, match=f"is of format {version}, this version reads {FORMAT_VERSION}"):
        read_manifest(tmp_path)


@pytest.mark.parametrize("name", MANIFEST)
def test_a_manifest_that_lacks_a_part_is_damaged(tmp_path, name):
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(MANIFEST))
    assert read_manifest(tmp_path) == MANIFEST
    path.write_text(json.dumps({key: value for key, value in MANIFEST.items() if key != name}))
    with pytest.raises(UserError, match=rf"manifest\.json is damaged \(KeyError\('{name}'\)\)"):
        read_manifest(tmp_path)


@pytest.mark.parametrize("line", [1, 2, 3])
@pytest.mark.parametrize("content", ["{", "[]", "3"])
def test_a_damaged_row_is_named_by_its_line(tmp_path, line, content):
    (tmp_path / "train").mkdir()
    lines = ['{"id": "1"}', '{"id": "2"}', '{"id": "3"}']
    (tmp_path / "train" / "metadata.jsonl").write_text("\n".join(lines))
    assert [row["id"] for row in read_rows(tmp_path, MANIFEST, "train")] == ["1", "2", "3"]
    lines[line - 1] = content
    (tmp_path / "train" / "metadata.jsonl").write_text("\n".join(lines))
    with pytest.raises(UserError, match=f"metadata.jsonl line {line} is damaged"):
        list(read_rows(tmp_path, MANIFEST, "train"))


def test_a_picture_is_missing_altered_or_whole_in_both_formats(tmp_path):
    content = b"a picture"
    row = {"id": "1", "file_name": "a/1.png", "sha256": hashlib.sha256(content).hexdigest()}
    assert picture_problem(tmp_path, "train", row) == ("train/a/1.png", "missing")
    (tmp_path / "train" / "a").mkdir(parents=True)
    for written, problem in ((content, None), (b"another", "altered")):
        (tmp_path / "train" / "a" / "1.png").write_bytes(written)
        assert picture_problem(tmp_path, "train", row) == ("train/a/1.png", problem)
        assert picture_problem(tmp_path, "train", row | {"image": {"bytes": written}}) == ("train 1", problem)


def test_the_fingerprint_covers_rows_and_their_order_but_not_where_pictures_lie():
    def fingerprint(*rows: tuple[str, dict]) -> str:
        made = Fingerprint()
        for split, row in rows:
            made.add(split, row)
        return made.hexdigest()

    first, second = {"id": "1", "sha256": "x"}, {"id": "2", "sha256": "y"}
    rows = ("train", first), ("train", second)
    moved = ("train", first | {"file_name": "a/1.png"}), ("train", second | {"image": {"bytes": b""}})
    assert fingerprint(*moved) == fingerprint(*rows)
    others = (rows[::-1], rows[:1], (("test", first), rows[1]), (("train", first | {"sha256": "z"}), rows[1]))
    assert len({fingerprint(*rows), *(fingerprint(*other) for other in others)}) == 5


def test_what_is_no_finished_dataset_is_told_what_it_is_not(tmp_path):
    with pytest.raises(UserError, match="none is not a directory; build a dataset"):
        read_manifest(tmp_path / "none")
    with pytest.raises(UserError, match=r"has no manifest\.json, so it is not a finished dataset"):
        read_manifest(tmp_path)


@given(some.dictionaries(some.text(max_size=5), some.integers() | some.text(max_size=5), max_size=6), some.randoms())
def test_equal_rows_give_equal_text_in_whatever_order_their_fields_come(row, order):
    names = list(row)
    order.shuffle(names)
    assert row_text({name: row[name] for name in names}) == row_text(row)
    assert json.loads(row_text(row)) == row and "\n" not in row_text(row)


def test_where_a_dataset_was_fetched_from_is_known_only_of_one_that_was(tmp_path):
    assert read_source(tmp_path) is None
    (tmp_path / "hub.json").write_text('{"repo": "user/name"}')
    assert read_source(tmp_path) == {"repo": "user/name"}


PARQUET = MANIFEST | {"classes": ["a", "b"], "config": {"format": "parquet"}}


def shards(directory: Path, split: str, *parts: list[dict]) -> list[Path]:
    """The files of a split, written in any order."""
    (directory / "data").mkdir(exist_ok=True)
    paths = [directory / "data" / f"{split}-{i:05d}-of-{len(parts):05d}.parquet" for i in range(len(parts))]
    numbers = list(range(len(parts)))
    random.Random(1).shuffle(numbers)
    for i in numbers:
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(parts[i]), paths[i])
    return paths


def test_rows_of_parquet_files_come_in_the_order_of_the_files_with_the_names_of_their_classes(tmp_path):
    parts = [[{"id": f"{i}", "label": i % 2}, {"id": f"{i}b", "label": 1}] for i in range(12)]
    shards(tmp_path, "test", *parts)
    shards(tmp_path, "test_unseen_styles", [{"id": "unseen", "label": 0}])
    rows = list(read_rows(tmp_path, PARQUET, "test"))
    assert [row["id"] for row in rows] == [row["id"] for part in parts for row in part]
    assert [row["label"] for row in rows] == ["ab"[row["label"]] for part in parts for row in part]
    assert [row["id"] for row in read_rows(tmp_path, PARQUET, "test_unseen_styles")] == ["unseen"]


def test_labels_that_are_names_already_or_none_stay(tmp_path):
    shards(tmp_path, "none", [{"id": "1", "label": None}, {"id": "2", "label": "b"}])
    assert [row["label"] for row in read_rows(tmp_path, PARQUET, "none")] == [None, "b"]


@pytest.mark.parametrize("damage", ["cut", "another column", "an unknown class"])
def test_a_damaged_parquet_file_is_named(tmp_path, damage):
    good, bad = shards(tmp_path, "train", [{"id": "1", "label": 0}], [{"id": "2", "label": 1}])
    if damage == "cut":
        bad.write_bytes(bad.read_bytes()[:-40])
    elif damage == "another column":
        pyarrow.parquet.write_table(pyarrow.table({"id": ["2"]}), bad)
    else:
        pyarrow.parquet.write_table(pyarrow.table({"id": ["2"], "label": [2]}), bad)
    with pytest.raises(UserError, match=rf"{bad.name} is damaged; restore it, or build the dataset again"):
        list(read_rows(tmp_path, PARQUET, "train"))
    assert good.exists()
