from pathlib import Path

import numpy as np
import pytest
import torch
from finder_file import write_finder, write_reader
from PIL import Image

from trainer.__main__ import main
from trainer.data.picture import open_rgb
from trainer.models.attention import encode, read_columns, rollout
from trainer.models.chart_reader import ChartReader, Objectives
from trainer.models.heads import FILE_NAME, read_heads
from trainer.models.pattern_model import FINDER_QUANTIZED, READER
from trainer.models.vit import TorchClassifier


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
    tokens, attentions = encode(classifier, pixels)
    reader = ChartReader(classifier.model, Objectives(read_chart=1.0)).eval()
    reader.load_state_dict(read_heads(finished_run), strict=False)
    with torch.inference_mode():
        expected = reader.reading(*reader._encode(torch.from_numpy(pixels[None]))[1:], 4)[0].numpy()
    assert read_columns(finished_run, tokens) == pytest.approx(expected, abs=1e-5)
    assert attentions.shape == (2, 2, 17, 17) and attentions.sum(axis=-1) == pytest.approx(1, abs=1e-5)


def test_it_writes_a_picture_and_says_what_predict_says(finished_run, picture, tmp_path, capsys):
    wide = tmp_path / "wide.jpg"
    open_rgb(picture).resize((640, 200)).save(wide)
    onnx = str(finished_run / "onnx/model.onnx")
    assert main(["predict", "--cut", "--model", str(finished_run), "--onnx", onnx, str(wide)]) == 0
    answer = capsys.readouterr().out
    assert main(["explain", "--cut", str(wide), "--model", str(finished_run)]) == 0
    assert capsys.readouterr().out == f"{answer}  {tmp_path / 'wide_explained.png'}\n"
    with Image.open(tmp_path / "wide_explained.png") as drawn:
        assert min(drawn.size) > 400 and len(set(np.asarray(drawn.convert("RGB")).reshape(-1, 3)[:, 0])) > 50


def test_a_model_without_the_head_is_told_so(own_run, picture, tmp_path, capsys):
    (own_run / FILE_NAME).unlink()
    assert main(["explain", "--cut", str(picture), "--model", str(own_run), "--output", str(tmp_path / "x.png")]) == 0
    assert "has no chart_reader.safetensors, so the prices that it read are not drawn" in capsys.readouterr().out
    assert (tmp_path / "x.png").exists()


def test_bad_input(finished_run, picture, tmp_path, fails):
    assert "no such file" in fails("explain", "--cut", tmp_path / "none.png", "--model", finished_run)
    assert "is not a model directory" in fails("explain", "--cut", picture, "--model", tmp_path)
    for output in (tmp_path / "none" / "x.png", tmp_path / "x.xyz"):
        assert "cannot be written" in fails("explain", "--cut", picture, "--model", finished_run, "--output", output)


@pytest.fixture
def screen(tmp_path) -> Path:
    """Dark, with a grey block from x 30 to 290 and y 20 to 150."""
    pixels = np.full((200, 320, 3), 20, np.uint8)
    pixels[20:150, 30:290] = 90
    Image.fromarray(pixels).save(tmp_path / "screen.png")
    return tmp_path / "screen.png"


def test_of_a_screenshot_the_prices_and_the_patterns_are_drawn(screen, tmp_path, capsys):
    write_finder(tmp_path / FINDER_QUANTIZED, ("double_top",))
    write_reader(tmp_path / READER)
    assert main(["explain", str(screen), "--model", str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{screen}: 1 pattern",
        "   90.0%  double_top  x 30 to 290, y 20 to 150  at the right edge",
        "  prices were read from x 30 to 289, y 20 to 149, in 260 columns",
        f"  {tmp_path / 'screen_explained.png'}",
    ]
    before, after = np.asarray(Image.open(screen)), np.asarray(Image.open(tmp_path / "screen_explained.png"))
    assert after.shape == before.shape and (after[20] != before[20]).any() and (after[149] != before[149]).any()
    Image.new("RGB", (90, 60)).save(screen)
    assert main(["explain", str(screen), "--model", str(tmp_path)]) == 0
    assert "  no prices were read" in capsys.readouterr().out.splitlines()


def test_a_screenshot_needs_finder_and_reader(run_without_finder, screen, tmp_path, fails):
    assert "has no crypto_pattern_model_quantized.onnx" in fails("explain", screen, "--model", run_without_finder)
    write_finder(tmp_path / FINDER_QUANTIZED, ("double_top",))
    assert "has no crypto_price_reader.onnx, which reads the prices" in fails("explain", screen, "--model", tmp_path)
    write_reader(tmp_path / READER)
    command = ("explain", screen, "--model", tmp_path, "--output")
    for output in (tmp_path / "none" / "x.png", tmp_path / "x.xyz"):
        assert "cannot be written" in fails(*command, output)
