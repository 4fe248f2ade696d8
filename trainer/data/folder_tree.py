"""A directory of a user's → the pictures in its folders, and what in it is none of the user's or no picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cryptoai_common.errors import UserError
from cryptoai_common.tool_files import is_tool_file, is_tool_folder
from trainer.data.picture import is_no_file, is_picture

SUFFIXES = {
    *(".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".pjpeg", ".pjp", ".webp", ".gif", ".bmp", ".dib"),
    *(".tif", ".tiff", ".avif", ".heic", ".heif", ".hif"),
}
THUMBNAIL_FOLDERS = {"thumbs", "thumbnails"}
NAMED = 3  # files or folders in one sentence


@dataclass
class LeftOut:
    """What is not taken of a directory: pictures in folders of tools by folder, hidden pictures, other files, folders
    without a picture, pictures in no folder of a class."""

    tools: dict[str, int] = field(default_factory=dict)
    hidden: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    loose: list[str] = field(default_factory=list)

    def sentence(self, directory: Path) -> str | None:
        """All of it in one line, or None if there is nothing to tell."""
        parts = [
            f"{number} {_pictures(number)} in {folder}, a folder of a tool" for folder, number in self.tools.items()
        ]
        for found, what in (
            (self.hidden, "hidden {}"),
            (self.loose, "{} in no folder of a class"),
        ):
            if found:
                parts.append(f"{len(found)} {what.format(_pictures(len(found)))} ({some_of(found)})")
        if self.others:
            parts.append(f"{len(self.others)} other file{'s' * (len(self.others) > 1)} ({some_of(self.others)})")
        if self.empty:
            parts.append(
                f"{len(self.empty)} folder{'s' * (len(self.empty) > 1)} without a picture ({some_of(self.empty)})"
            )
        return f"{directory}: left out {'; '.join(parts)}" if parts else None


@dataclass
class Folder:
    """A folder's own pictures, in order, and the folders in it that have pictures."""

    path: Path
    pictures: list[Path]
    folders: list[Folder]

    @property
    def name(self) -> str:
        return self.path.name

    def within(self) -> Iterator[Folder]:
        """All folders below this one."""
        for folder in self.folders:
            yield folder
            yield from folder.within()

    def all_pictures(self) -> list[Path]:
        """Its own, and those of the folders in it."""
        return [*self.pictures, *(picture for folder in self.within() for picture in folder.pictures)]


def read_tree(directory: Path) -> tuple[Folder, LeftOut]:
    """Raises UserError for a folder that may not be read, or a link that leads back to a folder around it."""
    left_out = LeftOut()
    return _read(directory, directory, left_out, ()), left_out


def _read(path: Path, top: Path, left_out: LeftOut, around: tuple[Path, ...]) -> Folder:
    if path.resolve() in around:
        raise UserError(f"{path} is a link to a folder that it lies in; remove it")
    pictures, folders = [], []
    for each in _entries(path):
        name = each.relative_to(top).as_posix()
        if each.is_dir():
            if _is_of_a_tool(each.name):
                number = sum(_has_suffix(file) for file in each.rglob("*"))
                if number:
                    left_out.tools[name] = number
                continue
            folder = _read(each, top, left_out, (*around, path.resolve()))
            if folder.pictures or folder.folders:
                folders.append(folder)
            else:
                left_out.empty.append(name)
        elif is_tool_file(each.name):
            if _is_picture(each, by_name=False):
                left_out.hidden.append(name)
        elif _is_picture(each):
            pictures.append(each)
        else:
            left_out.others.append(name)
    return Folder(path, pictures, folders)


def _entries(path: Path) -> list[Path]:
    try:
        return sorted(path.iterdir())
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}); check its permissions") from None


def _is_of_a_tool(name: str) -> bool:
    """Beside the folders of tools, those of small copies of pictures are no classes."""
    return is_tool_folder(name) or name.lower() in THUMBNAIL_FOLDERS


def _has_suffix(file: Path) -> bool:
    return file.suffix.lower() in SUFFIXES


def _is_picture(file: Path, by_name: bool = True) -> bool:
    """By its name, so that a damaged picture is refused later and not passed over here, or else by its content."""
    if is_no_file(file):
        return False
    if by_name and _has_suffix(file):
        return True
    try:
        return file.is_file() and is_picture(file)
    except OSError as error:
        raise UserError(f"{file} cannot be read ({error.strerror}); check its permissions") from None


def _pictures(number: int) -> str:
    return "picture" if number == 1 else "pictures"


def some_of(names: list[str]) -> str:
    """The first few names, and how many more there are."""
    return ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")
