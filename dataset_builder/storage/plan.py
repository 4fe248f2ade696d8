"""Which charts a dataset holds, in which split, in which order: pure functions of the configuration."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from dataset_builder.config import BuildConfig
from dataset_builder.errors import UserError

UNSEEN, NONE = "test_unseen_styles", "none"
FOLDER_LIMIT = 10_000  # entries in one directory


@dataclass(frozen=True)
class Item:
    """One chart to draw. ``label`` is None for a chart without a pattern; ``path`` is relative to the split."""

    id: str
    label: str | None
    index: int
    path: str


@dataclass(frozen=True)
class Chunk:
    """Charts that are drawn and finished together: what a killed build repeats at most, per worker."""

    split: str
    number: int
    items: tuple[Item, ...]

    @property
    def name(self) -> str:
        return f"{self.split}-{self.number:05d}"


def split_of(index: int, validation_fraction: float, test_fraction: float) -> str:
    """The split of a class's chart number ``index``: spread evenly, whatever the dataset's size."""
    validation = Fraction(str(validation_fraction))  # through text: 0.1 is a tenth, not the float beside it
    held_out = validation + Fraction(str(test_fraction))
    if not _slot(index, held_out):
        return "train"
    return "validation" if _slot(math.floor(index * held_out), validation / held_out) else "test"


def _slot(position: int, share: Fraction) -> bool:
    """Whether ``position`` is one of the evenly spaced ones that make up this share."""
    return math.floor((position + 1) * share) > math.floor(position * share)


def plan(config: BuildConfig, classes: tuple[str, ...]) -> dict[str, list[Item]]:
    """The charts of every split in their final order: classes take turns. Raises UserError for an empty split."""
    splits: dict[str, list[tuple[str | None, int]]] = {"train": []}
    splits |= {"validation": []} if config.validation_fraction else {}
    splits |= {"test": []} if config.test_fraction else {}
    for name, index in _take_turns(classes, config.size):
        splits[split_of(index, config.validation_fraction, config.test_fraction)].append((name, index))
    for split, members in splits.items():
        if len({name for name, _ in members}) < len(classes):
            raise UserError(
                f"--size {config.size} leaves the {split} split without charts of some class: use a larger size (100 "
                "is enough for the default fractions) or another fraction"
            )
    unseen = config.unseen_styles if config.unseen_styles is not None else len(splits.get("test", ()))
    if unseen:
        splits[UNSEEN] = list(_take_turns(classes, unseen))
    if config.negatives:
        splits[NONE] = [(None, index) for index in range(config.negatives)]
    return {split: list(_items(split, members)) for split, members in splits.items()}


def chunks(items: dict[str, list[Item]]) -> list[Chunk]:
    """The same charts in handy portions, in order."""
    size = chunk_size(sum(map(len, items.values())))
    return [
        Chunk(split, start // size, tuple(members[start : start + size]))
        for split, members in items.items()
        for start in range(0, len(members), size)
    ]


def chunk_size(charts: int) -> int:
    """How many charts of a dataset of so many make a chunk, or a Parquet file."""
    return min(1000, max(25, math.ceil(charts / 64)))


def _take_turns(classes: tuple[str, ...], size: int) -> Iterator[tuple[str, int]]:
    return ((classes[i % len(classes)], i // len(classes)) for i in range(size))


def _items(split: str, members: list[tuple[str | None, int]]) -> Iterator[Item]:
    """Name each chart; folders that would grow too long get numbered subfolders."""
    kind = "unseen-" if split == UNSEEN else ""
    rank: dict[str, int] = {}
    crowded = len(members) > FOLDER_LIMIT * max(len({name for name, _ in members}), 1)
    for name, index in members:
        folder = name or NONE
        id = f"{folder}-{kind}{index:06d}"
        place = rank[folder] = rank.get(folder, -1) + 1
        numbered = f"{place // FOLDER_LIMIT:03d}/" if crowded else ""
        yield Item(id, name, index, f"{folder}/{numbered}{id}.png")
