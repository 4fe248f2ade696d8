"""The build from end to end: charts a second with one worker and two, memory by size, and how soon --help answers.

    python benchmarks/bench_build.py [--large 100000]

Prints a Markdown table. Compare ratios, not seconds: machines differ, and so does one machine from hour to hour.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

COMMAND = [sys.executable, "-m", "dataset_builder"]
POLL = 0.05  # seconds between looks at the memory


def build(size: int, workers: int, *options: str) -> tuple[float, float]:
    """Build a dataset in a directory of its own; returns seconds and the largest process's peak memory in MB."""
    with tempfile.TemporaryDirectory() as directory:
        output = ["--output", str(Path(directory) / "charts"), "--size", str(size), "--workers", str(workers)]
        start = time.perf_counter()
        process = psutil.Popen(
            [*COMMAND, "build", *output, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        peak = 0
        while process.poll() is None:
            peak = max(peak, *(_memory(each) for each in [process, *_children(process)]))
            time.sleep(POLL)
        if process.returncode:
            raise SystemExit(f"the build of {size} charts failed")
        return time.perf_counter() - start, peak / 1e6


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", type=int, default=20_000, help="charts of the large build (default 20,000)")
    large = parser.parse_args().large
    one, _ = build(2000, 1)
    two, _ = build(2000, 2)
    thousand, small_peak = build(1000, 2)
    seconds, large_peak = build(large, 2, "--format", "parquet")
    print("| build | |\n|---|---:|")
    print(f"| 2,000 charts, 1 worker | {2200 / one:.0f} charts/s |")
    print(f"| 2,000 charts, 2 workers | {2200 / two:.0f} charts/s, {one / two:.2f} × |")
    print(f"| 1,000 charts and 100 in unseen styles, 2 workers | {thousand:.1f} s |")
    print(f"| {large:,} charts, Parquet, 2 workers | {large * 1.1 / seconds:.0f} charts/s |")
    print(f"| largest process: 1,000 charts | {small_peak:.0f} MB |")
    print(f"| largest process: {large:,} charts | {large_peak:.0f} MB, {large_peak / small_peak:.2f} × |")
    print(f"| `python -m dataset_builder --help` | {help_seconds():.2f} s |")


if __name__ == "__main__":
    main()
