"""What the audit must know of each chart, measured in worker processes from the files on disk."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, fields
from itertools import chain, islice
from pathlib import Path

import numpy as np
from PIL import Image

from cryptoai_common.candles import Candles
from cryptoai_common.dataset import NONE, read_rows
from cryptoai_common.errors import UserError
from dataset_builder.audit.duplicates import picture_hash, price_hash
from dataset_builder.audit.leaks import THUMBNAIL
from dataset_builder.charts.labels import refusal
from dataset_builder.charts.sample import draw_look_again
from dataset_builder.drawing.chart import render_blank
from dataset_builder.drawing.look import Look
from dataset_builder.market.swings import View
from dataset_builder.patterns import BY_NAME

BATCH = 100  # charts that a worker measures at a time


@dataclass(frozen=True)
class Measures:
    """What is found of some charts; arrays have an entry a chart."""

    splits: np.ndarray
    ids: np.ndarray
    picture_hashes: np.ndarray  # shape (charts, 4)
    price_hashes: np.ndarray
    price_heights: np.ndarray  # shares of the picture's height
    candle_widths: np.ndarray  # pixels
    mistakes: tuple[str, ...]  # what the checks say against labels
    rows: tuple[dict, ...]  # of the charts for classifiers: metadata without the long lists, and the file's size
    blanks: np.ndarray  # these without their price, small, uint8, shape (rows, THUMBNAIL * THUMBNAIL * 3)


@dataclass(frozen=True)
class Subject:
    """The dataset to measure, and the share of its labelled charts that classifiers are to see."""

    directory: Path
    share: float

    def chooses(self, split: str, row: dict) -> bool:
        """The same charts whatever the order; without a label there is nothing to classify."""
        place = int.from_bytes(hashlib.blake2b(f"{split}/{row['id']}".encode(), digest_size=4).digest())
        return row["label"] is not None and place < self.share * 2**32


def batches(directory: Path, manifest: dict) -> Iterator[tuple[str, tuple[dict, ...]]]:
    """The rows of the dataset in portions, each with its split."""
    for split in manifest["splits"]:
        rows = read_rows(directory, manifest, split)
        while batch := tuple(islice(rows, BATCH)):
            yield split, batch


def measure(subject: Subject, job: tuple[str, tuple[dict, ...]]) -> Measures:
    """Measure a portion of a split's charts."""
    split, rows = job
    found = [_measure(subject.directory, split, row) for row in rows]
    hashes, prices, heights, widths, mistakes, short, blanks = zip(*found, strict=True)
    chosen = [place for place, row in enumerate(rows) if subject.chooses(split, row)]
    return Measures(
        splits=np.full(len(rows), split),
        ids=np.array([row["id"] for row in rows]),
        picture_hashes=np.stack(hashes),
        price_hashes=np.array(prices),
        price_heights=np.array(heights),
        candle_widths=np.array(widths),
        mistakes=tuple(filter(None, mistakes)),
        rows=tuple(short[place] for place in chosen),
        blanks=np.stack(blanks)[chosen],
    )


def join(portions: list[Measures]) -> Measures:
    """All of them as one, in the order of splits and ids."""
    joined = {field.name: [getattr(part, field.name) for part in portions] for field in fields(Measures)}
    joined |= {name: tuple(chain(*joined[name])) for name in ("mistakes", "rows")}
    joined |= {name: np.concatenate(parts) for name, parts in joined.items() if isinstance(parts, list)}
    order = np.lexsort((joined["ids"], joined["splits"]))
    for name in ("splits", "ids", "picture_hashes", "price_hashes", "price_heights", "candle_widths"):
        joined[name] = joined[name][order]
    chosen = sorted(range(len(joined["rows"])), key=lambda place: joined["rows"][place]["id"])
    joined["rows"], joined["blanks"] = tuple(joined["rows"][place] for place in chosen), joined["blanks"][chosen]
    return Measures(**joined | {"mistakes": tuple(sorted(joined["mistakes"]))})


def _measure(directory: Path, split: str, row: dict) -> tuple:
    """One chart's entry in each of the fields of Measures that follow its id."""
    png = row["image"]["bytes"] if "image" in row else (directory / split / row["file_name"]).read_bytes()
    image = Image.open(io.BytesIO(png)).convert("RGB")
    look = _look_again(split, row, image.width)
    high, low = np.clip([min(row["high"]), max(row["low"])], 0, image.height)
    blank = render_blank(look, image.width).resize((THUMBNAIL, THUMBNAIL), Image.Resampling.BOX)
    short = {name: value for name, value in row.items() if not isinstance(value, (list, dict))}
    return (
        picture_hash(image),
        price_hash(row["ohlcv"]),
        float(low - high) / image.height,
        (row["x"][-1] - row["x"][0]) / (len(row["x"]) - 1) * row["look"]["body_width"],
        find_mistake(row),
        short | {"look": row["look"], "bytes": len(png)},
        np.asarray(blank, np.uint8).ravel(),
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
    reason = refusal(label and BY_NAME[label], view)
    return f"{row['id']} as {label or NONE}: {reason}" if reason else None


def candles_of(row: dict) -> Candles:
    """The candles that a row stores."""
    return Candles(*(np.array(row["ohlcv"][name]) for name in ("open", "high", "low", "close", "volume")))
