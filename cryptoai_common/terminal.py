"""Standard output that takes any text, whatever the terminal or the pipe behind it can show."""

from __future__ import annotations

import sys
from codecs import lookup
from io import TextIOWrapper

# Python's error handlers that never raise. Standard error has one already.
_TOLERANT = {"replace", "ignore", "backslashreplace", "xmlcharrefreplace", "namereplace"}


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
        ):  # that gives names as they are
            stream.reconfigure(errors="replace")
