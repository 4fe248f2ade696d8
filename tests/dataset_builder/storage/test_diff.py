"""What two datasets differ in, line by line."""

from __future__ import annotations

import json
import re
import shutil
import tracemalloc
from pathlib import Path

import pytest

from dataset_builder.__main__ import main
from dataset_builder.config import BuildConfig
from dataset_builder.storage.build import build
from dataset_builder.storage.diff_charts import chart_lines

SIZE = 100
PLAIN = {"found": 0.0, "screens": 0.0}


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    return build(BuildConfig(tmp_path_factory.mktemp("diff") / "charts", size=SIZE, negatives=3, workers=1, **PLAIN))


def differences(first: Path, second: Path, capsys) -> list[str]:
    """The lines of the table of two datasets that differ, their cells joined by a bar."""
    capsys.readouterr()
    assert main(["diff", str(first), str(second)]) == 1
    said = capsys.readouterr()
    assert f"error: {first} and {second} differ" in said.err
    return [re.sub(" {2,}", " | ", line.strip()) for line in said.out.splitlines()]


def test_the_same_dataset(built, tmp_path, capsys):
    twin = Path(shutil.copytree(built, tmp_path / "twin"))
    assert main(["diff", str(built), str(twin)]) == 0
    assert "are the same, fingerprint" in capsys.readouterr().out


def test_mistakes(built, tmp_path, capsys):
    assert main(["diff", str(built), str(tmp_path / "nowhere")]) == 2
    assert "is not a directory" in capsys.readouterr().err
    assert main(["diff", str(tmp_path), str(built)]) == 2
    assert "not a finished dataset" in capsys.readouterr().err


def test_parquet_holds_the_same_charts_in_another_form(built, tmp_path, capsys):
    shards = build(BuildConfig(tmp_path / "shards", size=SIZE, negatives=3, workers=1, **PLAIN, format="parquet"))
    assert differences(built, shards, capsys)[2:] == [
        "format | imagefolder | parquet",
        "charts",
        f"all the same | {SIZE + 10 + 3}",
    ]


def test_another_seed_size_and_split_across_layouts(built, tmp_path, capsys):
    options = {"size": 120, "negatives": 3, "workers": 1, "test_fraction": 0.3, "format": "parquet", **PLAIN}
    moved = build(BuildConfig(tmp_path / "moved", unseen_styles=10, **options))
    lines = differences(built, moved, capsys)
    assert {"charts in test | 10 | 30", "test, each of 10 classes | 1 | 3", "the same | 93"} <= set(lines)
    assert any(line.startswith("in another split | 20 | head_and_shoulders-000002, ") for line in lines)
    other = build(BuildConfig(tmp_path / "other", unseen_styles=10, seed=7, **options))
    lines = differences(built, other, capsys)
    assert {"seed | 42 | 7", "the same | 0"} <= set(lines)
    assert any(line.startswith(f"other candles | {SIZE + 10 + 3} | ") for line in lines)


def test_each_kind_of_changed_chart_is_named(built, tmp_path, capsys):
    other = Path(shutil.copytree(built, tmp_path / "other"))
    metadata = other / "train" / "metadata.jsonl"
    rows = [json.loads(line) for line in metadata.read_text().splitlines()]
    rows[0]["label"] = "double_top"
    rows[1]["sha256"] = "0" * 64
    rows[2]["look"]["fill"] = 0.123
    rows[3]["ohlcv"]["close"][0] += 1.0
    ids = [row["id"] for row in rows]
    metadata.write_text("".join(json.dumps(row) + "\n" for row in rows[:-1]))
    manifest = json.loads((other / "manifest.json").read_text()) | {"fingerprint": "changed"}
    (other / "manifest.json").write_text(json.dumps(manifest))
    found = {cells[0]: cells[-1] for cells in (line.split(" | ") for line in differences(built, other, capsys))}
    assert found["the same picture, other metadata"] == ids[0]
    assert found["the same candles and style, another picture"] == ids[1]
    assert found["the same candles in another style"] == ids[2]
    assert found["other candles"] == ids[3]
    assert found[f"only in {built}"] == ids[-1]
    assert found["the same"] == str(SIZE + 10 + 3 - 5)


def test_classes_and_versions(built, tmp_path, capsys):
    other = Path(shutil.copytree(built, tmp_path / "other"))
    manifest = json.loads((other / "manifest.json").read_text())
    manifest["classes"].append("diamond")
    manifest["versions"]["numpy"] = "0.1"
    manifest["splits"]["train"]["classes"]["breakout"] = 7
    del manifest["splits"]["none"]
    (other / "manifest.json").write_text(json.dumps(manifest))
    lines = differences(built, other, capsys)
    assert any(line.startswith("version of numpy | ") and line.endswith(" | 0.1") for line in lines)
    assert {"class 10 | – | diamond", "train, breakout | 8 | 7", "split none | 3 | –"} <= set(lines)


def test_memory_hardly_grows_with_the_charts(tmp_path):
    def peak(charts: int) -> int:
        directory = tmp_path / str(charts)
        (directory / "train").mkdir(parents=True)
        row = {"sha256": "0", "ohlcv": {"close": [1.0] * 50}, "look": {}}
        with open(directory / "train" / "metadata.jsonl", "w") as file:
            file.writelines(json.dumps(row | {"id": f"breakout-{i:06d}"}) + "\n" for i in range(charts))
        manifest = {"config": {"format": "imagefolder"}, "splits": {"train": {"charts": charts}}}
        tracemalloc.start()
        lines = chart_lines((directory, directory), (manifest, manifest))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert lines == [("the same", charts, "")]
        return most

    small, large = peak(500), peak(3_000)
    assert large - small < 2_500 * 400  # bytes a chart; its row alone takes thousands
