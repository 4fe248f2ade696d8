"""How fast the newest windows of many markets are looked at, and where the time goes.

    python benchmarks/bench_scan.py [--markets 1000] [--workers 2] [--model FILE]

Draws no candles from any exchange: each market is a random walk of 1,000 hours in a Parquet file, as `scan --exchange`
keeps them. Prints windows a second, the shares of reading, drawing, model and rest of the processes' time, and what a
tenth of the markets takes in memory against all of them. On a busy machine shares, ratios and the time of a core hold,
seconds do not.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil

from cryptoai_common.cores import usable_cores
from trainer.markets.store import Kept, Market, write_market
from trainer.scan.results import Results
from trainer.scan.work import Job, Task, scan_all

ROOT = Path(__file__).parents[1]
MODEL = ROOT / "models/chart-vit/crypto_chart_classifier_quantized.onnx"
LENGTHS, CANDLES, HOUR = (30, 45, 60, 90, 120), 1000, 3_600_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--markets", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=usable_cores())
    parser.add_argument("--model", type=Path, default=MODEL)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        jobs = make_markets(Path(scratch), arguments.markets)
        few, few_memory = timed(jobs[: len(jobs) // 10], arguments)
        results, memory = timed(jobs, arguments)
    reading, drawing, model = results.seconds
    busy = results.took * arguments.workers
    rest = max(busy - reading - drawing - model, 0)
    rate, load = results.windows / results.took, os.getloadavg()[0]
    print(f"{len(jobs)} markets, {results.windows} windows, {arguments.workers} processes, load {load:.1f}")
    print(f"{results.took:.1f} s, {rate:.0f} windows a second, start of the processes included")
    each = results.processor / results.windows
    print(f"{1000 * each:.1f} ms of a core a window: {arguments.workers / each:.0f} a second on cores of their own")
    print("| share of | reading | drawing | model | rest |\n|---|---:|---:|---:|---:|")
    shares = " | ".join(f"{part / busy:.0%}" for part in (reading, drawing, model, rest))
    print(f"| the processes' time | {shares} |")
    print(f"memory: {memory / few_memory:.2f} times that of a tenth of the markets, which took {few_memory >> 20} MiB")
    assert few.windows * 10 == results.windows


class Timed(Results):
    took = processor = 0.0


def timed(jobs: list[Job], arguments: argparse.Namespace) -> tuple[Timed, int]:
    """The results with the seconds that they took, and the largest memory of this process and its workers in bytes."""
    results, task = Timed(), Task(arguments.model, LENGTHS, 1, time.time(), latest=True)
    own, peak, began = psutil.Process(), 0, time.perf_counter()
    for number, found in enumerate(scan_all(task, iter(jobs), arguments.workers)):
        for result in found:
            results.add(result)
        if number % 25 == 0 or number == len(jobs) - 1:
            family = [own, *own.children(recursive=True)]
            peak = max(peak, sum(each.memory_info().rss for each in family))
            results.processor = sum(sum(each.cpu_times()[:2]) for each in family[1:])
    results.took = time.perf_counter() - began
    results.finish()
    return results, peak


def make_markets(directory: Path, count: int) -> list[Job]:
    """Random walks, as finished candles that end now."""
    jobs = []
    now = int(time.time() * 1000) // HOUR
    times = np.arange(now - CANDLES, now) * HOUR
    (directory / "none").mkdir()
    for number in range(count):
        rng = np.random.default_rng(number)
        close = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, CANDLES)))
        opening = np.concatenate(([100.0], close[:-1]))
        spread = 1 + np.abs(rng.normal(0, 0.004, (2, CANDLES)))
        high, low = np.maximum(opening, close) * spread[0], np.minimum(opening, close) / spread[1]
        market = Market("none", f"M{number}/USDT", "1h")
        values = np.stack([opening, high, low, close, np.ones(CANDLES)], axis=1)
        write_market(market.file(directory), market, Kept(times, values))
        jobs.append(Job(market.file(directory), market.symbol))
    return jobs


if __name__ == "__main__":
    main()
