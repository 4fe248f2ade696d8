"""The build from end to end: charts a second with one worker and two, memory by size, and how soon --help answers.

    python benchmarks/bench_build.py [--large 100000]

Prints a Markdown table. Compare ratios, not seconds: machines differ, and so does one machine from hour to hour.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

COMMAND = [sys.executable, "-m", "dataset_builder"]
TIMED_CHARTS = 10_000  # and a tenth as many in unseen styles; enough for the start-up of workers to count for little
ROUNDS = 3  # of one worker, then two: the machine's pace and the disk's change from minute to minute
POLL = 0.05  # seconds between looks at the memory
# What the machine itself gains from a second process: its cores may be two threads of one.
TIMED = "import time; start = time.perf_counter(); {}; print(time.perf_counter() - start)"
LOOP = TIMED.format("sum(i * i for i in range(20_000_000))")
DRAWING = "from dataset_builder.charts.sample import draw_sample; " + TIMED.format(
    "[draw_sample(1, 'double_top', index) for index in range(600)]"
)


def build(size: int, workers: int, *options: str) -> tuple[float, float, float]:
    """Build a dataset in a directory of its own; returns seconds, and peak memory of parent and largest child in MB."""
    with tempfile.TemporaryDirectory() as directory:
        output = ["--output", str(Path(directory) / "charts"), "--size", str(size), "--workers", str(workers)]
        start = time.perf_counter()
        process = psutil.Popen(
            [*COMMAND, "build", *output, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        parent = child = 0
        while process.poll() is None:
            parent, child = max(parent, _memory(process)), max([child, *map(_memory, _children(process))])
            time.sleep(POLL)
        if process.returncode:
            raise SystemExit(f"the build of {size} charts failed")
        return time.perf_counter() - start, parent / 1e6, child / 1e6


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _memory(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss
    except psutil.Error:
        return 0


def help_seconds(runs: int = 7) -> float:
    """Median time until ``--help`` has answered."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run([*COMMAND, "--help"], check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - start)
    return sorted(times)[runs // 2]


def two_process_gain(code: str) -> float:
    """How much more two processes get done than one that runs the same code, which prints the seconds it took."""
    one, two = _slowest(code, 1), _slowest(code, 2)
    return 2 * one / two


def _slowest(code: str, processes: int) -> float:
    command, environment = [sys.executable, "-c", code], os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    running = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(processes)]
    return max(float(process.communicate()[0]) for process in running)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", type=int, default=20_000, help="charts of the large build (default 20,000)")
    large = parser.parse_args().large
    rounds = [[build(TIMED_CHARTS, workers)[0] for workers in (1, 2)] for _ in range(ROUNDS)]
    one, two = map(statistics.median, zip(*rounds, strict=True))
    gains = sorted(alone / together for alone, together in rounds)
    thousand, *pictures = build(1000, 2)
    _, *small = build(1000, 2, "--format", "parquet")
    seconds, *big = build(large, 2, "--format", "parquet")
    print("| build | |\n|---|---:|")
    print(f"| {TIMED_CHARTS:,} charts, 1 worker | {1.1 * TIMED_CHARTS / one:.0f} charts/s |")
    print(f"| {TIMED_CHARTS:,} charts, 2 workers | {1.1 * TIMED_CHARTS / two:.0f} charts/s, {_range(gains)} × |")
    print(f"| two processes that only draw, against one | {two_process_gain(DRAWING):.2f} × |")
    print(f"| two processes of nothing but Python, against one | {two_process_gain(LOOP):.2f} × |")
    print(f"| 1,000 charts and 100 in unseen styles, 2 workers | {thousand:.1f} s |")
    print(f"| {large:,} charts, Parquet, 2 workers | {large * 1.1 / seconds:.0f} charts/s |")
    print(f"| peak of parent and of a worker: 1,000 charts | {_megabytes(pictures)} |")
    print(f"| the same in Parquet: 1,000 charts | {_megabytes(small)} |")
    print(f"| {large:,} charts | {_megabytes(big)}, {max(big) / max(small):.2f} × |")
    print(f"| `python -m dataset_builder --help` | {help_seconds():.2f} s |")


def _range(values: list[float]) -> str:
    """The median of sorted values, and the lowest and the highest."""
    return f"{statistics.median(values):.2f} ({values[0]:.2f} to {values[-1]:.2f})"


def _megabytes(peaks: list[float]) -> str:
    parent, worker = peaks
    return f"{parent:.0f} and {worker:.0f} MB"


if __name__ == "__main__":
    main()
