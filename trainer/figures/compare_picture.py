"""The picture of ``compare``: the accuracy of each file of each run, over its size and its latency."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from cryptoai_common.files import write_atomically
from trainer.figures.colours import INK
from trainer.models.classifier import CHECKPOINT, ONNX, QUANTIZED

MARKS = {CHECKPOINT: "o", ONNX.as_posix(): "^", QUANTIZED.as_posix(): "s"}


def draw_comparison(points: Sequence[dict[str, Any]], path: Path) -> None:
    """One mark for each file, with the 95 % interval of its accuracy, and one colour for each run.

    A point holds ``run``, ``split``, ``weights``, and from ``metrics.json`` the file's ``bytes`` and ``latency_ms`` and
    its ``accuracy`` and ``accuracy_interval``.
    """
    runs = list(dict.fromkeys(point["run"] for point in points))
    figure = Figure(figsize=(10, 4.6), layout="constrained")
    size, latency = figure.subplots(1, 2, sharey=True)
    for point in points:
        for axes, x in ((size, point["bytes"] / 1e6), (latency, point["latency_ms"]["one_thread"])):
            _mark(axes, x, point, colour=f"C{runs.index(point['run']) % 10}")
    size.set(xlabel="MB", ylabel="accuracy, 95 % interval")
    latency.set(xlabel="ms a picture, one core")
    size.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    for axes in (size, latency):
        axes.set_xlim(left=0)
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
    for run in runs:
        split = next(point["split"] for point in points if point["run"] == run)
        size.plot([], [], "-", color=f"C{runs.index(run) % 10}", label=f"{run}, {split}")
    for weights, mark in MARKS.items():
        size.plot([], [], mark, color=INK, label=weights)
    figure.legend(loc="outside lower center", ncols=3, frameon=False, fontsize=8)
    write_atomically(path, lambda temporary: figure.savefig(temporary, dpi=130, facecolor="white"))


def _mark(axes: Axes, x: float, point: dict[str, Any], colour: str) -> None:
    low, high = point["accuracy_interval"]
    spread = [[point["accuracy"] - low], [high - point["accuracy"]]]
    axes.errorbar(x, point["accuracy"], spread, fmt=MARKS[point["weights"]], color=colour, capsize=3, markersize=6)
