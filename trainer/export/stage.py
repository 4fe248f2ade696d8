"""The command: every file that a run is exported to is made, held against the checkpoint, and put in its place."""

from __future__ import annotations

import hashlib
import tempfile
import warnings
from importlib.metadata import version
from pathlib import Path

import onnx
from optimum.exporters.onnx import main_export
from optimum.onnxruntime import ORTQuantizer
from optimum.onnxruntime.configuration import AutoQuantizationConfig
from optimum.utils import logging as optimum_logging
from transformers.utils import logging

from trainer.calibration import read_threshold
from trainer.classifier import ONNX, QUANTIZED
from trainer.config import ExportConfig
from trainer.evaluate import CHECKPOINT
from trainer.export.gate import Gate, fp32_fault, quantized_fault, size
from trainer.export.graph import deployable, describe
from trainer.latency import cpu_name, torch_latency
from trainer.model import TorchClassifier
from trainer.pattern_model import DEPLOYABLE, DEPLOYABLE_QUANTIZED
from trainer.publish import write_card
from trainer.results import read_results, write_results
from trainer.summary import file_line


def export(config: ExportConfig) -> None:
    """Write all files, and their sizes, latencies and parity into ``metrics.json``.

    Raises UserError for a run or dataset that cannot be used, and GateFailed if a file is not as good as the
    checkpoint; that file, and an older one of its name, is gone then.
    """
    logging.set_verbosity_error()
    optimum_logging.set_verbosity_error()
    run, results, checkpoint = config.run, read_results(config.run), TorchClassifier.load(config.run)
    gate = Gate(config, checkpoint)
    files = {CHECKPOINT: size(run / CHECKPOINT) | {"latency_ms": torch_latency(checkpoint)}}
    with tempfile.TemporaryDirectory(prefix=".export-", dir=run) as folder:
        scratch = Path(folder)
        _export(run, scratch)
        files[ONNX.as_posix()] = gate.admit(scratch / ONNX.name, ONNX, fp32_fault)
        _quantize(run / ONNX, scratch)
        files[QUANTIZED.as_posix()] = gate.admit(scratch / QUANTIZED.name, QUANTIZED, quantized_fault)
        for network, name, fault in (
            (ONNX, DEPLOYABLE, fp32_fault),
            (QUANTIZED, DEPLOYABLE_QUANTIZED, quantized_fault),
        ):
            made = scratch / name
            onnx.save(_deployable(run, network, checkpoint, gate.fingerprint), made)
            files[name.as_posix()] = gate.admit_deployable(made, name, fault)
    results["export"] = {"charts": len(gate.rows), "cpu": cpu_name(), "files": files}
    write_results(run, results)
    write_card(run)
    for name, file in files.items():
        print(file_line(name, file))


def _deployable(run: Path, network: Path, checkpoint: TorchClassifier, fingerprint: str) -> onnx.ModelProto:
    threshold = read_threshold(run)
    model = deployable(onnx.load(run / network), checkpoint.preprocess, checkpoint.classes, threshold)
    describe(model, checkpoint.classes, threshold, model_version(run), fingerprint)
    return model


def model_version(run: Path) -> str:
    """The version of this package, and which weights: ``0.2.0+`` and the start of the SHA-256 of the checkpoint."""
    digest = hashlib.sha256((run / CHECKPOINT).read_bytes()).hexdigest()
    return f"{version('cryptoai-vision')}+{digest[:12]}"


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
