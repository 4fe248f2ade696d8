"""The format of a dataset directory: what is damaged is named, and what the fingerprint covers."""

import hashlib
import json

import pytest

from cryptoai_common.dataset import FORMAT_VERSION, Fingerprint, picture_problem, read_manifest, read_rows
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
