"""Charts a second on one core: mplfinance, plain matplotlib, and this project, on the same candles.

    python benchmarks/bench_charts.py [--json FILE]

Every chart is 224 x 224 pixels with a volume pane where the library draws one, and ends as a PNG file. The libraries
are given finished candles; ours also has to draw them and to confirm the pattern. Time is the CPU time of this
process, with one thread, and rounds of all contestants alternate, so that other work on the machine counts for little.
The files are made beforehand, empty: a new one costs 0.02 ms or up to 1 ms on ext4, it seems by how many others were
deleted shortly before, which would measure the disk's past.
"""

from __future__ import annotations

import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

import argparse
import itertools
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import mplfinance
import numpy as np
import pandas as pd

from cryptoai_common.candles import Candles
from cryptoai_common.files import write_json
from dataset_builder.charts.draft import render_all
from dataset_builder.charts.sample import draw_sample, settle
from dataset_builder.charts.variety import TRAINING_STYLES
from dataset_builder.drawing.chart import encode_png, render
from dataset_builder.drawing.random_look import draw_look
from dataset_builder.patterns import PATTERNS

ROUNDS = 15
FEW, MANY = 6, 100  # charts a round, of the slow and the fast
INCHES = (2.24, 2.24)  # 224 pixels at 100 dots an inch


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, help="write charts a second by name to this file")
    given = parser.parse_args()
    tables = [_table(draw_sample(0, pattern.name, 0).metadata["ohlcv"]) for pattern in PATTERNS]
    with tempfile.TemporaryDirectory() as folder:
        contestants = _contestants(tables, Path(folder))
        rates = {name: [] for name in contestants}
        for name, (draw, charts) in itertools.chain(*([contestants.items()] * (ROUNDS + 1))):
            rates[name].append(_rate(draw, charts))
    medians = {name: statistics.median(found[1:]) for name, found in rates.items()}  # the first round warms up
    print(f"\nCharts a second on one core, median of {ROUNDS} rounds\n")
    print("| 224 x 224 pixels, PNG on disk | charts/s | times mplfinance |\n|---|---:|---:|")
    for name, rate in medians.items():
        print(f"| {name} | {rate:.1f} | {rate / medians['mplfinance']:.1f} |")
    if given.json:
        given.json.parent.mkdir(parents=True, exist_ok=True)
        write_json(given.json, medians)


def _contestants(tables: list[pd.DataFrame], folder: Path) -> dict[str, tuple[Callable[[], None], int]]:
    """What to measure: a function that draws the next chart, and how many charts make a round."""
    given, next_table = _given(), itertools.cycle(tables)
    files = [folder / f"{number}.png" for number in range((ROUNDS + 1) * 2 * (FEW + MANY))]
    for file in files:
        file.touch()
    paths = iter(files)
    names = ((pattern.name, index) for index in itertools.count() for pattern in PATTERNS)
    samples = render_all(settle(1, name, index) for name, index in names)

    def ours() -> None:
        next(paths).write_bytes(next(samples).png)

    def ours_given() -> None:
        candles, frame, pivots, rng = next(given)
        look = draw_look(TRAINING_STYLES, rng)
        next(paths).write_bytes(encode_png(render(candles, look, frame, pivots).pixels, noisy=look.jpeg > 0))

    return {
        "mplfinance": (lambda: _mplfinance(next(next_table), next(paths)), FEW),
        "matplotlib, a figure a chart": (lambda: _matplotlib(next(next_table), next(paths)), FEW),
        "ours: look, picture, PNG": (ours_given, MANY),
        "ours: candles, look, picture, PNG": (ours, MANY),
    }


def _rate(draw: Callable[[], None], charts: int) -> float:
    start = time.process_time()
    for _ in range(charts):
        draw()
    return charts / (time.process_time() - start)


def _table(ohlcv: dict[str, list[float]]) -> pd.DataFrame:
    """The candles as mplfinance wants them."""
    table = pd.DataFrame(ohlcv).rename(columns=str.capitalize)
    return table.set_index(pd.date_range("2024-01-01", periods=len(table), freq="h"))


def _mplfinance(table: pd.DataFrame, path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        save = {"fname": path, "dpi": 100}
        mplfinance.plot(table, type="candle", volume=True, style="yahoo", figsize=INCHES, savefig=save, closefig=True)


def _matplotlib(table: pd.DataFrame, path: Path) -> None:
    """As the usual scripts do it: wicks, bodies and volume from three calls, in a new figure."""
    figure, (upper, lower) = plt.subplots(2, figsize=INCHES, height_ratios=(4, 1), sharex=True)
    bars, colours = np.arange(len(table)), np.where(table.Close >= table.Open, "green", "red")
    upper.vlines(bars, table.Low, table.High, colors=colours, linewidth=1)
    upper.bar(bars, table.Close - table.Open, bottom=table.Open, color=colours, width=0.7)
    lower.bar(bars, table.Volume, color=colours, width=0.7)
    figure.savefig(path, dpi=100)
    plt.close(figure)


def _given() -> Iterator[tuple]:
    """Finished candles to draw, as the libraries get them, and a fresh random stream for each look."""
    charts = []
    for pattern in PATTERNS:
        ohlcv = draw_sample(0, pattern.name, 0).metadata["ohlcv"]
        candles = Candles(*(np.array(ohlcv[name]) for name in ("open", "high", "low", "close", "volume")))
        pivots = np.column_stack((np.linspace(0, len(candles) - 1, 5), np.linspace(*_range(candles), 5)))
        charts.append((candles, _range(candles), pivots))
    for seed, chart in enumerate(itertools.cycle(charts)):
        yield *chart, np.random.default_rng(seed)


def _range(candles) -> tuple[float, float]:
    return float(candles.low.min()), float(candles.high.max())


if __name__ == "__main__":
    main()
