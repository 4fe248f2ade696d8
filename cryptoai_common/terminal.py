"""Commands at any terminal: characters that it cannot show, and names that are not UTF-8."""

from __future__ import annotations

import os
import sys
from codecs import lookup
from collections.abc import Callable, Sequence
from functools import wraps
from io import TextIOWrapper
from typing import Protocol

# Python's error handlers that never raise. Standard error has one already.
_TOLERANT = {"replace", "ignore", "backslashreplace", "xmlcharrefreplace", "namereplace"}


class Main(Protocol):
    """The entry point of a package: the words of the command line (default: of this process) → the exit code."""

    def __call__(self, words: Sequence[str] | None = None) -> int: ...


def at_any_terminal(*any_name: str) -> Callable[[Main], Main]:
    """Decorate the entry point of a package: it takes the words of the command line and returns the exit code.

    Any text can be printed, see ``show_any_text``. A name that is not UTF-8 ends with one sentence and exit code 2:
    pyarrow, matplotlib and safetensors take none, some of them only after an hour of training. Commands in
    ``any_name`` do take files of any name.
    """

    def decorate(main: Main) -> Main:
        @wraps(main)
        def guarded(words: Sequence[str] | None = None) -> int:
            show_any_text()
            given = sys.argv[1:] if words is None else words
            for word in given:
                if _is_not_utf8(word) and not (given[0] in any_name and os.path.isfile(word)):
                    return _refuse(word)
            try:
                return main(words)
            except UnicodeEncodeError as error:
                lines = [line for line in error.object.splitlines() if _is_not_utf8(line)]
                if not lines:
                    raise
                return _refuse(lines[0])

        return guarded

    return decorate


def show_any_text() -> None:
    """Print "?" for a character that standard output cannot encode, in place of an end with UnicodeEncodeError.

    That is any beyond the encoding of the terminal (``LC_ALL``, ``PYTHONIOENCODING``), and in UTF-8 what stands for a
    byte of a file name that is not UTF-8.
    """
    for stream in (sys.stdout, sys.stderr):
        if not isinstance(stream, TextIOWrapper) or stream.errors in _TOLERANT:
            continue
        if (lookup(stream.encoding).name, stream.errors) != (
            "utf-8",
            "surrogateescape",
        ):  # which gives any name's bytes
            stream.reconfigure(errors="replace")


def _is_not_utf8(text: str) -> bool:
    """Whether it holds what stands for a byte of a file name that is not UTF-8, or another half of a pair."""
    return any("\ud800" <= character <= "\udfff" for character in text)


def _refuse(name: str) -> int:
    print(f"error: the name {name} is not UTF-8; rename that file or directory", file=sys.stderr)
    return 2
