"""Whether the candles resemble real ones: their statistics beside those of real markets."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from cryptoai_common.dataset import read_rows
from dataset_builder.audit.finding import Finding
from dataset_builder.audit.measure import candles_of
from dataset_builder.market.statistics import RANGES, candle_statistics
from dataset_builder.readers.ohlcv import read_ohlcv

CHARTS = 1000  # charts of the dataset that the statistics are measured on
WINDOW = 60  # candles in a window that a real series is cut into: about as many as a chart has
FARTHEST = 0.6  # how far outside the range, in lengths of it, a mark in the figure lies at most

Statistics = list[tuple[str, dict[str, float]]]  # name of each source and its statistics; the dataset comes first


def compare(directory: Path, manifest: dict[str, Any], files: tuple[Path, ...]) -> Statistics:
    """Statistics of the first charts of train, and of every OHLCV file, cut into windows of WINDOW candles.

    Raises UserError for a file that cannot be read, ValueError for a dataset or file with too few candles.
    """
    rows = islice(read_rows(directory, manifest, "train"), CHARTS)
    sources = [("this dataset", candle_statistics([candles_of(row) for row in rows]))]
    for path in files:
        read = read_ohlcv(path)
        read.tell()
        series = read.candles
        starts = range(0, max(len(series) - WINDOW, 0) + 1, WINDOW)
        sources.append((path.name, candle_statistics([series[start : start + WINDOW] for start in starts])))
    return sources


def findings(statistics: Statistics) -> list[Finding]:
    """Each of the dataset's statistics with the range of real markets, in which it must lie."""
    _, ours = statistics[0]
    return [Finding(f"candles: {name}", ours[name], *RANGES[name]) for name in RANGES]


def table(statistics: Statistics) -> str:
    """The statistics of all sources as a Markdown table, one column a source."""
    head = "| candles | real markets | " + " | ".join(source for source, _ in statistics) + " |"
    rows = [
        f"| {name} | {low:g} – {high:g} | " + " | ".join(f"{values[name]:.3g}" for _, values in statistics) + " |"
        for name, (low, high) in RANGES.items()
    ]
    return "\n".join([head, "|---|---|" + "---|" * len(statistics), *rows])


def draw(statistics: Statistics, path: Path) -> None:
    """Save a figure with a line for each statistic: a bar for the range of real markets, a mark for every source."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(9, 0.55 * len(RANGES) + 1.4), layout="constrained")
    for line, (name, (low, high)) in enumerate(RANGES.items()):
        axes.barh(line, 1, left=0, height=0.5, color="#cfe3d8", label="real markets" if line == 0 else None)
        for place, (source, values) in enumerate(statistics):
            position = np.clip((values[name] - low) / (high - low), -FARTHEST, 1 + FARTHEST)
            size = 90 if place == 0 else 30
            axes.scatter(position, line, s=size, color=f"C{place}", label=source if line == 0 else None, zorder=3)
        axes.text(-0.01, line + 0.33, f"{low:g}", ha="right", fontsize=7, color="#666")
        axes.text(1.01, line + 0.33, f"{high:g}", fontsize=7, color="#666")
    axes.set(yticks=range(len(RANGES)), yticklabels=list(RANGES), xlim=(-0.65, 1.65), xticks=[])
    axes.invert_yaxis()
    axes.set_title("Candle statistics, each scaled to the range of real markets")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.02), ncols=4, frameon=False)
    for side in axes.spines.values():
        side.set_visible(False)
    figure.savefig(path, dpi=130)
    plt.close(figure)
