"""``predict``: the patterns in whole screenshots, as text, JSON and pictures."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from command_words import json_lines
from finder_file import write_finder, write_reader
from PIL import Image

from trainer.__main__ import main
from trainer.models.answer import Answer
from trainer.models.pattern_model import CLASSIFIER_QUANTIZED, FINDER_QUANTIZED, READER


@pytest.fixture
def run(tmp_path) -> Path:
    """A run directory with a finder and a reader, and no classifier."""
    directory = tmp_path / "run"
    directory.mkdir()
    write_finder(directory / FINDER_QUANTIZED, ("double_top", "bullish_flag"))
    write_reader(directory / READER)
    return directory


@pytest.fixture
def screen(tmp_path) -> Path:
    """White, with a grey block from x 30 to 290 and y 20 to 150."""
    pixels = np.full((200, 320, 3), 255, np.uint8)
    pixels[20:150, 30:290] = 90
    Image.fromarray(pixels).save(tmp_path / "screen.png")
    return tmp_path / "screen.png"


def test_a_whole_screenshot_is_searched(run, screen, capsys):
    (answer,) = json_lines(capsys, "predict", "--model", run, "--json", screen)
    pattern = {"label": "double_top", "probability": pytest.approx(0.9), "box": [30, 20, 290, 150]}
    assert answer["patterns"] == [{**pattern, "at_right_edge": True}]
    assert set(answer) == {"file", *Answer.__annotations__} and answer["model_version"] == "0.0.0+test"
    for model in (run, run / FINDER_QUANTIZED):
        assert main(["predict", "--model", str(model), str(screen)]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert lines == [f"{screen}: 1 pattern", "   90.0%  double_top  x 30 to 290, y 20 to 150  at the right edge"]


def test_the_picture_shows_the_box(run, screen, tmp_path, capsys):
    output = tmp_path / "found.png"
    assert main(["predict", "--model", str(run), "--picture", str(output), str(screen)]) == 0
    assert capsys.readouterr().out.endswith(f"  {output}\n")
    before, after = np.asarray(Image.open(screen)), np.asarray(Image.open(output))
    assert after.shape == before.shape
    changed = np.argwhere((before != after).any(axis=2))
    assert changed.min(axis=0).tolist() <= [20, 30] and {20, 150} <= set(changed[:, 0])
    assert (before[80:100, 60:260] == after[80:100, 60:260]).all()


@pytest.mark.parametrize("ending", [".jpg", ".webp"])
def test_the_picture_may_have_another_format(run, screen, tmp_path, ending):
    output = tmp_path / f"found{ending}"
    assert main(["predict", "--model", str(run), "--picture", str(output), str(screen)]) == 0
    assert Image.open(output).format in ("JPEG", "WEBP")


def test_several_pictures_go_into_a_folder(run, screen, tmp_path, capsys):
    again = tmp_path / "other" / screen.name
    again.parent.mkdir()
    shutil.copy(screen, again)
    words = ["predict", "--model", run, "--picture", tmp_path / "new" / "folder", "--json", screen, again]
    assert len(json_lines(capsys, *words)) == 2
    names = sorted(path.name for path in (tmp_path / "new" / "folder").iterdir())
    assert names == ["screen_patterns-2.png", "screen_patterns.png"]
    assert len(json_lines(capsys, "predict", "--model", run, "--picture", tmp_path, "--json", screen)) == 1
    assert (tmp_path / "screen_patterns.png").exists()


def test_a_picture_that_cannot_be_written(run, screen, tmp_path, fails):
    command = ("predict", "--model", run, "--picture")
    assert "must end in .png" in fails(*command, tmp_path / "found.xyz", screen)
    assert "would write over" in fails(*command, screen, screen)
    assert "is one file for 2 pictures; name a folder" in fails(*command, tmp_path / "found.png", screen, screen)
    found = tmp_path / "screen_patterns.png"
    shutil.copy(screen, found)
    assert "would write over" in fails(*command, tmp_path, screen, found)
    assert found.read_bytes() == screen.read_bytes()
    assert "choose another directory" in fails(*command, tmp_path / "none" / "found.png", screen)


def test_without_a_finder_one_sentence_says_what_to_do(run_without_finder, picture, fails):
    error = fails("predict", "--model", run_without_finder, picture)
    assert "has no crypto_pattern_model_quantized.onnx, which finds patterns in whole screenshots" in error
    assert "`python -m trainer export`, or add --cut" in error
    error = fails("predict", "--model", run_without_finder / CLASSIFIER_QUANTIZED, picture)
    assert "is a classifier of cut charts; name a finder of patterns, or add --cut" in error
    error = fails("predict", "--model", run_without_finder, "--onnx", run_without_finder / "onnx/model.onnx", picture)
    assert "--onnx names a classifier of cut charts; add --cut" in error


def test_a_run_of_an_earlier_version(own_run, picture, fails, capsys):
    (own_run / CLASSIFIER_QUANTIZED).rename(own_run / FINDER_QUANTIZED)
    error = fails("predict", "--model", own_run, picture)
    assert "is a classifier of cut charts, not a finder" in error and "`python -m trainer export`" in error
    assert main(["predict", "--cut", "--model", str(own_run), str(picture)]) == 0


def test_a_finder_does_not_answer_for_a_cut_chart(run, picture, fails):
    assert "is no classifier of cut charts" in fails("predict", "--cut", "--model", run / FINDER_QUANTIZED, picture)


def test_to_find_patterns_neither_torch_nor_matplotlib_is_loaded(run, screen, tmp_path):
    program = (
        "import sys; from trainer.__main__ import main; code = main(sys.argv[1:]);"
        "heavy = {'torch', 'transformers', 'datasets', 'onnx', 'matplotlib', 'pandas'} & set(sys.modules);"
        "sys.exit(f'loaded {heavy}' if heavy else code)"
    )
    words = ["predict", "--model", str(run), "--picture", str(tmp_path / "x.png"), str(screen)]
    done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
