"""A run's files, made one from the other in a directory of their own."""

from __future__ import annotations

import hashlib
import warnings
from importlib.metadata import version
from pathlib import Path

import onnx
from onnx import ModelProto
from optimum.exporters.onnx import main_export
from optimum.utils import logging as optimum_logging
from transformers import ViTConfig
from transformers.utils import logging

from trainer.config import Quantize, Target
from trainer.data.preprocess import Preprocessor
from trainer.export.fuse import fuse
from trainer.export.graph import deployable, write_metadata
from trainer.export.integer import for_int8
from trainer.export.per_picture import per_picture
from trainer.export.quantize import quantize_int8, quantize_network
from trainer.models.calibration import read_threshold
from trainer.models.classifier import CHECKPOINT, ONNX, QUANTIZED, read_classes
from trainer.models.pattern_model import CLASSIFIER, CLASSIFIER_QUANTIZED
from trainer.runs.directory import read_resolved


class Maker:
    """Writes files of ``run`` into ``scratch``; each method returns the file that it wrote.

    ``fused_nodes`` says, by kind, how many fused nodes the deployable files have.
    """

    def __init__(self, run: Path, scratch: Path) -> None:
        """Exports the checkpoint. Raises UserError if ``run`` is no run."""
        logging.set_verbosity_error()
        optimum_logging.set_verbosity_error()
        self.run, self.scratch = run, scratch
        self.fingerprint = read_resolved(run)["dataset"]["fingerprint"]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of torch's tracer, about checks of the picture's size: it never changes
            main_export(str(run), str(scratch), task="image-classification", local_files_only=True, do_validation=False)
        self.exported = onnx.load(scratch / ONNX.name)
        sizes = ViTConfig.from_pretrained(run)
        self.fused, self.fused_nodes = fuse(_copy(self.exported), sizes.num_attention_heads, sizes.hidden_size)

    def fp32(self) -> Path:
        """For pixels, as ``optimum`` exports it."""
        return self._save(self.exported, ONNX.name)

    def int8(self, target: Target) -> Path:
        """The same in INT8, each picture of a batch alone."""
        made = quantize_int8(_copy(self.exported), target, self.scratch / QUANTIZED.name)
        return self._save(per_picture(onnx.load(made)), made.name)

    def deployable(self) -> Path:
        """For pictures, fused."""
        return self._save(self._surround(self.fused), CLASSIFIER.name)

    def deployable_quantized(self, kind: Quantize, target: Target) -> Path:
        """The same in fewer bits; in INT8 and INT4, each picture of a batch alone."""
        network = for_int8(_copy(self.fused)) if kind == "int8" else _copy(self.fused)
        made = quantize_network(network, kind, target, self.scratch / CLASSIFIER_QUANTIZED.name)
        model = self._surround(onnx.load(made))
        return self._save(model if kind == "fp16" else per_picture(model), made.name)

    def _surround(self, network: ModelProto) -> ModelProto:
        classes, threshold = read_classes(self.run), read_threshold(self.run)
        model = deployable(network, Preprocessor.read(self.run), classes, threshold)
        write_metadata(model, classes, threshold, model_version(self.run), self.fingerprint)
        return model

    def _save(self, model: ModelProto, name: str) -> Path:
        onnx.save(model, self.scratch / name)
        return self.scratch / name


def model_version(run: Path) -> str:
    """The version of this package, and which weights: ``0.3.0+`` and the start of the SHA-256 of the checkpoint."""
    digest = hashlib.sha256((run / CHECKPOINT).read_bytes()).hexdigest()
    return f"{version('cryptoai-vision')}+{digest[:12]}"


def _copy(model: ModelProto) -> ModelProto:
    copy = ModelProto()
    copy.CopyFrom(model)
    return copy
