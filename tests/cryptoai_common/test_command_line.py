"""What both programs do alike: help, exit codes, and one sentence for every mistake."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import dataset_builder.__main__ as builder
import trainer.__main__ as trainer
from cryptoai_common.command_line import run_program
from cryptoai_common.errors import CheckFailed
from cryptoai_common.options import options_of
from dataset_builder.config import VerifyConfig

PROGRAMS = pytest.mark.parametrize("program", [builder, trainer], ids=["dataset_builder", "trainer"])
COMMANDS = [(program, name) for program in (builder, trainer) for name in program.COMMANDS]
# Commands about a run or a dataset, and about pictures or prices: what they are about comes first, without a name.
FIRST = {
    "run": {"export", "evaluate", "baselines", "summary", "push"},
    "directory": {"audit", "verify", "push"},
    "pictures": {"predict"},
    "picture": {"explain"},
    "prices": {"render", "scan"},
}


@PROGRAMS
def test_without_arguments_the_commands_are_listed_and_the_exit_code_is_2(program, capsys):
    assert program.main([]) == 2
    listed = capsys.readouterr().out
    assert program.main(["--help"]) == 0 and program.main(["-h"]) == 0
    assert capsys.readouterr().out == 2 * listed
    assert all(f"  {name} " in listed for name in program.COMMANDS)


@PROGRAMS
def test_an_unknown_command(program, capsys):
    assert program.main(["psh"]) == 2
    assert capsys.readouterr().err == "error: unknown command 'psh'; did you mean 'push'?\n"


@pytest.mark.parametrize(("program", "name"), COMMANDS)
def test_every_command_explains_itself_and_every_option_has_help(program, name, capsys):
    with pytest.raises(SystemExit) as caught:
        program.main([name, "--help"])
    told = capsys.readouterr().out
    assert caught.value.code == 0 and told.startswith(f"usage: python -m {program.__name__.split('.')[0]} {name}")
    for option in options_of(program.COMMANDS[name][0]):
        lines = told[told.index(f"  {option.shown}") :].splitlines()
        assert len(" ".join(lines[:2]).split()) > 2, option.name


@pytest.mark.parametrize(("program", "name"), COMMANDS)
def test_what_a_command_is_about_comes_first(program, name):
    kind = {builder: "directory", trainer: "run"}[program]
    wanted = [about for about, names in FIRST.items() if name in names and not (name == "push" and about != kind)]
    found = [option.name for option in options_of(program.COMMANDS[name][0]) if option.positional]
    assert not wanted or found == wanted


@PROGRAMS
@pytest.mark.parametrize("command", [["--help"], []])
def test_help_loads_nothing_heavy(program, command):
    heavy = {"torch", "transformers", "datasets", "numpy", "jsonargparse", "yaml"}
    code = (
        f"import sys; from {program.__name__} import main; main({command}); sys.exit(bool({heavy} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0


@pytest.mark.parametrize("words", [["trainer", "train", "--help"], ["trainer", "predict", "--help"]])
def test_help_of_a_command_needs_neither_torch_nor_transformers(words):
    code = (
        f"import sys, runpy; sys.argv[:] = {words}\n"
        "try: runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=False)\n"
        "except SystemExit as stopped: sys.exit(stopped.code or bool({'torch', 'transformers'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0


def _end(settings: VerifyConfig) -> None:
    """A command that ends as its one word says."""
    match str(settings.directory):
        case "failed":
            raise CheckFailed("not good enough")
        case "stopped":
            raise KeyboardInterrupt
        case "our-mistake":
            raise KeyError("x")
        case "full":
            raise OSError(errno.ENOSPC, "No space left on device")
        case "no-network":
            raise OSError(errno.ECONNREFUSED, "Connection refused")
        case "temporary":
            os.replace(Path(__file__).with_name("none"), settings.directory)
        case place:
            Path(place).touch()


@pytest.fixture
def go(monkeypatch):
    """A program with one command, ``go``, that ends as its one word says."""
    monkeypatch.setitem(sys.modules, "shop", SimpleNamespace(end=_end))
    commands = {"go": (VerifyConfig, "shop:end")}
    return lambda *words: run_program("shop", commands, ["go", *words], interrupted="start it again")


def test_exit_codes(go, capsys):
    assert go(os.devnull) == 0
    assert capsys.readouterr() == ("", "")
    assert go("failed") == 1
    assert capsys.readouterr().err == "error: not good enough\n"
    assert go("stopped") == 130
    assert capsys.readouterr().err == "interrupted: start it again\n"
    assert go() == 2
    assert capsys.readouterr().err.startswith("error: python -m shop go needs DIRECTORY; see")
    with pytest.raises(KeyError):  # a mistake of ours keeps its traceback
        go("our-mistake")


def test_what_the_disk_refuses_is_one_sentence(go, capsys, tmp_path):
    end = ", then run the same command again\n"
    assert go("full") == 2
    assert capsys.readouterr().err == f"error: the output: the disk is full: free some space{end}"
    remedy = "choose another directory, or repair this one"
    assert go(str(tmp_path / "none" / "x")) == 2
    assert capsys.readouterr().err == f"error: {tmp_path / 'none' / 'x'}: No such file or directory: {remedy}{end}"
    assert go("temporary") == 2
    assert capsys.readouterr().err == f"error: temporary: No such file or directory: {remedy}{end}"
    with pytest.raises(OSError, match="refused"):  # of no file: its traceback is wanted
        go("no-network")


def test_one_of_several_processes_speaks_for_all(go, capsys, monkeypatch):
    monkeypatch.setenv("RANK", "1")
    assert go("failed") == 1 and capsys.readouterr().err == ""
    monkeypatch.setenv("RANK", "0")
    assert go("failed") == 1 and capsys.readouterr().err


def test_a_reader_that_leaves_early_is_no_mistake():
    code = (
        "import sys; from cryptoai_common import command_line\n"
        "command_line._usage = lambda *given: 'x' * 10**6\n"
        "sys.exit(command_line.run_program('shop', {}, ['-h'], interrupted=''))"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    assert process.stderr.read() == b"" and process.wait() == 0


@PROGRAMS
def test_help_is_quick(program):
    """Under 0.3 s of processor time, with room for a slow machine: the heavy imports would take seconds."""
    began = os.times()
    for words in (["--help"], [next(iter(program.COMMANDS)), "--help"]):
        subprocess.run([sys.executable, "-m", program.__name__, *words], capture_output=True, check=True)
    ended = os.times()
    assert ended.children_user + ended.children_system - began.children_user - began.children_system < 2
