"""``predict --cut``: the class of charts that are cut to their prices."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from command_words import json_lines
from PIL import Image
from transformers import pipeline

from trainer.__main__ import main
from trainer.models.answer import Answer
from trainer.models.pattern_model import CLASSIFIER_QUANTIZED, PatternModel


def test_one_json_object_a_line(finished_run, charts, capsys):
    pictures = sorted(charts.glob("test/*/*.png"))[:3]
    answers = json_lines(capsys, "predict", "--cut", "--model", finished_run, "--json", *pictures)
    assert [answer["file"] for answer in answers] == [str(path) for path in pictures]
    for answer in answers:
        assert set(answer) == {"file", *Answer.__annotations__}
        assert sum(answer["probabilities"].values()) == pytest.approx(1, abs=1e-5)
        assert answer["score"] == max(answer["probabilities"].values()) == answer["probabilities"][answer["best_guess"]]
        assert answer["label"] == (answer["best_guess"] if answer["clear"] else None)
        assert answer["model_version"] == PatternModel(finished_run / CLASSIFIER_QUANTIZED).version
        width, height = Image.open(answer["file"]).size
        boxes = [[0, 0, width, height]] if answer["clear"] else []
        assert [each["box"] for each in answer["patterns"]] == boxes


def test_every_kind_of_weights_agrees_with_transformers(finished_run, picture, tmp_path, capsys):
    bare = shutil.copytree(finished_run, tmp_path / "bare", ignore=shutil.ignore_patterns("*.onnx"))
    stock = {a["label"]: a["score"] for a in pipeline("image-classification", model=str(bare), top_k=10)(str(picture))}
    choices = {
        "checkpoint": (["--model", bare], 1e-5),
        "fp32": (["--model", finished_run, "--onnx", finished_run / "onnx/model.onnx"], 1e-4),
        "int8": (["--model", finished_run, "--onnx", finished_run / "onnx/model_quantized.onnx"], 0.02),
        "deployable": (["--model", shutil.copy(finished_run / CLASSIFIER_QUANTIZED, tmp_path)], 0.05),
    }
    for options, tolerance in choices.values():
        answer = json_lines(capsys, "predict", "--cut", *options, "--json", picture)[0]
        assert answer["probabilities"] == pytest.approx(stock, abs=tolerance)


def _set_threshold(run: Path, threshold: float) -> None:
    """Of the checkpoint and the files in onnx; the deployable files, which hold their own, are deleted."""
    for file in run.glob("crypto_*.onnx"):
        file.unlink()
    config = json.loads((run / "config.json").read_text())
    config["calibration"]["threshold"] = threshold
    (run / "config.json").write_text(json.dumps(config))


def test_text_lists_the_surest_first(own_run, picture, capsys):
    _set_threshold(own_run, 0.0)
    assert main(["predict", "--cut", "--model", str(own_run), str(picture)]) == 0
    first, *lines = capsys.readouterr().out.splitlines()
    shares = [float(line.split("%")[0]) for line in lines]
    assert first.startswith(f"{picture}: {lines[0].split()[-1]} (") and shares == sorted(shares, reverse=True)


def test_the_classifier_answers_with_what_lies_beside_it(finished_run, run_without_finder, picture, tmp_path, capsys):
    alone = shutil.copy(finished_run / CLASSIFIER_QUANTIZED, tmp_path / "model.onnx")
    models = (alone, run_without_finder, finished_run / CLASSIFIER_QUANTIZED, finished_run)
    answers = [json_lines(capsys, "predict", "--cut", "--model", model, "--json", picture)[0] for model in models]
    assert answers[0] == answers[1] and answers[2] == answers[3]
    assert answers[0]["probabilities"] != pytest.approx(answers[2]["probabilities"], abs=0.01)
    answer = answers[0]
    model = PatternModel(alone)
    assert answer["best_guess"] == max(answer["probabilities"], key=answer["probabilities"].get)
    assert answer["clear"] == (np.float32(answer["score"]) >= np.float32(model.threshold))
    assert answer["model_version"] == model.version


@pytest.mark.parametrize("file", ["", CLASSIFIER_QUANTIZED])
def test_with_an_onnx_file_neither_torch_nor_transformers_is_loaded(finished_run, picture, file):
    program = (
        "import sys; from trainer.__main__ import main; code = main(sys.argv[1:]);"
        "heavy = {'torch', 'transformers', 'datasets', 'optimum', 'onnx', 'matplotlib', 'pandas'} & set(sys.modules);"
        "sys.exit(f'loaded {heavy}' if heavy else code)"
    )
    command = [sys.executable, "-c", program, "predict", "--cut", "--model", str(finished_run / file), str(picture)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_odd_pictures_are_converted(finished_run, tmp_path, capsys):
    pictures = {
        "dot.png": Image.new("RGB", (1, 1)),
        "wide.png": Image.fromarray(np.full((9, 9), 40_000, np.uint16)),
        "print.jpg": Image.new("CMYK", (30, 20)),
        "clear.png": Image.new("RGBA", (30, 20)),
    }
    for name, picture in pictures.items():
        picture.save(tmp_path / name)
    answers = json_lines(capsys, "predict", "--cut", "--model", finished_run, "--json", *sorted(tmp_path.glob("*.*g")))
    assert len(answers) == 4


def test_one_bad_picture_does_not_lose_the_others(finished_run, picture, tmp_path, capsys):
    (tmp_path / "bad.png").write_bytes(picture.read_bytes()[:200])
    words = [
        "predict",
        "--cut",
        "--model",
        finished_run,
        "--json",
        tmp_path / "bad.png",
        tmp_path / "none.png",
        picture,
    ]
    assert main([str(word) for word in words]) == 2
    captured = capsys.readouterr()
    assert json.loads(captured.out)["file"] == str(picture)
    errors = captured.err.splitlines()
    assert len(errors) == 3 and "bad.png is truncated or damaged" in errors[0] and "none.png: no such file" in errors[1]
    assert errors[2] == "error: 2 of 3 pictures could not be read"


def test_bad_input(finished_run, picture, tmp_path, fails):
    assert "is not a model directory" in fails("predict", "--model", tmp_path, picture)
    assert "is not a model directory" in fails("predict", "--cut", "--model", tmp_path, picture)
    assert "is not a model directory" in fails("predict", "--cut", "--model", picture, picture)
    assert "name at least one picture" in fails("predict", "--cut", "--model", finished_run)
    file = finished_run / CLASSIFIER_QUANTIZED
    assert "is a file already; leave out --onnx" in fails("predict", "--cut", "--model", file, "--onnx", file, picture)
    assert "no such file" in fails("predict", "--cut", "--model", tmp_path / "none.onnx", picture)
    assert "no such file" in fails(
        "predict", "--cut", "--model", finished_run, "--onnx", tmp_path / "none.onnx", picture
    )


def test_a_chart_under_the_threshold_has_no_clear_pattern_and_three_guesses(own_run, charts, capsys):
    picture = next((charts / "test").rglob("*.png"))
    _set_threshold(own_run, 1.1)
    assert main(["predict", "--cut", "--model", str(own_run), str(picture)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("no clear pattern; the best guesses:")
    assert len(lines) == 4
    assert main(["predict", "--cut", "--model", str(own_run), "--json", str(picture)]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["clear"] is False and answer["label"] is None and answer["model_version"] is None
    assert answer["best_guess"] == lines[1].split()[-1]
