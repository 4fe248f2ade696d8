"""A model to serve that answers for whole screenshots, from the small finder that the tests write."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnxruntime


class StandIn:
    """Gives the answer of docs/deployment.md with the finder in ``file`` and the reader beside it."""

    def __init__(self, file: Path) -> None:
        self.session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
        stored = self.session.get_modelmeta().custom_metadata_map
        self.classes, self.threshold = tuple(json.loads(stored["classes"])), float(stored["threshold"])
        self.version = stored["model_version"]
        self.reader = onnxruntime.InferenceSession(file.with_name("crypto_price_reader.onnx"))

    def answer(self, picture: np.ndarray) -> dict:
        given = {"input": picture[np.newaxis], "threshold": np.array(0, np.float32)}
        boxes, labels, chances = (each.tolist() for each in self.session.run(None, given))
        x = self.reader.run(["x"], {"input": picture[np.newaxis]})[0]
        found = [(self.classes[label], chance, box) for label, chance, box in zip(labels, chances, boxes, strict=True)]
        patterns = [
            {"label": name, "probability": chance, "box": box,
             "at_right_edge": bool(box[2] >= x[-1] - 0.02 * (x[-1] - x[0] + 1))}
            for name, chance, box in found
            if chance >= np.float32(self.threshold)
        ]  # fmt: skip
        return {
            "patterns": patterns,
            "label": patterns[0]["label"] if patterns else None,
            "best_guess": found[0][0] if found else None,
            "score": found[0][1] if found else 0.0,
            "clear": bool(patterns),
            "probabilities": dict.fromkeys(self.classes, 0.0) | {name: chance for name, chance, _ in reversed(found)},
            "model_version": self.version,
        }
