"""``python -m PACKAGE COMMAND``: the parts that the command lines of both packages share."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

from cryptoai_common.errors import UserError
from cryptoai_common.extras import extras_named
from cryptoai_common.files import FORBIDDEN, FULL, NO_PLACE, disk_sentence
from cryptoai_common.log import diagnostics_shown
from cryptoai_common.settings import read_settings

Commands = Mapping[str, tuple[type, str]]  # name: its settings, and "module:function" that takes them
Reader = Callable[[str, type, str, list[str]], tuple[Any, ...]]


def own_settings(command: str, config_class: type, program: str, words: list[str]) -> tuple[Any, ...]:
    """The arguments of a command's function: its settings alone."""
    return (read_settings(config_class, program, words),)


def run_program(
    package: str, commands: Commands, words: Sequence[str] | None, interrupted: str, reader: Reader = own_settings
) -> int:
    """Run the command that ``words`` names (default: those of this process) and return the exit code.

    0: done; 1: a check failed; 2: the user's mistake; 130: interrupted, after printing the sentence ``interrupted``.
    The module of a command is imported when it runs, so that help is fast. ``reader`` turns command, class of settings,
    program and words into the arguments of the command's function.
    """
    words = list(sys.argv[1:] if words is None else words)
    try:
        if not words or words[0] in ("-h", "--help"):
            print(_usage(package, commands))
            return 0 if words else 2
        if words[0] not in commands:
            raise UserError.unknown("command", words[0], commands)
        config_class, target = commands[words[0]]
        with extras_named(), diagnostics_shown():
            arguments = reader(words[0], config_class, f"python -m {package} {words[0]}", words[1:])
            module, function = target.split(":")
            getattr(import_module(module), function)(*arguments)
    except UserError as error:
        if os.environ.get("RANK", "0") == "0":  # in distributed training only the first process prints
            print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:  # the reader of standard output, such as `head`, has ended
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:  # of the disk; any other is a fault of ours, whose traceback is wanted
        if error.errno not in FULL and not (error.filename and error.errno in FORBIDDEN + NO_PLACE):
            raise
        print(f"error: {disk_sentence(error, 'the output')}", file=sys.stderr)
        return UserError.exit_code
    except KeyboardInterrupt:
        print(f"interrupted: {interrupted}", file=sys.stderr)
        return 130
    return 0


def _usage(package: str, commands: Commands) -> str:
    width = max(map(len, commands))
    lines = [f"  {name:{width}}  {(made.__doc__ or '').splitlines()[0]}" for name, (made, _) in commands.items()]
    return "\n".join([f"usage: python -m {package} COMMAND …", "", *lines, "", "COMMAND --help lists its options."])
