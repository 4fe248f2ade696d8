"""Which charts a dataset holds, in which split, in which order: pure functions of the configuration.

Nothing here grows with the dataset: any chart of a split is found from its place alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from cryptoai_common.dataset import NONE, UNSEEN
from cryptoai_common.errors import UserError
from dataset_builder.config import BuildConfig

FOLDER_LIMIT = 10_000  # entries in one directory
# A rule that picks indices: of 0, 1, 2, … the evenly spaced ones that make up this share (True), or the others (False).
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
    """The charts of one split in their final order: classes take turns, and all of them have the same indices."""

    split: str
    classes: tuple[str | None, ...]
    size: int  # charts of all splits that share these indices
    picks: tuple[Pick, ...] = ()  # which indices are this split's

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

    def __getitem__(self, place: int) -> Item:
        """Raises IndexError beyond the last. Folders that would grow too long get numbered subfolders."""
        if not 0 <= place < len(self):
            raise IndexError(place)
        rank, turn = divmod(place, len(self.classes))
        index, label = self._index(rank), self.classes[turn]
        folder = label or NONE
        id = f"{folder}-{'unseen-' if self.split == UNSEEN else ''}{index:06d}"
        crowded = len(self) > FOLDER_LIMIT * len(self.classes)
        numbered = f"{rank // FOLDER_LIMIT:03d}/" if crowded else ""
        return Item(id, label, index, f"{folder}/{numbered}{id}.png")

    def _count(self, numbers: int) -> int:
        """How many of the first so many indices are this split's."""
        for share, inside in self.picks:
            inner = numbers * share.numerator // share.denominator
            numbers = inner if inside else numbers - inner
        return numbers

    def _index(self, rank: int) -> int:
        """This split's index number ``rank``."""
        for share, inside in reversed(self.picks):  # in whole numbers: rank / share rounded up, or
            part, whole = share.numerator, share.denominator  # rank / (1 - share) rounded down
            rank = (rank * whole + whole - 1) // part if inside else rank * whole // (whole - part)
        return rank


@dataclass(frozen=True)
class Chunk:
    """Charts that are drawn and finished together: what a killed build repeats at most, per worker."""

    members: Members
    number: int
    places: range  # among the members

    def __len__(self) -> int:
        return len(self.places)

    @property
    def split(self) -> str:
        return self.members.split

    @property
    def name(self) -> str:
        return f"{self.split}-{self.number:05d}"

    @property
    def items(self) -> Iterator[Item]:
        return map(self.members.__getitem__, self.places)


def plan(config: BuildConfig, classes: tuple[str, ...]) -> dict[str, Members]:
    """The charts of every split. Raises UserError for an empty split."""
    validation = Fraction(str(config.validation_fraction))  # through text: 0.1 is a tenth, not the float beside it
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
    return splits


def chunks(splits: dict[str, Members]) -> list[Chunk]:
    """The same charts in handy portions, in order."""
    size = chunk_size(sum(map(len, splits.values())))
    return [
        Chunk(members, start // size, range(start, min(start + size, len(members))))
        for members in splits.values()
        for start in range(0, len(members), size)
    ]


def chunk_size(charts: int) -> int:
    """How many charts of a dataset of so many make a chunk, or a Parquet file."""
    return min(500, max(25, math.ceil(charts / 64)))
