"""The ``datasets`` library on a directory whose path holds ``[ ] * ?``, which it would read as a pattern.

It puts the directory's path before each pattern of its own (https://github.com/huggingface/datasets/issues/7468):
``[work]/charts`` is not found, and ``run*/charts`` is read together with ``run1/charts``. Escaping the path is no way
out: fsspec would then walk everything under the first folder without such a character.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from glob import has_magic
from pathlib import Path
from typing import Any

import datasets.data_files
from fsspec import AbstractFileSystem
from fsspec.implementations.dirfs import DirFileSystem
from fsspec.implementations.local import LocalFileSystem

from cryptoai_common.errors import UserError


class _Below(LocalFileSystem):  # type: ignore[misc]  # fsspec has no types
    """The local files, where only what comes after ``base`` in a path is a pattern."""

    cachable = False  # by fsspec, which would give the first instance to every ``base``

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base

    def glob(self, path: str, maxdepth: int | None = None, **kwargs: Any) -> Any:
        inside = DirFileSystem(self.base, self)
        # not DirFileSystem's own glob, which puts the base before the pattern again
        found = AbstractFileSystem.glob(inside, path.removeprefix(f"{self.base}/"), maxdepth, **kwargs)
        if isinstance(found, dict):
            return {f"{self.base}/{name}": about for name, about in found.items()}
        return [f"{self.base}/{name}" for name in found]


@contextmanager
def literal_path(directory: Path) -> Iterator[str]:
    """The path to give to ``datasets.load_dataset`` in this context, which takes every character of it as it is.

    Raises UserError for a path with "::", which the library reads as two.
    """
    path = directory.resolve().as_posix()
    if "::" in path:
        raise UserError(f"{path} holds '::', which the datasets library takes apart; rename the directory")
    if not has_magic(path):
        yield path
        return
    usual = datasets.data_files.url_to_fs

    def url_to_fs(url: str, **options: Any) -> tuple[AbstractFileSystem, str]:
        return (_Below(path), url) if url.startswith(f"{path}/") else usual(url, **options)

    datasets.data_files.url_to_fs = url_to_fs
    try:
        yield path
    finally:
        datasets.data_files.url_to_fs = usual
