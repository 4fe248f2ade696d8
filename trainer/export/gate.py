"""Compares each exported file with the checkpoint; only a file that agrees is moved into the run."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from cryptoai_common.errors import CheckFailed, UserError
from cryptoai_common.percent import percent
from trainer.config import ExportConfig
from trainer.data.charts import label_ids, load_split
from trainer.data.mixture import check, read_any
from trainer.export.latency import onnx_latency, pattern_latency
from trainer.models.classifier import softmax
from trainer.models.pattern_model import PatternModel
from trainer.models.vit import TorchClassifier
from trainer.runs.trained_on import differing_dataset
from trainer.scoring.evaluate import all_logits, all_probabilities, load_classifier

LOGIT_TOLERANCE = 1e-3  # of the fp32 file: fp32 sums in another order differ by less
PROBABILITY_TOLERANCE = 0.01  # of the deployable fp32 file, which resizes pictures itself: see graph
ACCURACY_TOLERANCE = 0.01  # of a quantized file: it may lose one point
ROUNDING = 1e-9  # of the difference of two accuracies, so that exactly the allowed loss passes

Measured = dict[str, Any]  # the entry of a file in metrics.json
Fault = Callable[[Measured], str | None]  # what is wrong with a file, for an error; None if nothing is


class Gate:
    """Compares exported files with the checkpoint on the validation split."""

    def __init__(self, config: ExportConfig, checkpoint: TorchClassifier) -> None:
        """Raises UserError if the dataset is not the one that the run was trained on."""
        manifest = read_any(config.dataset)
        another = differing_dataset(config.run, str(config.dataset), manifest.fingerprint)
        if another:
            raise UserError(f"{another}; export with the first one")
        check(config.dataset, manifest)
        self.run = config.run
        self.rows = load_split(config.dataset, "validation")
        self.truth = np.array(label_ids(self.rows, checkpoint.classes))
        self.logits = all_logits(checkpoint, self.rows, label="checkpoint")
        self.expected = softmax(self.logits)

    def admit(self, made: Path, name: Path, fault: Fault) -> Measured:
        """Move ``made``, a file from pixels to logits, into the run as ``name`` unless ``fault`` finds one.

        Returns what was measured. Raises CheckFailed if there is a fault, and deletes an older file of that name.
        """
        logits = all_logits(load_classifier(self.run, made), self.rows, label=name.name)
        measured = {"largest_logit_difference": float(np.abs(logits - self.logits).max())}
        return self._admit(made, name, fault, softmax(logits), measured) | {"latency_ms": onnx_latency(self.run, name)}

    def admit_deployable(self, made: Path, name: Path, fault: Fault) -> Measured:
        """The same for a deployable file, which gets one picture at a time, as in use."""
        model = PatternModel(made, threads=1)
        probabilities = all_probabilities(lambda picture: model(picture[np.newaxis])[0][0], self.rows, label=name.name)
        return self._admit(made, name, fault, probabilities, {}) | {"latency_ms": pattern_latency(self.run, name)}

    def _admit(self, made: Path, name: Path, fault: Fault, probabilities: np.ndarray, measured: Measured) -> Measured:
        """Complete ``measured`` from the file's ``probabilities`` [charts, classes], and move it if it has no fault."""
        guesses, expected = probabilities.argmax(axis=1), self.expected.argmax(axis=1)
        measured |= {
            "charts": len(self.rows),
            "class_flips": int((guesses != expected).sum()),
            "largest_probability_difference": float(np.abs(probabilities - self.expected).max()),
            "accuracy": float((guesses == self.truth).mean()),
            "checkpoint_accuracy": float((expected == self.truth).mean()),
        }
        final = self.run / name
        reason = fault(measured)
        if reason:
            final.unlink(missing_ok=True)
            raise CheckFailed(f"{final} was not written: over {len(self.rows)} validation charts {reason}")
        final.parent.mkdir(exist_ok=True)
        os.replace(made, final)
        return measured | size(final)


def fp32_fault(measured: Measured) -> str | None:
    """No class may change, and logits (or probabilities, if the file gives no logits) only within the tolerance."""
    kind = "logit" if "largest_logit_difference" in measured else "probability"
    allowed = LOGIT_TOLERANCE if kind == "logit" else PROBABILITY_TOLERANCE
    difference = measured[f"largest_{kind}_difference"]
    if measured["class_flips"] == 0 and difference <= allowed:
        return None
    return (
        f"{measured['class_flips']} get another class than the checkpoint gives (0 allowed), and the largest {kind}"
        f" difference is {difference:.2g} ({allowed:g} allowed)"
    )


def quantized_fault(measured: Measured) -> str | None:
    """The accuracy may fall by at most ``allowed_loss``."""
    allowed = allowed_loss(measured["charts"])
    if measured["checkpoint_accuracy"] - measured["accuracy"] < allowed + ROUNDING:
        return None
    return (
        f"its accuracy is {percent(measured['accuracy'])}, and the checkpoint's"
        f" {percent(measured['checkpoint_accuracy'])}"
        f" ({percent(allowed, 0)} less is allowed)"
    )


def size(file: Path) -> dict[str, int]:
    """The part of a file's entry in ``metrics.json`` that holds its size."""
    return {"bytes": file.stat().st_size}


def allowed_loss(charts: int) -> float:
    """The accuracy that a quantized file may lose on this number of charts, at least that of one chart."""
    return max(ACCURACY_TOLERANCE, 1 / charts)
