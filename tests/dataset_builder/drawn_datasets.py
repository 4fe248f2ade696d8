"""The dataset that tests of builds share, and how two are compared."""

from __future__ import annotations

from pathlib import Path

SIZE = 100  # charts of the fixture ``built``


def content(directory: Path) -> dict[str, bytes]:
    """Every file of a directory but the card, which carries the dataset's name."""
    files = (path for path in directory.rglob("*") if path.is_file() and path.name != "README.md")
    return {str(path.relative_to(directory)): path.read_bytes() for path in files}
