"""A directory whose pictures and labels are listed in metadata, or in Parquet files: the checks of a user's folders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import datasets

from cryptoai_common.errors import UserError
from cryptoai_common.tool_files import is_of_a_tool
from trainer.data.folder import METADATA, Place, check_places
from trainer.data.folder_tree import read_tree, some_of
from trainer.data.picture import say_once


def metadata_of(directory: Path) -> Path | None:
    """The first file of metadata of the ``datasets`` library in a directory or in the folders in it."""
    folders = (directory, *sorted(directory.glob("*/")))
    return next((folder / name for folder in folders for name in METADATA if (folder / name).is_file()), None)


def check_listed(directory: Path, splits: datasets.DatasetDict, notice: Callable[[str], None] = say_once) -> None:
    """Decode every picture of ``trainer.data.charts.load_splits``, and name those that the list lacks.

    Raises UserError for pictures in folders of tools, for those that cannot be read, and for those that are of two
    classes or splits at once.
    """
    top = directory.resolve()
    listed = {path for _, _, path, _ in _places(splits) if isinstance(path, Path)}
    inside = {path.resolve().relative_to(top) for path in listed if path.resolve().is_relative_to(top)}
    of_tools = sorted(path.as_posix() for path in inside if is_of_a_tool(path))
    if of_tools:
        raise UserError(f"{directory} lists pictures of tools ({some_of(of_tools)}); remove those lines")
    check_places(_places(splits))
    if inside:
        tree, left_out = read_tree(directory)
        there = {path.relative_to(directory) for path in tree.all_pictures()}
        unlisted = sorted(path.as_posix() for path in there - inside)
        number = len(unlisted) + sum(left_out.tools.values())
        if number:
            names = some_of(unlisted + list(left_out.tools))
            what = f"{number} picture{'s' * (number > 1)} that {metadata_of(directory) or 'its list'} does not name"
            notice(f"{directory}: left out {what} ({names})")


def _places(splits: datasets.DatasetDict) -> Iterator[Place]:
    for split, rows in splits.items():
        feature, labels = rows.features["label"], rows["label"][:]
        for image, label in zip(rows["image"], labels, strict=True):
            known = feature.int2str(label) if isinstance(feature, datasets.ClassLabel) and label is not None else label
            name = image["path"] or "a picture"
            yield str(split), str(known), image["bytes"] or Path(image["path"]), name
