"""The command line: one sentence and an exit code for every mistake."""

from __future__ import annotations

import subprocess
import sys

import pytest

from dataset_builder.__main__ import main


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["biuld"], 2, "did you mean 'build'"),
        (["build", "--size", "0"], 2, "--size 0 is less than one chart"),
        (["build", "--validation-fraction", "0.9", "--test-fraction", "0.2"], 2, "sum must be under 1"),
        (["build", "--recipe", "nowhere.yaml"], 2, "nowhere.yaml"),
        (["verify", "nowhere"], 2, "not a directory"),
    ],
)
def test_mistakes(arguments, code, words, capsys):
    assert main(arguments) == code
    assert words in capsys.readouterr().err


def test_an_unknown_option_suggests_the_nearest(capsys):
    assert main(["build", "--sise", "100"]) == 2
    assert capsys.readouterr().err == "error: unknown option '--sise'; did you mean '--size'?\n"


def test_yaml_sets_defaults_and_the_command_line_wins(tmp_path, capsys):
    settings = tmp_path / "small.yaml"
    settings.write_text("size: 3\nseed: 7\n")
    assert main(["build", "--recipe", str(settings)]) == 2
    assert "--size 3" in capsys.readouterr().err
    assert main(["build", "--recipe", str(settings), "--size", "4"]) == 2
    assert "--size 4" in capsys.readouterr().err
    settings.write_text("sizes: 3\n")
    assert main(["build", "--recipe", str(settings)]) == 2
    assert "did you mean 'size'" in capsys.readouterr().err


def test_a_directory_without_permission(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "dataset_builder", "build", "--output", "/proc/charts", "--size", "100"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "/proc/charts" in done.stderr
