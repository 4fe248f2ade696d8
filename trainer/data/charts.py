"""Dataset directory → pictures and labels, through the ``datasets`` library."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import datasets
import numpy as np
from PIL import Image

from cryptoai_common.errors import UserError
from trainer.data.augment import augment
from trainer.data.cache import cache_directory
from trainer.data.folder import find_pictures, load_pictures
from trainer.data.listed import metadata_of
from trainer.data.literal_paths import literal_path
from trainer.data.picture import open_rgb, say_once
from trainer.data.preprocess import Preprocessor
from trainer.data.targets import PIVOT_COLUMNS, READ_CHART_COLUMNS, pivot_map, read_chart

Item = dict[str, Any]  # one chart for training: arrays by name
if TYPE_CHECKING:
    from torch.utils.data import Dataset

    TorchDataset = Dataset[Item]
else:
    TorchDataset = object  # torch asks for its methods only, so this module needs no torch

datasets.disable_progress_bars()  # its bars count files, not charts
datasets.logging.set_verbosity_error()


def load_splits(directory: Path) -> datasets.DatasetDict:
    """The splits of one of our datasets, or of any ImageFolder: columns ``image`` (undecoded), ``label`` and others."""
    if not directory.is_dir():
        raise UserError(f"{directory} is not a directory; it must hold a dataset")
    pictures = find_pictures(directory)
    if pictures:
        return load_pictures(pictures)
    try:
        splits = cached(directory)
    except UserError:
        raise
    except Exception as error:  # datasets raises a dozen kinds for a directory that is no dataset
        reason = str(error).split("\n")[0]
        raise UserError(f"{directory} is not a dataset of pictures ({reason})") from None
    for column in ("image", "label"):
        if any(column not in rows.column_names for rows in splits.values()):
            listing = metadata_of(directory)
            if column == "label" and listing is not None:
                raise UserError(
                    f"{listing} has no column 'label'; add one, or remove the file, so that the folders are the classes"
                )
            raise UserError(
                f"{directory} has no column {column!r}; it must be an ImageFolder with a folder for each class"
            )
    return splits.cast_column("image", datasets.Image(decode=False))


def cached(directory: Path, *configuration: str) -> datasets.DatasetDict:
    """``datasets.load_dataset`` with a cache of this directory's own.

    The common one takes directories of one name and one card for the same dataset, and goes on to read the pictures
    where it first saw them, when that directory has been moved or deleted.
    """
    place = hashlib.sha256(os.fsencode(directory.resolve())).hexdigest()[:16]
    with literal_path(directory) as path:
        return datasets.load_dataset(path, *configuration, cache_dir=str(cache_directory() / place))


def load_split(directory: Path, split: str) -> datasets.Dataset:
    """One of ``load_splits``. Raises UserError if there is none of this name."""
    splits = load_splits(directory)
    if split not in splits:
        raise UserError.unknown(f"split of {directory}", split, splits)
    return splits[split]


def _labels(rows: datasets.Dataset) -> list[Any]:
    """The whole column in one read: its iterator reads row by row, which takes 60 times as long."""
    labels: list[Any] = rows["label"][:]
    return labels


def _place(rows: datasets.Dataset, i: int) -> str:
    """Where the user finds row ``i``."""
    path = rows[i]["image"]["path"] if "image" in rows.column_names else None
    return f"the first is {path}" if path else f"the first is number {i + 1}"


def label_ids(rows: datasets.Dataset, classes: tuple[str, ...]) -> list[int]:
    """The index in ``classes`` of each row's class, whether the dataset stores names or ids of its own.

    Raises UserError for a class that is not in ``classes``, or a chart without one.
    """
    feature, labels = rows.features["label"], _labels(rows)
    for i, label in enumerate(labels):
        if label is None or not str(label).strip():
            raise UserError(f"this split holds charts without a label ({_place(rows, i)}): nothing to learn or compare")
    names = feature.int2str(labels) if isinstance(feature, datasets.ClassLabel) else labels
    ids = {name: i for i, name in enumerate(classes)}
    for name in set(names) - ids.keys():
        raise UserError.unknown("class", name, classes)
    return [ids[name] for name in names]


def picture_of(row: dict[str, Any]) -> Image.Image:
    """Decode the picture of a row from ``load_split``."""
    image = row["image"]
    return open_rgb(image["bytes"] or Path(image["path"]), image["path"], notice=say_once)


@dataclass
class ChartDataset(TorchDataset):
    """A split as a torch Dataset: item i is a dict of arrays.

    ``pixel_values`` is float32 [3, height, width], or with ``unscaled`` uint8 [height, width, 3]; ``labels`` an int,
    negative for a chart without a pattern. ``grid`` is the number of patches on each side: ``reads`` adds ``high_low``
    float32 [grid, 2], ``finds_pivots`` adds ``pivot_map`` float32 [grid * grid] (see ``targets.py``). Augmentation is a
    pure function of (seed, epoch, index), so it does not depend on workers or on where a run was resumed. Raises
    UserError if the dataset lacks a column.
    """

    rows: datasets.Dataset
    labels: list[int]
    preprocess: Preprocessor
    augment: bool = False
    unscaled: bool = False
    grid: int = 0
    reads: bool = False
    finds_pivots: bool = False
    seed: int = 0
    epoch: int = 0

    def __post_init__(self) -> None:
        wanted = ["image"]
        wanted += READ_CHART_COLUMNS if self.reads else ()
        wanted += PIVOT_COLUMNS if self.finds_pivots else ()
        missing = [name for name in wanted if name not in self.rows.column_names]
        if missing:
            raise UserError(
                f"the dataset's metadata has no {', '.join(missing)}; train with --read-chart 0 --find-pivots 0"
            )
        self.rows = self.rows.select_columns(wanted)

    def set_epoch(self, epoch: int) -> None:
        """``accelerate`` calls this before each epoch."""
        self.epoch = epoch

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> Item:
        row, degrees = self.rows[index], 0.0
        picture = picture_of(row)
        if self.augment:
            picture, degrees = augment(picture, np.random.default_rng([self.seed, self.epoch, index]))
        pixels = self.preprocess.resized(picture).copy() if self.unscaled else self.preprocess(picture)
        item = {"pixel_values": pixels, "labels": self.labels[index]}  # a copy: torch takes no read-only array
        if self.reads:
            item["high_low"] = read_chart(row, picture.size, self.grid, degrees)
        if self.finds_pivots:
            item["pivot_map"] = pivot_map(row, picture.size, self.grid, degrees)
        return item
