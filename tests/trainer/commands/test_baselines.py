import json

import pytest

from trainer.__main__ import main
from trainer.commands import baselines
from trainer.scoring.baselines.rules import installed


def test_a_run_is_compared_on_the_same_charts(own_run, charts, capsys):
    assert main(["baselines", str(own_run), "--dataset", str(charts), "--epochs", "1"]) == 0
    stored = json.loads((own_run / "baselines.json").read_text())
    assert (stored["dataset"], stored["split"], stored["charts"]) == ("charts", "test", 10)
    entries = {entry["name"]: entry for entry in stored["entries"]}
    names = ["always head_and_shoulders, the commonest class", *(["rules of `ta_patterns`"] if installed() else [])]
    names += ["4-layer CNN", "this model, `model.safetensors`", "this model, `onnx/model_quantized.onnx`"]
    assert list(entries) == names
    assert entries[names[0]]["accuracy"] == pytest.approx(0.1) == entries[names[0]]["balanced_accuracy"]
    metrics = json.loads((own_run / "metrics.json").read_text())["evaluations"]
    test = next(entry for entry in metrics if entry["split"] == "test")
    assert entries["this model, `model.safetensors`"]["accuracy"] == test["accuracy"]
    out = capsys.readouterr().out
    assert "| 4-layer CNN |" in out and "- 4-layer CNN: 0.12 million parameters, 1 epochs of 40 charts" in out
    assert "## Beside simpler answers" in (own_run / "README.md").read_text()
    assert main(["summary", str(own_run)]) == 0
    assert "| 4-layer CNN |" in capsys.readouterr().out


def test_what_cannot_be_compared_is_said(own_run, charts, capsys, monkeypatch):
    monkeypatch.setattr(baselines, "installed", lambda: False)
    assert main(["baselines", str(own_run), "--dataset", str(charts), "--epochs", "1"]) == 0
    assert "ta_patterns is not installed, so its rules are left out" in capsys.readouterr().out


def test_bad_input(own_run, charts, tmp_path, fails):
    assert "is not a run" in fails("baselines", tmp_path, "--dataset", charts)
    assert "at least 1" in fails("baselines", own_run, "--dataset", charts, "--epochs", "0")
    assert "unknown split" in fails("baselines", own_run, "--dataset", charts, "--split", "tset")
    (own_run / "baselines.json").write_text("{")
    assert "baselines.json is damaged" in fails("summary", own_run)
