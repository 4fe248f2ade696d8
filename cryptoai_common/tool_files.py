"""Files and folders that file managers, archivers, storage boxes and editors leave beside a user's own."""

from __future__ import annotations

import shutil
from pathlib import Path, PurePath

# Compared in lower case. Names that begin with a dot need no entry: .DS_Store, ._x, .directory, .ipynb_checkpoints.
TOOL_FILES = {"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r"}
TOOL_FOLDERS = {"lost+found", "system volume information", "cvs"}
# Folders of such names too: @eaDir, __MACOSX, __pycache__, #recycle, $RECYCLE.BIN.
TOOL_FOLDER_STARTS = (".", "@", "#", "$", "~", "__")
# What a file manager makes in a folder that is only looked at.
_MADE_BY_LOOKING = TOOL_FILES | {".ds_store", ".localized", ".directory"}


def is_tool_folder(name: str) -> bool:
    """Whether a folder of that name is a tool's."""
    return name.startswith(TOOL_FOLDER_STARTS) or name.lower() in TOOL_FOLDERS


def is_tool_file(name: str) -> bool:
    """Whether a file of that name is a tool's, or hidden."""
    return name.startswith(".") or name.lower() in TOOL_FILES


def is_of_a_tool(path: PurePath | str) -> bool:
    """Whether a path, relative to the user's directory, is a tool's file or folder, or lies in such a folder."""
    parts = [part for part in PurePath(path).parts if part not in (".", "..")]
    return any(map(is_tool_folder, parts)) or any(map(is_tool_file, parts))


def remove_if_empty(directory: Path) -> bool:
    """Whether a directory holds nothing, or only what a file manager makes by looking; it is removed then."""
    names = [path.name.lower() for path in directory.iterdir()]
    if not all(name in _MADE_BY_LOOKING or name.startswith("._") for name in names):
        return False
    if not directory.is_symlink():
        shutil.rmtree(directory, ignore_errors=True)  # whoever needs the place will say why it can't be had
    return True
