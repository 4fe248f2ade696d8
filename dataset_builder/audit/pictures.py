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

COLUMNS, ROWS, GAP = 8, 5, 2  # of a contact sheet; pixels between charts
PAPER = (120, 123, 134)  # colour between the charts: a grey that is neither a light nor a dark chart's background
OVERVIEW = 6  # charts of each class on the sheet of all classes
BINS = 12  # of a field of numbers: few enough that a bin holds charts of every class
# The fields that differ most between styles and overlays; the classifiers of leaks.py see all of them.
FIELDS = ("style", "candles", "volume", "frame", "marks", "jpeg", "axes", "grid_opacity", "body_width", "bytes")


def draw_contact_sheets(directory: Path, manifest: dict[str, Any], output: Path) -> None:
    """Save ``contact_<class>.png`` with up to forty charts of each class, and ``contact.png`` with OVERVIEW of each."""
    rows = list(islice(read_rows(directory, manifest, "train"), COLUMNS * ROWS * len(manifest["classes"])))
    overview = []
    for name in manifest["classes"]:
        images = [_open(directory, row) for row in rows if row["label"] == name]
        _sheet(images, COLUMNS).save(output / f"contact_{name}.png")
        overview += (images * OVERVIEW)[:OVERVIEW]
    _sheet(overview, OVERVIEW * 2).save(output / "contact.png")


def _open(directory: Path, row: dict[str, Any]) -> Image.Image:
    source = io.BytesIO(row["image"]["bytes"]) if "image" in row else directory / "train" / row["file_name"]
    return Image.open(source).convert("RGB")


def _sheet(images: list[Image.Image], columns: int) -> Image.Image:
    side = images[0].width + GAP
    rows = -(-len(images) // columns)
    sheet = Image.new("RGB", (columns * side + GAP, rows * side + GAP), PAPER)
    for place, image in enumerate(images):
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
