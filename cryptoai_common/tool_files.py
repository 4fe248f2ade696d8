"""Files and folders that file managers, archivers, storage boxes and editors leave beside a user's own."""

from __future__ import annotations

import shutil
from pathlib import Path, PurePath

# Compared in lower case. Names that begin with a dot need no entry: .DS_Store, ._x, .directory, .ipynb_checkpoints.
TOOL_FILES = {"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r"}
TOOL_FOLDERS = {
    *("__macosx", "__pycache__", "lost+found", "@eadir", "#recycle", "$recycle.bin", "system volume information"),
}
# What a file manager makes in a folder that is only looked at.
_MADE_BY_LOOKING = TOOL_FILES | {".ds_store", ".localized", ".directory"}


def is_of_a_tool(path: PurePath | str) -> bool:
    """Whether a path, relative to the user's directory, is a tool's: hidden, of such a name, or in such a folder."""
    return any(
        part.startswith(".") or part.lower() in TOOL_FILES | TOOL_FOLDERS
        for part in PurePath(path).parts
        if part not in (".", "..")
    )


def remove_if_empty(directory: Path) -> bool:
    """Whether a directory holds nothing, or only what a file manager makes by looking; it is removed then."""
    names = [path.name.lower() for path in directory.iterdir()]
    if not all(name in _MADE_BY_LOOKING or name.startswith("._") for name in names):
        return False
    if not directory.is_symlink():
        shutil.rmtree(directory, ignore_errors=True)  # whoever needs the place will say why it can't be had
    return True
