"""What the audit measures of each chart, in worker processes, from the files on disk."""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cryptoai_common.arrays import Floats
from cryptoai_common.candles import Candles
from cryptoai_common.dataset import NONE, SCREENSHOTS, UNSEEN_SCREENSHOT, read_rows
from cryptoai_common.errors import UserError
from dataset_builder.audit.duplicates import picture_hash, price_hash
from dataset_builder.audit.leaks import THUMBNAIL
from dataset_builder.charts.labels import refusal
from dataset_builder.charts.sample import SKETCH, draw_look_again
from dataset_builder.charts.screenshot import look_of_screenshot
from dataset_builder.charts.stages import SCREENSHOT_STAGE, UNCHECKED
from dataset_builder.charts.variety import variety
from dataset_builder.drawing.chart import render_blank
from dataset_builder.drawing.look import Look
from dataset_builder.market.swings import View
from dataset_builder.patterns import BY_NAME

BATCH = 100  # charts that a worker measures at a time
EACH_CHART = (  # arrays of Measures
    *("splits", "ids", "picture_hashes", "price_hashes"),
    *("price_heights", "page_heights", "candle_widths"),
)


@dataclass(frozen=True)
class Measures:
    """What was measured of some charts. The arrays named in EACH_CHART have an entry for each of them."""

    splits: NDArray[np.str_]
    ids: NDArray[np.str_]
    picture_hashes: NDArray[np.uint64]  # shape (charts, 8)
    price_hashes: NDArray[np.int64]
    price_heights: Floats  # of cut charts, shares of the picture's height; infinite for the others
    page_heights: Floats  # the same of charts on pages
    candle_widths: Floats  # pixels
    mistakes: tuple[str, ...]  # labels that the checks refuse, each with its reason
    rows: tuple[dict[str, Any], ...]  # metadata of the charts for the classifiers, without long lists, with "bytes"
    blanks: NDArray[np.uint8]  # these charts without their price, shape (rows, THUMBNAIL * THUMBNAIL * 3)


@dataclass(frozen=True)
class Subject:
    """The dataset to measure, and the share of its labelled charts that the classifiers see."""

    directory: Path
    share: float

    def chooses(self, split: str, row: dict[str, Any]) -> bool:
        """Whether the classifiers see a chart: by a hash of its id, so that the choice does not depend on the order.

        Charts without a label are not chosen, as there is nothing to classify.
        """
        place = int.from_bytes(hashlib.blake2b(f"{split}/{row['id']}".encode(), digest_size=4).digest())
        return row["label"] is not None and place < self.share * 2**32


def batches(directory: Path, manifest: dict[str, Any]) -> Iterator[tuple[str, tuple[dict[str, Any], ...]]]:
    """The rows of the dataset in portions of BATCH, each with the name of its split. Raises UserError as read_rows."""
    for split in manifest["splits"]:
        rows = read_rows(directory, manifest, split)
        while batch := tuple(islice(rows, BATCH)):
            yield split, batch


def measure(subject: Subject, job: tuple[str, tuple[dict[str, Any], ...]]) -> Measures:
    """Measure a portion of charts, given as the name of their split and their rows.

    Raises UserError if another version of the generator drew them.
    """
    split, rows = job
    found = [_measure(subject.directory, split, row) for row in rows]
    hashes, prices, heights, widths, mistakes, short, blanks = zip(*found, strict=True)
    chosen = [place for place, row in enumerate(rows) if subject.chooses(split, row)]
    return Measures(
        splits=np.full(len(rows), split),
        ids=np.array([row["id"] for row in rows]),
        picture_hashes=np.stack(hashes),
        price_hashes=np.array(prices),
        price_heights=np.array([cut for cut, _ in heights]),
        page_heights=np.array([page for _, page in heights]),
        candle_widths=np.array(widths),
        mistakes=tuple(filter(None, mistakes)),
        rows=tuple(short[place] for place in chosen),
        blanks=np.stack(blanks)[chosen],
    )


def join(portions: list[Measures]) -> Measures:
    """The measures of all portions together, in the order of splits and ids, whatever order the portions have."""
    arrays = {name: np.concatenate([getattr(part, name) for part in portions]) for name in EACH_CHART}
    order = np.lexsort((arrays["ids"], arrays["splits"]))
    rows = tuple(chain.from_iterable(part.rows for part in portions))
    chosen = sorted(range(len(rows)), key=lambda place: rows[place]["id"])
    return Measures(
        **{name: array[order] for name, array in arrays.items()},
        mistakes=tuple(sorted(chain.from_iterable(part.mistakes for part in portions))),
        rows=tuple(rows[place] for place in chosen),
        blanks=np.concatenate([part.blanks for part in portions])[chosen],
    )


def _measure(directory: Path, split: str, row: dict[str, Any]) -> tuple[Any, ...]:
    """The measures of one chart, in the order of the fields of Measures after ``ids``."""
    png = row["image"]["bytes"] if "image" in row else (directory / split / row["file_name"]).read_bytes()
    image = Image.open(io.BytesIO(png)).convert("RGB")
    look = _look_again(split, row, image.width)
    heights, width = _price_size(row, image.height)
    blank = render_blank(look, image.size).resize((THUMBNAIL, THUMBNAIL), Image.Resampling.BOX)
    short = {name: value for name, value in row.items() if not isinstance(value, (list, dict))}
    return (
        picture_hash(image),
        price_hash(row["ohlcv"] if row["candles"] else {"close": _hash_numbers(row["id"])}),
        heights,
        width,
        find_mistake(row),
        short | {"look": row["look"], "bytes": len(png)},
        np.asarray(blank, np.uint8).ravel(),
    )


def _price_size(row: dict[str, Any], side: int) -> tuple[tuple[float, float], float]:
    """The share of the picture's height that the price fills, and the width of a candle in pixels.

    The share is that of a cut chart and of one on a page, of which one is infinite, so that it is never the smallest.
    All are for a picture without candles, and for a screenshot.
    """
    if not row["candles"] or row["stage"] == SCREENSHOT_STAGE:
        return (math.inf, math.inf), math.inf
    high, low = np.clip([min(row["high"]), max(row["low"])], 0, side)
    spacing = (row["x"][-1] - row["x"][0]) / (len(row["x"]) - 1)
    height, cut = float(low - high) / side, row["look"]["page"] == "none"
    return (height, math.inf) if cut else (math.inf, height), spacing * row["look"]["body_width"]


def _hash_numbers(name: str) -> list[float]:
    """Numbers that stand for the prices of a picture that has none: others for each name."""
    return [float(byte) for byte in hashlib.sha256(name.encode()).digest()]


def _look_again(split: str, row: dict[str, Any], size: int) -> Look:
    """The chart's look, drawn again. Raises UserError if it differs from the recorded one: another version drew it."""
    drawn_as = row["id"].split("-")[0]  # not its label, which may be wrong: find_mistake looks at that
    if split == SCREENSHOTS:
        look = look_of_screenshot(row["seed"], row["index"], variety(split))
    else:
        look = draw_look_again(split, row | {"label": None if drawn_as == NONE else drawn_as}, size)
    if look.nuisances() != row["look"]:
        raise UserError(f"{row['id']} was drawn by another version of dataset_builder: audit it with that one")
    return look


def find_mistake(row: dict[str, Any]) -> str | None:
    """Apply the check of every class to the stored candles: that of the label must accept them, all others not.

    Candles that were drawn along a sketch are held to the loose limits, others to the strict ones. Charts without a
    pattern whose stage is in UNCHECKED are passed over. Returns None, or a sentence with the id of the chart and the
    reason.
    """
    label = row["label"]
    if label is None and row["stage"] in UNCHECKED:
        return None
    if row["stage"] in (SCREENSHOT_STAGE, UNSEEN_SCREENSHOT):
        return _find_mistaken_place(row)
    if not row["candles"]:
        return f"{row['id']} as {label or NONE}: no candles"
    loose = row.get("source") == SKETCH  # as when it was drawn
    reason = refusal(BY_NAME[label] if label else None, View(candles_of(row)), loose)
    return f"{row['id']} as {label or NONE}: {reason}" if reason else None


def _find_mistaken_place(row: dict[str, Any]) -> str | None:
    """The same for each pattern of a screenshot, in the window in which it was seen."""
    candles = candles_of(row)
    for place in (*row["patterns"], *row["overlapping"]):
        reason = refusal(BY_NAME[place["label"]], View(candles[slice(*place["window"])]))
        if reason:
            return f"{row['id']}, candles {place['first']} to {place['last']} as {place['label']}: {reason}"
    return None


def candles_of(row: dict[str, Any]) -> Candles:
    """The candles that a row stores."""
    return Candles(*(np.array(row["ohlcv"][name]) for name in ("open", "high", "low", "close", "volume")))
