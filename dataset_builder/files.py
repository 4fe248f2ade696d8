"""Files that are either whole or absent, and disk errors told in one sentence."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dataset_builder.errors import UserError


@contextmanager
def atomic(path: Path, mode: str = "w") -> Iterator:
    """Open a file for writing that takes its name only when it is complete."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        with open(temporary, mode) as file:
            yield file
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def json_text(value) -> str:
    """A value as indented JSON."""
    return json.dumps(value, indent=2) + "\n"


def write_json(path: Path, value) -> None:
    """Write a value as indented JSON, atomically."""
    with atomic(path) as file:
        file.write(json_text(value))


@contextmanager
def disk_errors(where: Path) -> Iterator[None]:
    """Turn what a disk refuses into a UserError; what was finished before stays."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            problem = "the disk is full: free some space"
        elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            problem = "no permission to write there: choose another directory or change its permissions"
        else:
            problem = f"{error.strerror or error}: choose another directory, or mend this one"
        raise UserError(f"{error.filename or where}: {problem}, then run the same command again") from error
