"""Files of candles to scan, a command that scans them, and what it writes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx

from trainer.__main__ import main

BARS = 120
START = 1_704_067_200


def with_threshold(threshold: float, model: Path, path: Path) -> Path:
    """A copy of a deployable file with another threshold in its graph."""
    graph = onnx.load(model)
    body = onnx.helper.get_node_attr_value(graph.graph.node[0], "body")  # what is done with each picture
    (rule,) = [node for node in body.node if node.op_type == "GreaterOrEqual"]
    (constant,) = [each for each in body.initializer if each.name == rule.input[1]]
    constant.CopyFrom(onnx.numpy_helper.from_array(np.array(threshold, np.float32), constant.name))
    onnx.save(graph, path)
    return path


def rows_of(seed: int, bars: int = BARS) -> np.ndarray:
    """A random walk: time in seconds, open, high, low, close."""
    close = 100 * np.exp(np.cumsum(np.random.default_rng(seed).normal(0, 0.02, bars)))
    return np.stack([START + 3600.0 * np.arange(bars), close, close * 1.01, close * 0.99, close], axis=1)


def write(path: Path, seed: int, bars: int = BARS, drop: slice | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = rows_of(seed, bars)
    if drop is not None:
        rows = np.delete(rows, drop, axis=0)
    lines = (",".join(map(repr, [int(row[0]), *row[1:].tolist()])) for row in rows)
    path.write_text("\n".join(["time,open,high,low,close", *lines]))
    return path


def scan(*words: str | Path, model: Path) -> None:
    options = ["--window", "20", "40", "--stride", "20", "--workers", "1"]
    assert main(["scan", *map(str, words), "--model", str(model), *options]) == 0


def stored(directory: Path) -> dict:
    return json.loads((directory / "hits.json").read_text())
