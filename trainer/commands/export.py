"""Export a run: make each file, compare it with the checkpoint, and move it into the run."""

from __future__ import annotations

import tempfile
from pathlib import Path

from trainer.config import ExportConfig
from trainer.export.gate import Gate, fp32_fault, quantized_fault, size
from trainer.export.latency import cpu_name, torch_latency
from trainer.export.make import Maker
from trainer.models.classifier import CHECKPOINT, ONNX, QUANTIZED
from trainer.models.pattern_model import DEPLOYABLE, DEPLOYABLE_QUANTIZED
from trainer.models.vit import TorchClassifier
from trainer.runs.card import write_card
from trainer.runs.results import read_results, write_results
from trainer.runs.summary import export_lines


def export(config: ExportConfig) -> None:
    """Write all files, and their sizes, latencies and agreement with the checkpoint into ``metrics.json``.

    Raises UserError for a run or dataset that cannot be used, and CheckFailed if a file differs too much from
    the checkpoint; it is not written then, and an older file of its name is deleted.
    """
    run, results, checkpoint = config.run, read_results(config.run), TorchClassifier.load(config.run)
    gate = Gate(config, checkpoint)
    files = {CHECKPOINT: size(run / CHECKPOINT) | {"latency_ms": torch_latency(checkpoint)}}
    with tempfile.TemporaryDirectory(prefix=".export-", dir=run) as scratch:
        make = Maker(run, Path(scratch))
        files[str(ONNX)] = gate.admit(make.fp32(), ONNX, fp32_fault)
        files[str(QUANTIZED)] = gate.admit(make.int8(config.target), QUANTIZED, quantized_fault)
        files[str(DEPLOYABLE)] = gate.admit_deployable(make.deployable(), DEPLOYABLE, fp32_fault)
        made = make.deployable_quantized(config.quantize, config.target)
        files[str(DEPLOYABLE_QUANTIZED)] = gate.admit_deployable(made, DEPLOYABLE_QUANTIZED, quantized_fault)
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
