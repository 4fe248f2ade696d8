"""The folder of static files that ``site`` writes, without a browser; tests/trainer/serve/page/ has one."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import onnx
import onnxruntime
import pytest
import yaml
from finder_file import write_finder, write_reader

from trainer.__main__ import main
from trainer.shipped import SHIPPED, find_shipped
from trainer.site import build, runtime

CLASSES = ("double_top", "double_bottom")


@pytest.fixture
def model(tmp_path, monkeypatch) -> Path:
    """A model directory with a finder; nothing is fetched."""
    monkeypatch.setattr(build, "runtime_files", lambda: {"onnxruntime-web.js": b"js", "onnxruntime-web.wasm": b"wasm"})
    folder = tmp_path / "model"
    folder.mkdir()
    write_finder(folder / "crypto_pattern_model_quantized.onnx", CLASSES, threshold=0.4)
    return folder


def test_the_folder_holds_page_runtime_model_and_card(model, tmp_path, capsys):
    out = tmp_path / "site"
    write_reader(model / "crypto_price_reader.onnx")
    assert main(["site", "--model", str(model), "--out", str(out)]) == 0
    assert "http.server" in capsys.readouterr().out
    assert json.loads((out / "about.json").read_text()) == {
        "classes": list(CLASSES),
        "model_version": "0.0.0+test",
        "prices": True,
        "candles": False,
        "threshold": 0.4,
        "model": "crypto_pattern_model_quantized.onnx",
        "reader": "crypto_price_reader.onnx",
    }
    assert {"index.html", "app.js", "style.css", "colours.css", "worker.js", "onnxruntime-web.wasm"} <= {
        path.name for path in out.iterdir()
    }
    assert "worker" in (out / "engine.js").read_text(), "not the one that asks a server"
    card = yaml.safe_load((out / "README.md").read_text().split("---\n")[1])
    assert card["sdk"] == "static" and card["app_file"] == "index.html" and card["license"] == "mit"
    session = onnxruntime.InferenceSession(out / "crypto_pattern_model_quantized.onnx")
    assert [node.name for node in session.get_inputs()] == ["input", "threshold"]
    original = onnx.load(model / "crypto_pattern_model_quantized.onnx")
    assert "threshold" in {each.name for each in original.graph.initializer}, "the model's own file is as it was"


def test_an_earlier_page_is_replaced_and_anything_else_is_not(model, tmp_path, fails):
    out = tmp_path / "site"
    command = ("site", "--model", model, "--out", out)
    assert main([str(word) for word in command]) == 0
    (out / "old.js").touch()
    file = model / "crypto_pattern_model_quantized.onnx"
    assert main(["site", "--model", str(file), "--out", str(out)]) == 0
    assert not (out / "old.js").exists() and not json.loads((out / "about.json").read_text())["prices"]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").touch()
    said = fails("site", "--model", model, "--out", tmp_path / "mine")
    assert said.endswith("mine is there and is no site: choose another --out") and (tmp_path / "mine").exists()
    assert {path.name for path in tmp_path.iterdir()} == {"model", "site", "mine"}, "nothing half done is left"


def test_what_keeps_it_from_being_built(model, tmp_path, fails, monkeypatch):
    assert "has no crypto_pattern_model_quantized.onnx" in fails("site", "--model", tmp_path)
    classifier = min(find_shipped(SHIPPED).glob("crypto_*_quantized.onnx"))
    shutil.copy(classifier, tmp_path / "crypto_pattern_model_quantized.onnx")
    assert "whole screenshots" in fails("site", "--model", tmp_path)
    monkeypatch.setattr(build, "runtime_files", runtime.runtime_files)
    monkeypatch.setattr(runtime.shutil, "which", lambda name: None)
    assert "npm is not installed" in fails("site", "--model", model, "--out", tmp_path / "site")
    assert not (tmp_path / "site").exists()


def test_what_npm_may_say(model, tmp_path, fails, monkeypatch):
    monkeypatch.setattr(build, "runtime_files", runtime.runtime_files)
    monkeypatch.setattr(runtime.shutil, "which", lambda name: "npm")

    def npm(code: int, archive: bytes | None):
        def run(command, cwd, **_):
            assert "--no-update-notifier" in command and "--logs-max=0" in command  # asks for nothing of its own
            if archive is not None:
                Path(cwd, "onnxruntime-web.tgz").write_bytes(archive)
            return subprocess.CompletedProcess(command, code, "", "npm error\nENOTFOUND")

        monkeypatch.setattr(runtime.subprocess, "run", run)
        return fails("site", "--model", model, "--out", tmp_path / "site")

    assert npm(1, None).endswith(f"npm cannot fetch onnxruntime-web {runtime.VERSION}: npm error ENOTFOUND")
    assert "is another one than was tested: sha512-" in npm(0, b"something else")
