import subprocess
import sys

import pytest

from trainer.__main__ import COMMANDS, main


def test_help_lists_the_commands_and_loads_nothing_heavy():
    program = (
        "import sys; from trainer.__main__ import main; main(['--help']);"
        "sys.exit(bool({'torch', 'transformers', 'datasets', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0
    assert all(name in done.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name, capsys):
    with pytest.raises(SystemExit) as caught:
        main([name, "--help"])
    assert caught.value.code == 0
    assert f"python -m trainer {name}" in capsys.readouterr().out


def test_an_unknown_command_and_an_unknown_option(fails):
    assert fails("predit") == "error: unknown command 'predit'; did you mean 'predict'?"
    assert fails("predict", "x.png", "--model", "m", "--jsn") == "error: unknown option '--jsn'; did you mean '--json'?"


def test_the_run_of_evaluate_comes_first_as_in_every_command_about_a_run(fails):
    assert "python -m trainer evaluate models/" in fails("evaluate", "--model", "m", "--dataset", "d")


def test_the_summary_says_what_was_reached_and_where(finished_run, capsys, tmp_path, fails):
    assert main(["summary", str(finished_run)]) == 0
    out = capsys.readouterr().out
    assert "charts/test: accuracy" in out and "95 % interval" in out and "on 10 charts" in out
    assert "onnx/model_quantized.onnx: 0." in out and "ms a picture on one core" in out
    assert str(finished_run / "training_curves.png") in out
    assert "is not a run" in fails("summary", tmp_path)
