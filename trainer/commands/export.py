"""Export a run: make each file, compare it with the checkpoint, and move it into the run."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptoai_common.files import LOCK, disk_errors, locked
from trainer.config import ExportConfig
from trainer.export.gate import Gate, fp32_fault, quantized_fault, size
from trainer.export.latency import cpu_name, torch_latency
from trainer.export.make import Maker
from trainer.models.classifier import CHECKPOINT, ONNX, QUANTIZED
from trainer.models.pattern_model import CLASSIFIER, CLASSIFIER_QUANTIZED
from trainer.models.vit import TorchClassifier
from trainer.runs.card import write_card
from trainer.runs.results import read_results, write_results
from trainer.runs.summary import export_lines

SCRATCH = ".export"  # in the run; files are made there and then moved


def export(config: ExportConfig) -> None:
    """Write all files, and their sizes, latencies and agreement with the checkpoint into ``metrics.json``.

    Raises UserError for a run or dataset that cannot be used, and CheckFailed if a file differs too much from
    the checkpoint; it is not written then, and an older file of its name is deleted, as are the figures of all.
    """
    run, results, checkpoint = config.run, read_results(config.run), TorchClassifier.load(config.run)
    gate = Gate(config, checkpoint)
    files = {CHECKPOINT: size(run / CHECKPOINT) | {"latency_ms": torch_latency(checkpoint)}}
    with scratch_of(run) as scratch:
        make = Maker(run, scratch)
        if results.pop("export", None):  # of older files, which are replaced one by one from here on
            write_results(run, results)
        files[str(ONNX)] = gate.admit(make.fp32(), ONNX, fp32_fault)
        files[str(QUANTIZED)] = gate.admit(make.int8(config.target), QUANTIZED, quantized_fault)
        files[str(CLASSIFIER)] = gate.admit_deployable(make.deployable(), CLASSIFIER, fp32_fault)
        made = make.deployable_quantized(config.quantize, config.target)
        files[str(CLASSIFIER_QUANTIZED)] = gate.admit_deployable(made, CLASSIFIER_QUANTIZED, quantized_fault)
    results["export"] = {
        "charts": len(gate.rows),
        "cpu": cpu_name(),
        "quantize": config.quantize,
        "target": config.target,
        "fused_nodes": make.fused_nodes,
        "files": files,
    }
    write_results(run, results)
    write_card(run)
    print("\n".join(export_lines(results["export"])))


@contextmanager
def scratch_of(run: Path) -> Iterator[Path]:
    """An empty directory in the run, removed at the end. What an export that was killed has left in it is dropped.

    Raises UserError if another process exports the run, or the directory cannot be made.
    """
    scratch = run / SCRATCH
    with disk_errors(run):
        scratch.mkdir(exist_ok=True)
    with locked(scratch, f"another process exports {run}; wait for it"):
        for left in scratch.iterdir():
            if left.name != LOCK:
                shutil.rmtree(left) if left.is_dir() else left.unlink()
        try:
            yield scratch
        finally:
            shutil.rmtree(scratch)
