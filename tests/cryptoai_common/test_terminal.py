import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "models" / "chart-vit"
NOT_UTF8 = os.fsdecode(b"x\xff")


def _run(*words: str | Path, encoding: str = "utf-8", cwd: Path = ROOT) -> tuple[int, str, str]:
    environment = os.environ | {"PYTHONIOENCODING": encoding, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-m", *map(str, words)], env=environment, capture_output=True, cwd=cwd)
    return done.returncode, done.stdout.decode(encoding, "strict"), done.stderr.decode(errors="replace")


@pytest.fixture
def pictures(tmp_path) -> Path:
    for name in ("日本語.png", f"{NOT_UTF8}.png"):
        Image.new("RGB", (60, 60), "white").save(tmp_path / name)
    return tmp_path


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
@pytest.mark.parametrize("package", ["trainer", "dataset_builder"])
@pytest.mark.parametrize("command", [(), ("push",)], ids=["all", "one"])
def test_help_on_any_terminal(package, command, encoding):
    code, out, err = _run(package, *command, "--help", encoding=encoding)
    assert code == 0 and "usage" in out.lower() and "Error" not in err


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_what_a_terminal_cannot_show_is_replaced(pictures, encoding):
    code, out, err = _run("trainer", "predict", "日本語.png", "--model", MODEL, encoding=encoding, cwd=pictures)
    assert code == 0 and out.startswith("???.png: ") and "Traceback" not in err


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_json_stays_json_and_exact(pictures, encoding):
    words = ["trainer", "predict", "--json", "日本語.png", f"{NOT_UTF8}.png", "--model", MODEL]
    code, out, _ = _run(*words, encoding=encoding, cwd=pictures)
    assert code == 0
    assert [json.loads(line)["file"] for line in out.splitlines()] == ["日本語.png", f"{NOT_UTF8}.png"]


def test_a_picture_whose_name_is_not_utf8(pictures):
    code, out, err = _run("trainer", "predict", f"{NOT_UTF8}.png", "--model", MODEL, cwd=pictures)
    assert code == 0 and out.startswith("x?.png: ") and "Traceback" not in err


@pytest.mark.parametrize(
    "words",
    [
        ("dataset_builder", "build", "--size", "60", "--output", NOT_UTF8),
        ("trainer", "train", "--dataset", "data", f"--output={NOT_UTF8}"),
        ("trainer", "predict", f"{NOT_UTF8}.gif"),
    ],
    ids=lambda words: words[1],
)
def test_other_names_that_are_not_utf8_are_one_sentence(pictures, words):
    code, out, err = _run(*words, cwd=pictures)
    assert code == 2 and out == "" and len(err.splitlines()) == 1 and "is not UTF-8; rename" in err


def test_a_file_in_a_folder_whose_name_is_not_utf8_is_named(pictures):
    for split in ("train", "test"):
        (pictures / "own" / split / "breakout").mkdir(parents=True)
        Image.effect_noise((60, 60), 50 + len(split)).save(pictures / "own" / split / "breakout" / f"{NOT_UTF8}.png")
    code, _, err = _run("trainer", "evaluate", MODEL, "--dataset", "own", cwd=pictures)
    assert code == 2 and "own/train/breakout/x" in err and "is not UTF-8; rename" in err and "Traceback" not in err
