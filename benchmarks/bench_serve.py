"""The local server under load: requests a second, how long one takes, and whether memory stays flat.

    python benchmarks/bench_serve.py [--model FILE] [--requests 2000] [--clients 4]

A server of its own on a free port of this machine is sent pictures and candles by turns. Prints a Markdown table; the
memory is measured after the first tenth of the requests, which warm up, and at the end.
"""

from __future__ import annotations

import argparse
import http.client
import io
import json
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import psutil

from dataset_builder.charts.sample import draw_sample

MODEL = Path("models/chart-vit/crypto_chart_classifier_quantized.onnx")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=MODEL, help=f"deployable ONNX file (default {MODEL})")
    parser.add_argument("--requests", type=int, default=2000, help="how many (default 2,000)")
    parser.add_argument("--clients", type=int, default=4, help="how many at once (default 4)")
    given = parser.parse_args()
    command = [sys.executable, "-m", "trainer", "serve", "--model", str(given.model), "--port", "0"]
    server = psutil.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        found = re.search(r"127\.0\.0\.1:(\d+)", server.stdout.readline())
        if not found:
            raise SystemExit(f"the server did not start with {given.model}; name a file with --model")
        _measure(server, int(found[1]), given.requests, given.clients)
    finally:
        server.terminate()
        server.wait(60)


def _measure(server: psutil.Process, port: int, requests: int, clients: int) -> None:
    bodies = _bodies()

    def ask(number: int) -> float:
        start = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        body, kind = bodies[number % len(bodies)]
        connection.request("POST", "/?cut=1", body, {"Content-Type": kind})
        response = connection.getresponse()
        response.read()
        connection.close()
        if response.status != 200:
            raise SystemExit(f"a request was answered with {response.status}")
        return time.perf_counter() - start

    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(ask, range(requests // 10)))
        before, start = server.memory_info().rss, time.perf_counter()
        times = list(pool.map(ask, range(requests - requests // 10)))
        seconds, after = time.perf_counter() - start, server.memory_info().rss
    p50, p95 = np.quantile(times, [0.5, 0.95]) * 1000
    print(f"| {requests:,} requests, pictures and candles by turns, {clients} at once | |\n|---|---:|")
    print(f"| requests a second | {len(times) / seconds:.0f} |")
    print(f"| median | {p50:.1f} ms |")
    print(f"| 95th percentile | {p95:.1f} ms |")
    print(f"| memory after {requests // 10:,} | {before / 1e6:.1f} MB |")
    print(f"| memory after {requests:,} | {after / 1e6:.1f} MB |")


def _bodies() -> list[tuple[bytes, str]]:
    """What to send: eight charts, as PNG files of 600 x 400 pixels and as candles."""
    bodies = []
    for index in range(8):
        sample = draw_sample(0, "double_top", index)
        buffer = io.BytesIO()
        sample.image.resize((600, 400)).save(buffer, "PNG")
        ohlcv = sample.metadata["ohlcv"]
        columns = (range(len(ohlcv["open"])), *(ohlcv[name] for name in ("open", "high", "low", "close", "volume")))
        rows = json.dumps({"candles": list(zip(*columns, strict=True))}).encode()
        bodies += [(buffer.getvalue(), "image/png"), (rows, "application/json")]
    return bodies


if __name__ == "__main__":
    main()
