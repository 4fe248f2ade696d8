"""What the audit must know of each chart, measured in worker processes from the files on disk."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from PIL import Image

from dataset_builder.audit.duplicates import picture_hash, price_hash
from dataset_builder.audit.leaks import THUMBNAIL
from dataset_builder.drawing.chart import render_blank
from dataset_builder.drawing.look import Look
from dataset_builder.errors import UserError
from dataset_builder.market.candles import Candles
from dataset_builder.market.labels import found, refusal
from dataset_builder.market.swings import View
from dataset_builder.patterns import BY_NAME
from dataset_builder.sample import draw_look_again
from dataset_builder.storage.manifest import read_rows
from dataset_builder.storage.plan import NONE

BATCH = 100  # charts that a worker measures at a time


@dataclass(frozen=True)
class Measures:
    """One chart's findings. ``row`` is its metadata without the long lists, and the size of its file."""

    split: str
    row: dict
    mistake: str | None  # what the checks say against the label
    picture_hash: np.ndarray
    price_hash: str
    price_height: float  # share of the picture's height
    candle_width: float  # pixels
    blank: np.ndarray  # the chart without its price, small, shape (THUMBNAIL * THUMBNAIL * 3,), uint8


def batches(directory: Path, manifest: dict) -> Iterator[tuple[str, tuple[dict, ...]]]:
    """The rows of the dataset in portions, each with its split."""
    for split in manifest["splits"]:
        rows = read_rows(directory, manifest, split)
        while batch := tuple(islice(rows, BATCH)):
            yield split, batch


def measure(directory: Path, job: tuple[str, tuple[dict, ...]]) -> list[Measures]:
    """Measure a portion of a split's charts."""
    split, rows = job
    return [_measure(directory, split, row) for row in rows]


def _measure(directory: Path, split: str, row: dict) -> Measures:
    png = row["image"]["bytes"] if "image" in row else (directory / split / row["file_name"]).read_bytes()
    image = Image.open(io.BytesIO(png)).convert("RGB")
    look = _look_again(split, row, image.width)
    high, low = np.clip([min(row["high"]), max(row["low"])], 0, image.height)
    blank = render_blank(look, image.width).resize((THUMBNAIL, THUMBNAIL), Image.Resampling.BOX)
    short = {name: value for name, value in row.items() if not isinstance(value, (list, dict))}
    return Measures(
        split=split,
        row=short | {"look": row["look"], "bytes": len(png)},
        mistake=find_mistake(row),
        picture_hash=picture_hash(image),
        price_hash=price_hash(row["ohlcv"]),
        price_height=float(low - high) / image.height,
        candle_width=(row["x"][-1] - row["x"][0]) / (len(row["x"]) - 1) * row["look"]["body_width"],
        blank=np.asarray(blank, np.uint8).ravel(),
    )


def _look_again(split: str, row: dict, size: int) -> Look:
    """Raises UserError if the chart was drawn by a generator that draws other looks than this one."""
    drawn_as = row["id"].split("-")[0]  # its label may be wrong: that is for find_mistake to say
    look = draw_look_again(split, row | {"label": None if drawn_as == NONE else drawn_as}, size)
    if look.nuisances() != row["look"]:
        raise UserError(f"{row['id']} was drawn by another version of dataset_builder: audit it with that one")
    return look


def find_mistake(row: dict) -> str | None:
    """Read the stored candles with every class's check: the label's must accept them and no other one."""
    view, label = View(candles_of(row)), row["label"]
    reason = found(view) if label is None else refusal(BY_NAME[label], view)
    return f"{row['id']} as {label or NONE}: {reason}" if reason else None


def candles_of(row: dict) -> Candles:
    """The candles that a row stores."""
    return Candles(*(np.array(row["ohlcv"][name]) for name in ("open", "high", "low", "close", "volume")))
