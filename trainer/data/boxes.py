"""Folders of screenshots in which patterns are marked by boxes → pictures and marks.

Three forms are read: a dataset of ours, whose rows have ``patterns``; COCO, a JSON file with ``images``,
``annotations`` and ``categories``; and a JSONL file, a line a picture:
``{"file": "a.png", "boxes": [{"label": "double_top", "box": [left, top, right, bottom]}]}`` in pixels.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from cryptoai_common.dataset import MANIFEST, SCREENSHOTS, read_manifest, read_rows
from cryptoai_common.errors import UserError
from trainer.data.picture import open_rgb, say_once
from trainer.data.screenshots import for_measuring

FORMS = "COCO's annotations.json, a JSONL file with file and boxes, or a dataset of ours with --screenshots"
COCO = ("images", "annotations", "categories")
PLACES = (".", "images")  # of the pictures, from the folder of the file that lists them


@dataclass(frozen=True)
class Mark:
    """A pattern that is known to be in a picture.

    ``label`` is its name, None if nobody named it; ``box`` left, top, right and bottom in pixels. Of our datasets
    ``stage`` is recorded, and ``end``: the share of the candles up to its last one, 1 at the right edge.
    """

    label: str | None
    box: tuple[float, float, float, float]
    stage: str | None = None
    end: float | None = None


@dataclass(frozen=True)
class Screen:
    """A picture with its marks. ``source`` is a path, or the bytes of a picture file."""

    name: str
    source: Path | bytes
    marks: tuple[Mark, ...]

    def open(self) -> Image.Image:
        """The picture as RGB. Raises UserError, naming it, if it cannot be read."""
        return open_rgb(self.source, self.name, notice=say_once)


def read_screens(
    place: Path, split: str | None = None, wanted: Callable[[Mapping[str, Any]], bool] = for_measuring
) -> list[Screen]:
    """The screens of a folder, or of the one file that lists them; of a dataset of ours, those of a split.

    Of a dataset's screenshots only those that are ``wanted``, see ``data/screenshots.py``. Labels are in lower case
    with underscores. Raises UserError for a folder or file of no known form, and for a picture or box that is not as it
    must be.
    """
    if (place / MANIFEST).is_file():
        return _of_dataset(place, split or SCREENSHOTS, wanted)
    if split:
        raise UserError(f"--split is for datasets of ours; {place} has no {MANIFEST}")
    listing = _listing(place)
    text = _text(listing)
    screens = _of_lines(listing, text) if listing.suffix == ".jsonl" else _of_coco(listing, _parsed(listing, text))
    if not screens:
        raise UserError(f"{listing} lists no pictures")
    return screens


def plain_label(name: Any) -> str | None:
    """A class name in lower case with underscores: "Double-Top" and "double top" are double_top."""
    return None if name is None else re.sub(r"[\s_-]+", "_", str(name).strip().lower())


def _listing(place: Path) -> Path:
    """The file that lists the pictures of a folder."""
    if place.is_file():
        return place
    if not place.is_dir():
        raise UserError(f"{place}: no such folder; --boxes takes {FORMS}")
    found = sorted(place.glob("*.jsonl")) or sorted(path for path in place.glob("*.json") if _is_coco(path))
    if not found:
        raise UserError(f"{place} holds no boxes; --boxes takes {FORMS}")
    if len(found) > 1:
        raise UserError(f"{place} holds {', '.join(path.name for path in found)}; name one of these files with --boxes")
    return found[0]


def _is_coco(path: Path) -> bool:
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and all(name in content for name in COCO)


def _of_dataset(directory: Path, split: str, wanted: Callable[[Mapping[str, Any]], bool]) -> list[Screen]:
    manifest = read_manifest(directory)
    if split not in manifest["splits"]:
        raise UserError.unknown(f"split of {directory}", split, manifest["splits"])
    screens, passed_over = [], 0
    for number, row in enumerate(read_rows(directory, manifest, split), 1):
        if split == SCREENSHOTS and not wanted(row):
            passed_over += 1
            continue
        where = f"{directory} split {split} row {number}"
        if not isinstance(row.get("patterns"), list):
            raise UserError(f"{where} has no patterns; build the dataset again with --screenshots")
        try:
            marks = [
                Mark(
                    plain_label(each["label"]),
                    _box(each["box"], where),
                    each["stage"],
                    (each["last"] + 1) / row["candles"],
                )
                for each in row["patterns"]
            ]
            source = row["image"]["bytes"] if "image" in row else directory / split / row["file_name"]
        except (KeyError, TypeError) as error:
            raise UserError(f"{where} is damaged ({error!r}); build the dataset again") from None
        screens.append(Screen(where if isinstance(source, bytes) else str(source), source, tuple(marks)))
    if not screens:
        raise UserError(
            f"{directory} has too few screenshots: one in twenty is for measuring; build it with 40 or more"
        )
    if passed_over:
        say_once(f"{directory}: {passed_over} screenshots are for training or calibration, and left out here")
    return screens


def _of_coco(listing: Path, content: Any) -> list[Screen]:
    try:
        names = {each["id"]: each["name"] for each in content["categories"]}
        marks: dict[Any, list[Mark]] = {each["id"]: [] for each in content["images"]}
        for number, each in enumerate(content["annotations"], 1):
            left, top, width, height = map(float, each["bbox"])
            box = _box((left, top, left + width, top + height), f"{listing} annotation {number}")
            marks[each["image_id"]].append(Mark(plain_label(names.get(each["category_id"])), box))
        return [_screen(listing, each["file_name"], marks[each["id"]]) for each in content["images"]]
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f"{listing} is not in COCO's form ({error!r}); it must have {', '.join(COCO)}") from None


def _of_lines(listing: Path, text: str) -> list[Screen]:
    screens = []
    for number, line in enumerate(text.splitlines(), 1):
        where = f"{listing} line {number}"
        if not line.strip():
            continue
        row = _parsed(Path(where), line)
        try:
            marks = [Mark(plain_label(each["label"]), _box(each["box"], where)) for each in row["boxes"]]
            screens.append(_screen(listing, row["file"], marks))
        except (KeyError, TypeError) as error:
            raise UserError(f"{where} must have file and boxes, each with label and box ({error!r})") from None
    return screens


def _screen(listing: Path, name: str, marks: Iterable[Mark]) -> Screen:
    path = next((listing.parent / place / name for place in PLACES if (listing.parent / place / name).is_file()), None)
    if path is None:
        raise UserError(f"{listing} names {name}, which is neither beside it nor in images")
    return Screen(str(path), path, tuple(marks))


def _box(values: Any, where: str) -> tuple[float, float, float, float]:
    """Four numbers as left, top, right and bottom. Raises UserError if they are no box."""
    try:
        left, top, right, bottom = map(float, values)
    except (TypeError, ValueError):
        raise UserError(f"{where}: a box must be four numbers, not {values}") from None
    if not (left < right and top < bottom and max(map(abs, (left, top, right, bottom))) < float("inf")):
        raise UserError(f"{where}: the box {list(values)} must be left, top, right, bottom, in this order")
    return left, top, right, bottom


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise UserError(f"{path} cannot be read ({error})") from None


def _parsed(path: Path, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise UserError(f"{path} is not JSON ({error})") from None
