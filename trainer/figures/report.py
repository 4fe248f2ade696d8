"""Pictures of the training curves, the confusion matrix and example predictions, as PNG files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from PIL import Image

from cryptoai_common.files import write_atomically
from cryptoai_common.percent import percent
from trainer.figures.colours import BLUE, FAINT, GREEN, INK, ORANGE, RED, spoken

COLUMNS = 5  # of the grid of predictions
DARK = 0.55  # share from which a cell of the confusion matrix is so dark that its number is white


def training_curves(log: Sequence[dict[str, Any]], path: Path) -> None:
    """Losses and validation accuracy over epochs, from the Trainer's log history."""
    figure = Figure(figsize=(10, 4), layout="constrained")
    losses, accuracy = figure.subplots(1, 2)
    _curve(losses, log, "label_loss", "training, labels", BLUE, otherwise="loss")
    _curve(losses, log, "eval_loss", "validation, labels", ORANGE)
    if _points(log, "reading_loss"):
        reading = losses.twinx()
        _curve(reading, log, "reading_loss", "training, reading the chart", FAINT, style="--")
        reading.set_ylabel("reading error, share of the height", color=FAINT)
        reading.set_ylim(bottom=0)
        reading.spines[["top", "left"]].set_visible(False)
    _finish_axes(losses, "Loss")
    figure.legend(loc="outside lower left", ncols=3, frameon=False, fontsize=8)
    _curve(accuracy, log, "eval_accuracy", "validation accuracy", ORANGE)
    accuracy.set_ylim(0, 1)
    accuracy.yaxis.set_major_formatter(PercentFormatter(1.0))
    _finish_axes(accuracy, "Validation accuracy")
    save_figure(figure, path)


def confusion_matrix(counts: np.ndarray, classes: Sequence[str], title: str, path: Path) -> None:
    """Draw ``counts`` [truth, prediction]; the colour shows the share of the true class."""
    size = 2.2 + 0.62 * len(classes)
    figure = Figure(figsize=(size + 0.6, size), layout="constrained")
    axes = figure.subplots()
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(counts):
        if count:
            colour = "white" if shares[row, column] > DARK else INK
            axes.text(column, row, str(count), ha="center", va="center", color=colour, fontsize=9)
    names = [spoken(name) for name in classes]
    axes.set_xticks(range(len(classes)), names, rotation=40, ha="right", rotation_mode="anchor", fontsize=9)
    axes.set_yticks(range(len(classes)), names, fontsize=9)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    right = np.trace(counts) / max(counts.sum(), 1)
    axes.set_title(f"{title}: {percent(right)} of {counts.sum()} charts", fontsize=11, color=INK)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_xticks(np.arange(len(classes) + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(len(classes) + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=1.5)
    axes.tick_params(which="minor", length=0)
    save_figure(figure, path)


def predictions(
    pictures: Sequence[Image.Image], truth: np.ndarray, probabilities: np.ndarray, classes: Sequence[str], path: Path
) -> None:
    """A grid of charts; above each the true class, below it the predicted class and its probability.

    ``truth`` are class ids [n], ``probabilities`` [n, classes].
    """
    columns = min(COLUMNS, len(pictures))
    rows = -(-len(pictures) // columns)
    figure = Figure(figsize=(2.5 * columns, 2.95 * rows), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes, picture, true, chances in zip(grid, pictures, truth, probabilities, strict=False):
        guess = int(chances.argmax())
        colour = GREEN if guess == true else RED
        axes.imshow(picture)
        axes.set_xlabel(
            f"{spoken(classes[guess])}, {percent(chances[guess], 0)}", color=colour, fontsize=10, weight="bold"
        )
        axes.set_title(f"true: {spoken(classes[true])}", color=INK, fontsize=9, pad=3)
        axes.set_xticks([])
        axes.set_yticks([])
        for spine in axes.spines.values():
            spine.set(color=colour, linewidth=1.5)
    for axes in grid[len(pictures) :]:
        axes.set_visible(False)
    save_figure(figure, path)


def _curve(
    axes: Axes, log: Sequence[dict[str, Any]], key: str, label: str, colour: str, style: str = "-", otherwise: str = ""
) -> None:
    """The values of ``key`` over epochs, or those of ``otherwise`` if the log has none."""
    points = _points(log, key) or _points(log, otherwise)
    if points:
        axes.plot(*zip(*points, strict=True), style, color=colour, label=label, linewidth=1.8, marker="o", markersize=3)


def _points(log: Sequence[dict[str, Any]], key: str) -> list[tuple[float, float]]:
    return [(entry["epoch"], entry[key]) for entry in log if key in entry]


def _finish_axes(axes: Axes, title: str) -> None:
    axes.set_title(title, loc="left", fontsize=11, color=INK)
    axes.set_xlabel("epoch")
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)


def save_figure(figure: Figure, path: Path) -> None:
    """Write ``figure`` as a PNG file, atomically."""
    write_atomically(path, lambda temporary: figure.savefig(temporary, dpi=130, facecolor="white"))
