"""Run → ``onnx/model.onnx`` and ``onnx/model_quantized.onnx``, each behind a gate: it must match the checkpoint."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from optimum.exporters.onnx import main_export
from optimum.onnxruntime import ORTQuantizer
from optimum.onnxruntime.configuration import AutoQuantizationConfig
from optimum.utils import logging as optimum_logging
from transformers.utils import logging

from trainer.card import write_card
from trainer.classifier import ONNX, QUANTIZED, OnnxClassifier
from trainer.config import ExportConfig
from trainer.data import label_ids, load_split
from trainer.errors import GateFailed, UserError
from trainer.evaluate import CHECKPOINT, all_logits
from trainer.latency import cpu_name, onnx_latency, torch_latency
from trainer.manifest import read_manifest, verify
from trainer.model import TorchClassifier
from trainer.results import read_results, write_results
from trainer.run import differing_dataset
from trainer.summary import file_line

LOGIT_TOLERANCE = 1e-3
ACCURACY_TOLERANCE = 0.01  # INT8 may lose one point


def export(config: ExportConfig) -> None:
    """Write both files, and their sizes, latencies and parity into ``metrics.json``.

    Raises UserError for a run or dataset that cannot be used, and GateFailed if a file is not as good as the
    checkpoint; that file, and an older one of its name, is gone then.
    """
    logging.set_verbosity_error()
    optimum_logging.set_verbosity_error()
    results, checkpoint = read_results(config.run), TorchClassifier.load(config.run)
    gate = Gate(config, checkpoint)
    files = {CHECKPOINT: _size(config.run / CHECKPOINT) | {"latency_ms": torch_latency(checkpoint)}}
    with tempfile.TemporaryDirectory(prefix=".export-", dir=config.run) as scratch:
        _export(config.run, Path(scratch))
        files[ONNX.as_posix()] = gate.admit(Path(scratch) / ONNX.name, ONNX, _fp32_fault)
        _quantize(config.run / ONNX, Path(scratch))
        files[QUANTIZED.as_posix()] = gate.admit(Path(scratch) / QUANTIZED.name, QUANTIZED, _int8_fault)
    results["export"] = {"charts": len(gate.rows), "cpu": cpu_name(), "files": files}
    write_results(config.run, results)
    write_card(config.run)
    for name, file in files.items():
        print(file_line(name, file))


def _export(run: Path, scratch: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch's tracer, about checks of the picture's size: it never changes
        main_export(str(run), str(scratch), task="image-classification", local_files_only=True, do_validation=False)


def _quantize(fp32: Path, scratch: Path) -> None:
    """Weights of matrix products to INT8 channel by channel, activations at run time.

    The patch embedding (Conv) stays in fp32: it is 4 % of the work, and ConvInteger is slow or missing in some builds
    of onnxruntime. Weights take 7 of their 8 bits, because products of 8-bit activations and full 8-bit weights
    overflow their 16-bit sum on CPUs with AVX2 or AVX-512 but without VNNI. The lost bit costs next to nothing: on
    the default net logits are off by 1.22 % of their spread instead of 1.18 %. Unsigned weights (optimum's avx2
    preset) need no such care but take 13.2 ms a picture where these take 8.3 and fp32 16.1 (one core with VNNI).
    """
    settings = AutoQuantizationConfig.avx512_vnni(
        is_static=False, per_channel=True, operators_to_quantize=["MatMul", "Gemm"]
    )
    settings.reduce_range = True
    ORTQuantizer.from_pretrained(fp32.parent, file_name=fp32.name).quantize(settings, save_dir=scratch)


class Gate:
    """Compares an exported file with the checkpoint over the validation split."""

    def __init__(self, config: ExportConfig, checkpoint: TorchClassifier) -> None:
        """Raises UserError if the dataset is not the one that the run was trained on."""
        manifest = read_manifest(config.dataset)
        another = differing_dataset(config.run, str(config.dataset), manifest.fingerprint)
        if another:
            raise UserError(f"{another}; export with the first one")
        verify(config.dataset, manifest)
        self.run = config.run
        self.rows = load_split(config.dataset, "validation")
        self.truth = np.array(label_ids(self.rows, checkpoint.classes))
        self.expected = all_logits(checkpoint, self.rows, label="checkpoint")

    def admit(self, made: Path, name: Path, fault: Callable[[dict[str, Any]], str | None]) -> dict[str, Any]:
        """Give ``made`` its final ``name`` in the run if ``fault`` finds none. Returns what was measured."""
        logits = all_logits(OnnxClassifier(self.run, made), self.rows, label=name.name)
        guesses, expected = logits.argmax(axis=1), self.expected.argmax(axis=1)
        measured = {
            "class_flips": int((guesses != expected).sum()),
            "largest_logit_difference": float(np.abs(logits - self.expected).max()),
            "accuracy": float((guesses == self.truth).mean()),
            "checkpoint_accuracy": float((expected == self.truth).mean()),
        }
        final = self.run / name
        reason = fault(measured)
        if reason:
            final.unlink(missing_ok=True)
            raise GateFailed(f"{final} was not written: over {len(self.rows)} validation charts {reason}")
        measured |= _size(made) | {"latency_ms": onnx_latency(self.run, made)}
        final.parent.mkdir(exist_ok=True)
        os.replace(made, final)
        return measured


def _fp32_fault(measured: dict[str, Any]) -> str | None:
    if measured["class_flips"] == 0 and measured["largest_logit_difference"] <= LOGIT_TOLERANCE:
        return None
    return (
        f"{measured['class_flips']} get another class than the checkpoint gives (0 allowed), and logits differ"
        f" by up to {measured['largest_logit_difference']:.2g} ({LOGIT_TOLERANCE:g} allowed)"
    )


def _int8_fault(measured: dict[str, Any]) -> str | None:
    if measured["accuracy"] >= measured["checkpoint_accuracy"] - ACCURACY_TOLERANCE:
        return None
    return (
        f"its accuracy is {measured['accuracy']:.1%}, and the checkpoint's {measured['checkpoint_accuracy']:.1%}"
        f" ({ACCURACY_TOLERANCE:.0%} less is allowed)"
    )


def _size(file: Path) -> dict[str, int]:
    return {"bytes": file.stat().st_size}
