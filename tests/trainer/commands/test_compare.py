"""Runs side by side: every figure is one that ``metrics.json`` holds."""

import json
import shutil

import pytest
from PIL import Image

from trainer.__main__ import main
from trainer.commands.compare import _points, _read


@pytest.fixture
def runs(finished_run, charts, tmp_path):
    """Two runs, the second one never exported, and things that are no runs."""
    first = shutil.copytree(finished_run, tmp_path / "first")
    second = shutil.copytree(finished_run, tmp_path / "second")
    metrics = json.loads((second / "metrics.json").read_text())
    del metrics["export"]
    metrics["evaluations"] = [entry for entry in metrics["evaluations"] if entry["split"] == "validation"]
    (second / "metrics.json").write_text(json.dumps(metrics))
    (tmp_path / "junk").mkdir()
    (tmp_path / "README.md").write_text("no run")
    int8 = first / "onnx" / "model_quantized.onnx"
    assert main(["evaluate", str(first), "--onnx", str(int8), "--dataset", str(charts)]) == 0
    return tmp_path


def test_the_table_says_what_the_runs_hold(runs, capsys):
    capsys.readouterr()
    output = runs / "comparison.md"
    assert main(["compare", *map(str, sorted(runs.iterdir())), "--output", str(output)]) == 0
    said = capsys.readouterr()
    left_out = f"{runs / 'junk'} is not a run: it has no metrics.json; make one with `trainer train`"
    assert said.err == f"warning: left out: {left_out}\n"
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in said.out.splitlines() if line.startswith("|")]
    table = {row[0]: dict(zip(rows[0], row, strict=True)) for row in rows[2:]}
    results = json.loads((runs / "first" / "metrics.json").read_text())
    by = {(entry["split"], entry["weights"]): entry for entry in results["evaluations"]}
    checkpoint, first = by["test", "model.safetensors"], table["first"]
    assert first["recipe"] == "scratch"
    assert first["dataset"] == f"charts ({checkpoint['fingerprint'][:8]})"
    assert first["fp32"].startswith(f"{checkpoint['accuracy']:.1%} (")
    assert first["INT8"].startswith(f"{by['test', 'onnx/model_quantized.onnx']['accuracy']:.1%} (")
    assert first["unseen styles"].startswith(f"{by['test_unseen_styles', 'model.safetensors']['accuracy']:.1%} (")
    assert first["false alarms"] == f"{by['none', 'model.safetensors']['false_alarms']:.1%}"
    assert first["calibration error"] == f"{checkpoint['calibration_error']:.3f}"
    second = table["second"]
    assert (second["split"], second["INT8"], second["INT8 MB"], second["false alarms"]) == ("validation", *"–––")
    assert said.out.split("\n\n  ")[0] in output.read_text()
    assert Image.open(runs / "comparison.png").width > 1000


def test_a_mark_for_each_file_that_was_measured_and_scored(runs):
    (first,) = _read((runs / "first",))
    points = {point["weights"]: point for point in _points(first)}
    assert list(points) == ["model.safetensors", "onnx/model.onnx", "onnx/model_quantized.onnx"]
    assert points["onnx/model.onnx"]["bytes"] == (runs / "first" / "onnx" / "model.onnx").stat().st_size
    (second,) = _read((runs / "second",))
    assert list(_points(second)) == []


def test_other_datasets_are_told_apart(runs, capsys):
    metrics = json.loads((runs / "first" / "metrics.json").read_text())
    real = metrics["evaluations"][0] | {"dataset": "real_charts", "fingerprint": None}
    metrics["evaluations"].append(real)
    (runs / "first" / "metrics.json").write_text(json.dumps(metrics))
    resolved = runs / "second" / "config_resolved.yaml"
    resolved.write_text(resolved.read_text().replace("fingerprint: ", "fingerprint: 0"))
    both = (str(runs / "first"), str(runs / "second"))
    assert main(["compare", *both, "--output", str(runs / "comparison.md")]) == 0
    out = capsys.readouterr().out
    assert f"| first | real_charts | {real['split']} | `model.safetensors` | {real['charts']} |" in out
    assert "were trained on different datasets" in out


def test_mistakes(tmp_path, fails):
    output = ("--output", tmp_path / "comparison.md")
    assert "there is no" in fails("compare", tmp_path / "nowhere", *output)
    assert "none of these is a finished run" in fails("compare", tmp_path, *output)
    assert "is no directory" in fails("compare", tmp_path, "--output", tmp_path / "nowhere" / "comparison.md")
    assert not list(tmp_path.iterdir())
