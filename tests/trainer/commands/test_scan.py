"""From a file of candles to hits, over the directory that the two packages share."""

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from PIL import Image

from trainer.__main__ import main
from trainer.models.pattern_model import DEPLOYABLE_QUANTIZED, PatternModel

BARS = 240


@pytest.fixture(scope="session")
def rendered(tmp_path_factory) -> Path:
    """A random walk of 240 hours, rendered in windows of 20 and 40 candles."""
    directory = tmp_path_factory.mktemp("scan")
    close = 100 * np.exp(np.cumsum(np.random.default_rng(3).normal(0, 0.05, BARS)))
    rows = (f"{1704067200 + 3600 * i},{c!r},{c * 1.01!r},{c * 0.99!r},{c!r}" for i, c in enumerate(close.tolist()))
    (directory / "prices.csv").write_text("\n".join(["time,open,high,low,close", *rows]))
    command = [sys.executable, "-m", "dataset_builder", "render", "prices.csv", "--output", "charts"]
    options = ["--window", "20", "40", "--stride", "10", "--image-size", "64"]
    root = Path(__file__).parents[3]
    environment = {"PYTHONPATH": str(root), "PATH": ""}
    subprocess.run([*command, *options], check=True, capture_output=True, cwd=directory, env=environment)
    return directory / "charts"


@pytest.fixture
def own_rendered(rendered, tmp_path) -> Path:
    """A copy to spoil."""
    return Path(shutil.copytree(rendered, tmp_path / "charts"))


def with_threshold(threshold: float, model: Path, path: Path) -> Path:
    """A copy of a deployable file with another threshold in its graph."""
    graph = onnx.load(model)
    body = onnx.helper.get_node_attr_value(graph.graph.node[0], "body")  # what is done with each picture
    (rule,) = [node for node in body.node if node.op_type == "GreaterOrEqual"]
    (constant,) = [each for each in body.initializer if each.name == rule.input[1]]
    constant.CopyFrom(onnx.numpy_helper.from_array(np.array(threshold, np.float32), constant.name))
    onnx.save(graph, path)
    return path


def test_hits_are_what_the_model_says_of_the_windows(rendered, finished_run, tmp_path, capsys):
    eager = with_threshold(0, finished_run / DEPLOYABLE_QUANTIZED, tmp_path / "eager.onnx")
    assert main(["scan", str(rendered), "--model", str(eager), "--output", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    stored = json.loads((tmp_path / "hits.json").read_text())
    assert stored["source"] == "prices.csv" and stored["candles"] == BARS and stored["windows"] == 44
    assert sum(hit["windows"] for hit in stored["hits"]) == 44
    with (tmp_path / "hits.csv").open(newline="") as file:
        assert [row["pattern"] for row in csv.DictReader(file)] == [hit["pattern"] for hit in stored["hits"]]
    windows = [json.loads(line) for line in (rendered / "metadata.jsonl").read_text().splitlines()]
    model = PatternModel(eager)
    for hit in stored["hits"]:
        (shown,) = [
            w for w in windows if (w["start"], w["end"], w["window"]) == (hit["start"], hit["end"], hit["window"])
        ]
        chances = model(np.asarray(Image.open(rendered / shown["file_name"]))[np.newaxis])[0][0]
        assert chances.max() == pytest.approx(hit["probability"], abs=1e-4)
        assert f"{hit['start']} to {hit['end']}" in told
    assert max(hit["end"] for hit in stored["hits"]) <= "2024-01-10T23:00:00Z"
    for name in ("hits.png", "surest.png"):
        assert np.asarray(Image.open(tmp_path / name).convert("L")).std() > 5


def test_a_series_without_hits_has_files_and_pictures_too(own_rendered, finished_run, tmp_path):
    shy = with_threshold(2, finished_run / DEPLOYABLE_QUANTIZED, tmp_path / "shy.onnx")
    assert main(["scan", str(own_rendered), "--model", str(shy)]) == 0
    output = tmp_path / "charts-hits"
    assert sorted(path.name for path in output.iterdir()) == ["hits.csv", "hits.json", "hits.png", "surest.png"]
    assert json.loads((output / "hits.json").read_text())["hits"] == []
    assert len((output / "hits.csv").read_text().splitlines()) == 1


def test_bad_input(own_rendered, finished_run, tmp_path, fails):
    def scan(**changes) -> str:
        options = {"model": finished_run, "output": tmp_path / "hits"} | changes
        return fails("scan", own_rendered, *(word for name, value in options.items() for word in (f"--{name}", value)))

    assert "holds no rendered windows; make it with" in fails("scan", tmp_path, "--model", finished_run)
    assert "crypto_pattern_model.onnx: no such file" in scan(model=tmp_path)
    assert "no such file" in scan(model=tmp_path / "none.onnx")
    assert "cannot be written" in scan(output="/proc/hits")
    metadata = own_rendered / "metadata.jsonl"
    lines = metadata.read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    metadata.write_text(json.dumps(rows[0] | {"last": BARS}) + "\n")
    assert "is no window of" in scan()
    metadata.write_text(json.dumps(rows[0] | {"end": rows[-1]["end"]}) + "\n")
    assert "is no window of" in scan()
    metadata.write_text('{"file_name": "x.png"}\n')
    assert "is incomplete or damaged" in scan()
    metadata.write_text("")
    assert "names no window" in scan()
    metadata.write_text("\n".join(lines) + "\n")
    (own_rendered / rows[1]["file_name"]).write_bytes(b"no picture")
    assert "is not a picture" in scan()
    assert not (tmp_path / "hits").exists()


def test_windows_that_were_not_drawn_are_named(own_rendered, finished_run, tmp_path, capsys):
    hole = {"after": "2024-01-01T05:00:00Z", "before": "2024-01-04T06:00:00Z", "missing": 72, "windows": 5}
    about = own_rendered / "render.json"
    about.write_text(json.dumps(json.loads(about.read_text()) | {"skipped": [hole]}))
    metadata = own_rendered / "metadata.jsonl"
    rows = [json.loads(line) | {"missing": 2} for line in metadata.read_text().splitlines()]
    metadata.write_text("".join(json.dumps(row) + "\n" for row in rows))
    eager = with_threshold(0, finished_run / DEPLOYABLE_QUANTIZED, tmp_path / "eager.onnx")
    assert main(["scan", str(own_rendered), "--model", str(eager), "--output", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "5 more windows were not looked at: 72 candles are missing in them" in told
    assert "2024-01-01T05:00:00Z and 2024-01-04T06:00:00Z: 72 candles, 5 windows" in told
    stored = json.loads((tmp_path / "hits.json").read_text())
    assert stored["skipped"] == [hole] and {hit["missing"] for hit in stored["hits"]} == {2}
    assert "Z, 2 candles missing" in told
    metadata.write_text("")
    assert main(["scan", str(own_rendered), "--model", str(eager), "--output", str(tmp_path)]) == 0
    assert "0 hits in 0 windows" in capsys.readouterr().out
    with (tmp_path / "hits.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["pattern"], row["missing"], row["windows"]) == ("(not looked at)", "72", "5")
