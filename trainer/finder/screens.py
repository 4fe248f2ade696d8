"""Screenshots of a dataset as what the two networks learn from: pictures with their prices, prices with their patterns.

Each picture is changed at random as a pure function of (seed, epoch, index), so that nothing depends on workers or on
where a run was resumed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import datasets
import numpy as np
from PIL import Image, ImageDraw

from trainer.data.augment import augment
from trainer.data.charts import picture_of
from trainer.finder.charts import Charts
from trainer.finder.columns import Span, column_prices, prices_between, spans_between
from trainer.finder.sizes import COLUMNS, ROWS

if TYPE_CHECKING:
    from torch.utils.data import Dataset

    TorchDataset = Dataset[dict[str, np.ndarray]]
else:
    TorchDataset = object

MOST = 64  # patterns of a chart that are learnt from: no market of 14,000 has 24, but some charts join several
WHOLE, AROUND = 0.45, 0.4  # share of pictures that stay whole; of the others, those cut near the chart
DRAWN_ON, MOST_DRAWN = 0.35, 5  # share of pictures that somebody has drawn on; lines, curves and words at most
WIDEST = 0.12  # of the page: what is left around a chart that is cut out
IN_TIME = 0.5  # share of charts of which only a part is seen
SHORTEST, NARROWEST = 0.35, 0.4  # of the candles, and of the columns that they take, at least
LEAST_CANDLES = 24  # in a part of a chart
STRETCH = 1.5  # exponent by which prices are stretched at one end at most, as on a logarithmic scale
NOISE, SPOILT, LONGEST_GAP = 0.008, 0.3, 16  # of the prices' range; share of charts read badly in places; columns


class ScreenPictures(TorchDataset):
    """Item i: ``pixels`` uint8 [ROWS, COLUMNS, 3] and ``prices`` float32 [COLUMNS, 2], in shares of the height."""

    def __init__(self, rows: datasets.Dataset, change: bool, seed: int = 0) -> None:
        self.rows, self.change, self.seed, self.epoch = rows, change, seed, 0

    def set_epoch(self, epoch: int) -> None:
        """``accelerate`` calls this before each epoch."""
        self.epoch = epoch

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> dict[str, np.ndarray]:
        row = self.rows[index]
        picture, rng = picture_of(row), np.random.default_rng([self.seed, self.epoch, index])
        box = _cut(rng, picture.size, row["pane"]) if self.change else (0, 0, *picture.size)
        if self.change and rng.random() < DRAWN_ON:
            _draw_on(picture, rng, row["pane"])
        seen = picture.resize((COLUMNS, ROWS), Image.Resampling.BILINEAR, box)
        if self.change:
            seen, _ = augment(seen, rng, turns=False)
        left, top, right, bottom = box
        prices = (column_prices(row, left, right, COLUMNS) - top) / (bottom - top)
        outside = (prices[:, 1] < 0) | (prices[:, 0] > 1)
        prices[outside] = np.nan
        return {"pixels": np.array(seen), "prices": prices.clip(0, 1).astype(np.float32)}


class ChartPrices(TorchDataset):
    """Item i: ``prices`` float32 [COLUMNS, 2] as read, NaN where there is none, and the patterns in them: ``labels``
    int64 [MOST], ``spans`` float32 [MOST, 2] in columns and ``clear`` bool [MOST], as in ``span_net.Truth``."""

    def __init__(self, charts: Sequence[Charts], classes: tuple[str, ...], change: bool, seed: int = 0) -> None:
        self.charts, self.ends = charts, np.cumsum([len(each) for each in charts])
        self.ids = {name: number for number, name in enumerate(classes)}
        self.change, self.seed, self.epoch = change, seed, 0

    def set_epoch(self, epoch: int) -> None:
        """``accelerate`` calls this before each epoch."""
        self.epoch = epoch

    def __len__(self) -> int:
        return int(self.ends[-1])

    def __getitem__(self, index: int) -> dict[str, np.ndarray]:
        rng = np.random.default_rng([self.seed, self.epoch, index])
        source = int(np.searchsorted(self.ends, index, side="right"))
        row = self.charts[source].chart(index - int(self.ends[source]) + len(self.charts[source]), rng)
        left, right = _part(rng, row["x"], self.change and rng.random() < IN_TIME)
        width = COLUMNS * (rng.uniform(NARROWEST, 1) if self.change else 0.8)
        first = rng.uniform(0, COLUMNS - width) if self.change else 0.1 * COLUMNS
        prices = prices_between(row, left, right, first, width, COLUMNS)
        if self.change:
            prices = _read_badly(prices, rng)
        whole, cut = spans_between(row, left, right)
        return {"prices": prices.astype(np.float32), **self._patterns(whole, cut, first, width)}

    def _patterns(self, whole: list[Span], cut: list[Span], first: float, width: float) -> dict[str, np.ndarray]:
        labels, spans = np.full(MOST, -1), np.zeros((MOST, 2), np.float32)
        clear = np.zeros(MOST, bool)
        known = [(self.ids[span.label], span) for span in whole if span.label in self.ids]
        for place, (label, span) in enumerate([*known, *((-2, span) for span in cut)][:MOST]):
            labels[place], clear[place] = label, span.clear
            spans[place] = first + span.start * width, first + span.stop * width
        return {"labels": labels, "spans": spans, "clear": clear}


def _part(rng: np.random.Generator, x: list[float], cut: bool) -> tuple[float, float]:
    """Left and right end, in pixels, of the candles that are seen: all of them, or a part."""
    places = np.asarray(x)
    half = (places[-1] - places[0]) / (len(places) - 1) / 2
    first, last = 0, len(places) - 1
    if cut and len(places) > LEAST_CANDLES:
        number = max(LEAST_CANDLES, round(len(places) * rng.uniform(SHORTEST, 1)))
        first = int(rng.integers(len(places) - number + 1))
        last = first + number - 1
    return float(places[first] - half), float(places[last] + half)


def _read_badly(prices: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Other scales, and the errors that a reader makes: heights that tremble, gaps, and strokes that are no price."""
    low, high = np.nanmin(prices[:, 0]), np.nanmax(prices[:, 1])
    share = (prices - low) / max(high - low, 1e-6)
    stretch = rng.uniform(-STRETCH, STRETCH)
    if abs(stretch) > 0.1:
        share = np.expm1(stretch * share) / math.expm1(stretch)
    share = share + rng.normal(0, rng.uniform(0, NOISE), share.shape)
    if rng.random() < SPOILT:
        for _ in range(int(rng.integers(1, 5))):
            start, length = int(rng.integers(COLUMNS)), int(rng.integers(1, LONGEST_GAP))
            if rng.random() < 0.5:
                share[start : start + length] = np.nan
            else:
                share[start : start + length // 4 + 1, int(rng.integers(2))] += rng.normal(0, 0.15)
    return np.sort(share, axis=1)


def _cut(rng: np.random.Generator, size: tuple[int, int], pane: list[float]) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of what is seen of a page: all, the chart with little around it, or another part."""
    if rng.random() < WHOLE:
        return (0, 0, *size)
    left, top, right, bottom = pane
    wide, high = right - left, bottom - top
    if rng.random() < AROUND:
        shares = rng.uniform(-0.25 * WIDEST, WIDEST, 4)
        box = left - shares[0] * wide, top - shares[1] * high, right + shares[2] * wide, bottom + shares[3] * high
    else:  # half of the chart at least, in either direction
        box = (
            rng.uniform(0, left + 0.25 * wide),
            rng.uniform(0, top + 0.1 * high),
            rng.uniform(right - 0.25 * wide, size[0]),
            rng.uniform(bottom - 0.1 * high, size[1]),
        )
    return max(box[0], 0), max(box[1], 0), min(box[2], size[0]), min(box[3], size[1])


def _draw_on(picture: Image.Image, rng: np.random.Generator, pane: list[float]) -> None:
    """Lines, curves, boxes and words over the chart, in place, as people mark what they see."""
    pen = ImageDraw.Draw(picture)
    left, top, right, bottom = pane

    def place() -> tuple[float, float]:
        return float(rng.uniform(left, right)), float(rng.uniform(top, bottom))

    for _ in range(int(rng.integers(1, MOST_DRAWN + 1))):
        colour = tuple(int(level) for level in rng.integers(0, 256, 3))
        kind, width = rng.random(), int(rng.integers(1, 4))
        (x, y), (x2, y2) = place(), place()
        box = (min(x, x2), min(y, y2), max(x, x2), max(y, y2))
        if kind < 0.5:
            pen.line((x, y, x2, y if rng.random() < 0.3 else y2), colour, width)
        elif kind < 0.7:
            pen.arc(box, *((0, 180) if rng.random() < 0.5 else (180, 360)), colour, width)
        elif kind < 0.85:
            words = ("Resistance", "Support", "BO Zone", "Neckline", "Buy", "SL", "Target 1", "Volume Buildup")
            pen.text((x, y), words[int(rng.integers(len(words)))], colour, font_size=float(rng.uniform(10, 28)))
        else:
            pen.rectangle(box, None, colour, width)
