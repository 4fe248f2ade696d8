"""Pictures for people to look at: contact sheets, and the distribution of nuisance fields over the classes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cryptoai_common.dataset import read_rows
from dataset_builder.charts.sample import SKETCH

COLUMNS, ROWS, GAP = 8, 5, 2  # of a contact sheet; pixels between charts
FOUND_SIDE, SCREEN_SIDE = 112, 168  # pixels of a chart on the sheets of found charts and of pages, which documents show
COLOURS = 96  # of those two sheets, so that their files are small
PAPER = (120, 123, 134)  # colour between the charts: a grey that is neither a light nor a dark chart's background
OVERVIEW = 6  # charts of each class on the sheet of all classes
BINS = 12  # of a field of numbers: few enough that a bin holds charts of every class
# The fields that differ most between styles and overlays; the classifiers of leaks.py see all of them.
FIELDS = ("style", "candles", "volume", "frame", "marks", "jpeg", "axes", "grid_opacity", "body_width", "bytes")


def draw_contact_sheets(directory: Path, manifest: dict[str, Any], output: Path) -> None:
    """Save ``contact_<class>.png`` with up to forty charts of each class, and ``contact.png`` with OVERVIEW of each.

    Where the dataset has them, ``contact_found.png`` shows in each class's row OVERVIEW drawn charts and as many found
    ones, all cut to the chart, and ``contact_screens.png`` up to forty charts on a whole page.
    """
    rows = list(islice(read_rows(directory, manifest, "train"), COLUMNS * ROWS * len(manifest["classes"])))
    overview: list[Image.Image | None] = []
    for name in manifest["classes"]:
        images = [_open(directory, row) for row in rows if row["label"] == name]
        _sheet(images, COLUMNS).save(output / f"contact_{name}.png")
        overview += (images * OVERVIEW)[:OVERVIEW]
    _sheet(overview, OVERVIEW * 2).save(output / "contact.png")
    cut = [row for row in rows if row["look"]["page"] == "none"]
    if any(row["source"] != SKETCH for row in cut):
        chosen = [row for name in manifest["classes"] for row in _drawn_and_found(cut, name)]
        _save_small(directory, chosen, OVERVIEW * 2, FOUND_SIDE, output / "contact_found.png")
    if pages := [row for row in rows if row["look"]["page"] != "none"]:
        _save_small(directory, pages[: COLUMNS * ROWS], COLUMNS, SCREEN_SIDE, output / "contact_screens.png")


def _drawn_and_found(rows: list[dict[str, Any]], name: str) -> list[dict[str, Any] | None]:
    """OVERVIEW drawn charts of a class, then as many found ones; None in place of those that there are not."""
    chosen: list[dict[str, Any] | None] = []
    for drawn in (True, False):
        some = [row for row in rows if row["label"] == name and (row["source"] == SKETCH) == drawn][:OVERVIEW]
        chosen += [*some, *[None] * (OVERVIEW - len(some))]
    return chosen


def _save_small(directory: Path, rows: Sequence[dict[str, Any] | None], columns: int, side: int, path: Path) -> None:
    """Save a sheet of charts of that side in pixels, in few colours."""
    small = [_open(directory, row).resize((side, side), Image.Resampling.LANCZOS) if row else None for row in rows]
    _sheet(small, columns).quantize(COLOURS).save(path, optimize=True)


def _open(directory: Path, row: dict[str, Any]) -> Image.Image:
    source = io.BytesIO(row["image"]["bytes"]) if "image" in row else directory / "train" / row["file_name"]
    return Image.open(source).convert("RGB")


def _sheet(images: Sequence[Image.Image | None], columns: int) -> Image.Image:
    """The pictures in rows, all as large as the first; paper where there is None."""
    side = next(image.width for image in images if image) + GAP
    rows = -(-len(images) // columns)
    sheet = Image.new("RGB", (columns * side + GAP, rows * side + GAP), PAPER)
    for place, image in enumerate(images):
        if image:
            sheet.paste(image, (place % columns * side + GAP, place // columns * side + GAP))
    return sheet


def draw_nuisances(rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Save a figure with a panel for each of FIELDS and in it a line for each class: the distribution of the field.

    A line that differs from the others by more than noise shows that the field tells the label.
    """
    import matplotlib.pyplot as plt

    labels = np.array([row["label"] for row in rows])
    figure, panels = plt.subplots(2, (len(FIELDS) + 1) // 2, figsize=(16, 6.5), layout="constrained")
    for panel, field in zip(panels.ravel(), FIELDS, strict=True):
        values = np.array([row["look"].get(field, row.get(field)) for row in rows])
        ticks, places = _bins(values)
        for name in np.unique(labels):
            counts = np.bincount(places[labels == name], minlength=len(ticks))
            panel.plot(ticks, counts / counts.sum(), lw=1, marker=".", label=name)
        panel.set_title(field, fontsize=9)
        panel.tick_params(axis="x", rotation=90 if isinstance(ticks[0], str) else 0, labelsize=6)
        panel.tick_params(axis="y", labelsize=6)
    figure.legend(*panels.flat[0].get_legend_handles_labels(), loc="outside lower center", ncols=5, frameon=False)
    figure.suptitle("Share of each class's charts: the lines must agree")
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _bins(values: NDArray[Any]) -> tuple[list[Any], NDArray[np.intp]]:
    """The bins of a field, each by its value or its middle, and the index of the bin of each chart's value."""
    if values.dtype.kind in "Ub":
        options, places = np.unique(values, return_inverse=True)
        return [str(option) for option in options], places
    edges = np.histogram_bin_edges(values, bins=BINS)
    return ((edges[1:] + edges[:-1]) / 2).tolist(), np.digitize(values, edges[1:-1])
