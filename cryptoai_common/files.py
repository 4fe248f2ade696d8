"""Writes files so that a reader finds either the whole file or none, and reports disk errors as one sentence."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from cryptoai_common.errors import UserError

LOCK = "lock"  # in a directory that one process at a time works in
PARTIAL = ".partial"  # the end of an unfinished directory's name
FULL = (errno.ENOSPC, errno.EDQUOT)
FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
NO_PLACE = (errno.ENOENT, errno.ENOTDIR, errno.EISDIR)


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Let ``write`` fill a temporary file in the same directory, then rename it to ``path``.

    The temporary name ends as the final one does, because some writers choose the format by the suffix.
    """
    temporary = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        write(temporary)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def atomic(path: Path, mode: str = "w") -> Iterator[IO[Any]]:
    """Open a file for writing that takes its name only when it is complete. Text is UTF-8."""
    temporary = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        with open(temporary, mode, encoding=None if "b" in mode else "utf-8") as file:
            yield file
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text atomically."""
    write_atomically(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))


def json_text(value: Any) -> str:
    """A value as indented JSON, with a line break at the end."""
    return json.dumps(value, indent=2) + "\n"


def write_json(path: Path, value: Any) -> None:
    """Write a value as indented JSON, atomically."""
    write_text(path, json_text(value))


def file_hash(path: Path) -> str:
    """SHA-256 of a file's content, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def partial_path(path: Path) -> Path:
    """Where a directory is made before it takes its name: ``NAME.partial`` beside it."""
    return path.with_name(path.name + PARTIAL)


@contextmanager
def locked(directory: Path, refusal: str) -> Iterator[None]:
    """Be the only process that works in an existing directory, until the block ends.

    Raises UserError with the message ``refusal`` if another process works there.
    """
    from filelock import FileLock, Timeout  # imported here because readers, such as the server, may not have it

    try:
        with FileLock(directory / LOCK, timeout=0):
            yield
    except Timeout:
        raise UserError(refusal) from None


@contextmanager
def disk_errors(where: Path) -> Iterator[None]:
    """Turn an OSError into a UserError that names the file, or else ``where``, and the remedy."""
    try:
        yield
    except OSError as error:
        raise UserError(disk_sentence(error, str(where))) from error


def disk_sentence(error: OSError, where: str) -> str:
    """What an OSError says, with the remedy. ``where`` is named if the error names no file."""
    if error.errno in FULL:
        problem = "the disk is full: free some space"
    elif error.errno in FORBIDDEN:
        problem = "no permission to write there: choose another directory or change its permissions"
    else:
        problem = f"{error.strerror or error}: choose another directory, or repair this one"
    return f"{error.filename2 or error.filename or where}: {problem}, then run the same command again"
