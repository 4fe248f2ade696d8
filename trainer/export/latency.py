"""Latency for one picture: the median, which other running programs disturb less than the mean."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import torch

from cryptoai_common.cores import usable_cores
from trainer.data.preprocess import Preprocessor
from trainer.models.classifier import Classifier, OnnxClassifier
from trainer.models.pattern_model import PatternModel
from trainer.models.vit import TorchClassifier

WARM_UP, TIMED = 5, 40  # runs: the first are slower and not counted; the median is that of the others


def onnx_latency(directory: Path, name: Path) -> dict[str, float]:
    """Milliseconds for one picture: ``one_thread``, ``all_threads`` and how many ``cores`` these are.

    Preprocessing is not included.
    """
    return _both(lambda threads: _pixels_through(OnnxClassifier(directory, directory / name, threads)))


def pattern_latency(directory: Path, name: Path) -> dict[str, float]:
    """As ``onnx_latency``, for a deployable file that gets a picture of the network's own size."""
    picture = np.zeros((1, *Preprocessor.read(directory).size, 3), dtype=np.uint8)

    def with_threads(threads: int) -> Callable[[], object]:
        model = PatternModel(directory / name, threads)
        return lambda: model(picture)

    return _both(with_threads)


def torch_latency(classifier: TorchClassifier) -> dict[str, float]:
    """As ``onnx_latency``, for a checkpoint."""
    before = torch.get_num_threads()

    def with_threads(threads: int) -> Callable[[], object]:
        torch.set_num_threads(threads)
        return _pixels_through(classifier)

    try:
        return _both(with_threads)
    finally:
        torch.set_num_threads(before)


def cpu_name() -> str:
    """The name of the processor on which latencies are measured."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _pixels_through(classifier: Classifier) -> Callable[[], object]:
    pixels = np.zeros((1, 3, *classifier.preprocess.size), dtype=np.float32)
    return lambda: classifier.logits(pixels)


def _both(with_threads: Callable[[int], Callable[[], object]]) -> dict[str, float]:
    cores = usable_cores()
    return {
        "one_thread": _median_ms(with_threads(1)),
        "all_threads": _median_ms(with_threads(cores)),
        "cores": cores,
    }


def _median_ms(answer: Callable[[], object]) -> float:
    times = []
    for _ in range(WARM_UP + TIMED):
        began = time.perf_counter()
        answer()
        times.append(time.perf_counter() - began)
    return round(median(times[WARM_UP:]) * 1000, 3)
