"""Which charts a dataset holds, in which split, in which order: pure functions of the configuration.

No list of charts is kept in memory: the chart at any place of a split is computed from its place.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import overload

from cryptoai_common.dataset import NONE, SCREENSHOTS, UNSEEN
from cryptoai_common.errors import UserError
from dataset_builder.config import BuildConfig

FOLDER_LIMIT = 10_000  # entries of one directory: the Hub recommends no more, and larger ones are slow to list
# A chunk is about a 64th of a dataset, so that workers finish at about the same time. The limits, in charts, keep small
# what the files of a chunk cost, and what a build that was killed draws again.
CHUNKS, SMALLEST_CHUNK, LARGEST_CHUNK = 64, 25, 500
# A rule that picks indices from 0, 1, 2 …: the evenly spaced ones that make up a share (True), or all others (False).
Pick = tuple[Fraction, bool]


@dataclass(frozen=True)
class Item:
    """One chart to draw. ``label`` is None for a chart without a pattern; ``path`` is relative to the split."""

    id: str
    label: str | None
    index: int
    path: str


@dataclass(frozen=True)
class Members(Sequence[Item]):
    """The charts of one split in their final order: the classes alternate, and all of them have the same indices."""

    split: str
    classes: tuple[str | None, ...]
    size: int  # charts of all splits among which the same indices are divided
    picks: tuple[Pick, ...] = ()  # the rules by which this split gets its indices, one applied to the result of another

    def __len__(self) -> int:
        return self._charts

    def counts(self) -> dict[str, int]:
        """Charts of each class."""
        each, rest = divmod(len(self), len(self.classes))
        return {label or NONE: each + (turn < rest) for turn, label in enumerate(self.classes)}

    @cached_property
    def _charts(self) -> int:
        whole, rest = divmod(self.size, len(self.classes))
        return self._count(whole) * len(self.classes) + rest * (self._count(whole + 1) - self._count(whole))

    @overload
    def __getitem__(self, place: int) -> Item: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Item]: ...

    def __getitem__(self, place: int | slice) -> Item | Sequence[Item]:
        """The chart at a place from 0, or those of a slice. Raises IndexError for a place beyond the last.

        Directories of more than FOLDER_LIMIT charts get numbered subdirectories.
        """
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        if not 0 <= place < len(self):
            raise IndexError(place)
        rank, turn = divmod(place, len(self.classes))
        index, label = self._index(rank), self.classes[turn]
        folder = label or ("screen" if self.split == SCREENSHOTS else NONE)
        id = f"{folder}-{'unseen-' if self.split == UNSEEN else ''}{index:06d}"
        crowded = len(self) > FOLDER_LIMIT * len(self.classes)
        numbered = f"{rank // FOLDER_LIMIT:03d}/" if crowded else ""
        return Item(id, label, index, f"{folder}/{numbered}{id}.png")

    def _count(self, numbers: int) -> int:
        """How many of the first ``numbers`` indices are this split's."""
        for share, inside in self.picks:
            inner = numbers * share.numerator // share.denominator
            numbers = inner if inside else numbers - inner
        return numbers

    def _index(self, rank: int) -> int:
        """The index at place ``rank``, from 0, among this split's indices."""
        for share, inside in reversed(self.picks):  # in exact integers:
            part, whole = share.numerator, share.denominator  # rank / share rounded up, rank / (1 - share) rounded down
            rank = (rank * whole + whole - 1) // part if inside else rank * whole // (whole - part)
        return rank


@dataclass(frozen=True)
class Chunk:
    """Charts that one worker process draws and finishes together; a build that was killed repeats unfinished chunks."""

    members: Members
    number: int
    places: range  # among the members

    def __len__(self) -> int:
        return len(self.places)

    @property
    def split(self) -> str:
        """The name of the split that the charts belong to."""
        return self.members.split

    @property
    def name(self) -> str:
        """The name of the chunk's files, without suffix."""
        return f"{self.split}-{self.number:05d}"

    @property
    def items(self) -> Iterator[Item]:
        """The charts, in order."""
        return map(self.members.__getitem__, self.places)


def plan(config: BuildConfig, classes: tuple[str, ...]) -> dict[str, Members]:
    """The charts of every split. Raises UserError for an empty split."""
    validation = Fraction(str(config.validation_fraction))  # through text, so that 0.1 is exactly a tenth
    held_out = validation + Fraction(str(config.test_fraction))
    splits = {"train": Members("train", classes, config.size, ((held_out, False),))}
    for split, share, inside in (
        ("validation", config.validation_fraction, True),
        ("test", config.test_fraction, False),
    ):
        if share:
            picks = ((held_out, True), (validation / held_out, inside))
            splits[split] = Members(split, classes, config.size, picks)
    for split, members in splits.items():
        if len(members) < len(classes):
            raise UserError(
                f"--size {config.size} leaves the {split} split without charts of some class: use a larger size (100 "
                "is enough for the default fractions) or another fraction"
            )
    unseen = config.unseen_styles if config.unseen_styles is not None else len(splits.get("test", ()))
    if unseen:
        splits[UNSEEN] = Members(UNSEEN, classes, unseen)
    if config.negatives:
        splits[NONE] = Members(NONE, (None,), config.negatives)
    if config.screenshots:
        splits[SCREENSHOTS] = Members(SCREENSHOTS, (None,), config.screenshots)
    return splits


def chunks(splits: dict[str, Members]) -> list[Chunk]:
    """The charts of all splits as chunks, in order."""
    size = chunk_size(sum(map(len, splits.values())))
    return [
        Chunk(members, start // size, range(start, min(start + size, len(members))))
        for members in splits.values()
        for start in range(0, len(members), size)
    ]


def chunk_size(charts: int) -> int:
    """How many charts a chunk, or a Parquet file, of a dataset of ``charts`` charts has."""
    return min(LARGEST_CHUNK, max(SMALLEST_CHUNK, math.ceil(charts / CHUNKS)))
