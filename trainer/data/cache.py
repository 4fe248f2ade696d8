"""Where prepared datasets are kept: the cache of the ``datasets`` library, or another place if that is not writable."""

from __future__ import annotations

import os
import sys
import tempfile
from functools import cache
from pathlib import Path

import datasets

NAME = "cryptoai-vision"


@cache
def cache_directory() -> Path:
    """A directory that this process may write in, the same for all processes of a user.

    Without a writable HOME, HF_HOME or HF_DATASETS_CACHE it is in the temporary directory, which is said once.
    """
    usual = Path(datasets.config.HF_DATASETS_CACHE) / NAME
    problem = _problem(usual)
    if problem is None:
        return usual
    spare = _own_temporary_directory()
    if os.environ.get("RANK", "0") == "0":  # one of several processes speaks for all
        told = f"{usual} cannot be written ({problem}): prepared datasets are kept in {spare}"
        print(f"{told}; HF_HOME names another place", file=sys.stderr)
    return spare


def _problem(directory: Path) -> str | None:
    """Why a directory cannot be written in; None if it can be, which makes it."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return error.strerror or str(error)
    return None if os.access(directory, os.W_OK | os.X_OK) else "Permission denied"


def _own_temporary_directory() -> Path:
    """The user's own in the temporary directory: whoever else could write in it would choose what is learnt from."""
    user = os.getuid() if hasattr(os, "getuid") else "user"
    place = Path(tempfile.gettempdir()) / f"{NAME}-{user}"
    try:
        place.mkdir(mode=0o700, exist_ok=True)
        about = place.lstat()
    except OSError:
        return Path(tempfile.mkdtemp(prefix=f"{NAME}-"))
    mine = not hasattr(os, "getuid") or (about.st_uid == os.getuid() and not about.st_mode & 0o022)
    return place if mine and not place.is_symlink() else Path(tempfile.mkdtemp(prefix=f"{NAME}-"))
