from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from trainer.__main__ import main
from trainer.commands.explain import _encode, _read, rollout
from trainer.data.picture import open_rgb
from trainer.models.chart_reader import ChartReader, Objectives
from trainer.models.heads import FILE_NAME, read_heads
from trainer.models.vit import TorchClassifier


@pytest.fixture
def picture(charts) -> Path:
    return sorted(charts.glob("test/*/*.png"))[0]


def test_attention_that_is_even_looks_everywhere_alike():
    looked = rollout(np.full((3, 2, 10, 10), 0.1))
    assert looked.shape == (3, 3)
    assert looked == pytest.approx(np.full((3, 3), 1 / 9))


def test_attention_flows_through_the_layers():
    first, last = np.eye(10), np.eye(10)
    first[4] = np.eye(10)[7]  # token 4 takes all from token 7, then the class token all from token 4
    last[0] = np.eye(10)[4]
    looked = rollout(np.stack([first, last])[:, np.newaxis]).ravel()
    assert looked[[3, 6]] == pytest.approx([0.5, 0.5]) and looked.sum() == pytest.approx(1)


def test_what_is_drawn_is_what_the_head_reads(finished_run, picture):
    classifier = TorchClassifier.load(finished_run)
    pixels = classifier.preprocess(open_rgb(picture))
    tokens, attentions = _encode(classifier, pixels)
    reader = ChartReader(classifier.model, Objectives(read_chart=1.0)).eval()
    reader.load_state_dict(read_heads(finished_run), strict=False)
    with torch.inference_mode():
        expected = reader.reading(*reader._encode(torch.from_numpy(pixels[None]))[1:], 4)[0].numpy()
    assert _read(finished_run, tokens) == pytest.approx(expected, abs=1e-5)
    assert attentions.shape == (2, 2, 17, 17) and attentions.sum(axis=-1) == pytest.approx(1, abs=1e-5)


def test_it_writes_a_picture_and_says_what_predict_says(finished_run, picture, tmp_path, capsys):
    wide = tmp_path / "wide.jpg"
    open_rgb(picture).resize((640, 200)).save(wide)
    assert (
        main(["predict", "--model", str(finished_run), "--onnx", str(finished_run / "onnx/model.onnx"), str(wide)]) == 0
    )
    answer = capsys.readouterr().out
    assert main(["explain", str(wide), "--model", str(finished_run)]) == 0
    assert capsys.readouterr().out == f"{answer}  {tmp_path / 'wide_explained.png'}\n"
    with Image.open(tmp_path / "wide_explained.png") as drawn:
        assert min(drawn.size) > 400 and len(set(np.asarray(drawn.convert("RGB")).reshape(-1, 3)[:, 0])) > 50


def test_a_model_without_the_head_is_told_so(own_run, picture, tmp_path, capsys):
    (own_run / FILE_NAME).unlink()
    assert main(["explain", str(picture), "--model", str(own_run), "--output", str(tmp_path / "x.png")]) == 0
    assert "has no chart_reader.safetensors, so the prices that it read are not drawn" in capsys.readouterr().out
    assert (tmp_path / "x.png").exists()


def test_bad_input(finished_run, picture, tmp_path, fails):
    assert "no such file" in fails("explain", tmp_path / "none.png", "--model", finished_run)
    assert "is not a model directory" in fails("explain", picture, "--model", tmp_path)
    for output in (tmp_path / "none" / "x.png", tmp_path / "x.xyz"):
        assert "cannot be written" in fails("explain", picture, "--model", finished_run, "--output", output)
