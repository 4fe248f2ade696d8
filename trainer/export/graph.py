"""A network from pixels to logits → the deployable graph, from a picture to a pattern.

    input uint8 [batch, height, width, 3] → resize → normalise → network → softmax → probabilities, label

onnxruntime resizes bytes with the integer arithmetic of Pillow (as ``preprocess.Preprocessor`` does with the same
picture): a pixel differs by one level in 256 here and there, by two where a small picture is enlarged. The temperature
is in the network's weights already (see ``calibration``).
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import onnx
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper
from PIL import Image

from cryptoai_common.errors import UserError
from trainer.data.preprocess import FILE_NAME as PREPROCESSOR
from trainer.data.preprocess import Preprocessor
from trainer.models.pattern_model import INPUT, OUTPUTS, UNCLEAR

PROBABILITIES, LABEL = OUTPUTS
BATCH = "batch"


def deployable(network: ModelProto, preprocess: Preprocessor, classes: tuple[str, ...], threshold: float) -> ModelProto:
    """The graph around a copy of ``network``, whose input is ``pixel_values`` and whose output ``logits``.

    Raises UserError for a preprocessor that does not resize bilinearly.
    """
    model = onnx.ModelProto()
    model.CopyFrom(network)
    graph = model.graph
    before, after = Part("picture"), Part("answer")
    _pixels(before, preprocess, graph.input[0].name)
    _answer(after, graph.output[0].name, threshold)
    enclose(model, before, after)
    graph.input.append(helper.make_tensor_value_info(INPUT, TensorProto.UINT8, [BATCH, "height", "width", 3]))
    graph.output.append(helper.make_tensor_value_info(PROBABILITIES, TensorProto.FLOAT, [BATCH, len(classes)]))
    graph.output.append(helper.make_tensor_value_info(LABEL, TensorProto.INT64, [BATCH]))
    return model


def write_metadata(
    model: ModelProto, classes: tuple[str, ...], threshold: float, version: str, dataset_fingerprint: str
) -> None:
    """Write into the metadata of ``model`` what ``pattern_model.PatternModel`` reads there."""
    helper.set_model_props(
        model,
        {
            "classes": json.dumps(classes),
            "threshold": repr(threshold),
            "model_version": version,
            "dataset_fingerprint": dataset_fingerprint,
        },
    )


class Part:
    """Nodes one after another, with the constants that they need. ``name`` keeps their names apart from others'."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []

    def add(self, kind: str, *inputs: str | np.ndarray, output: str = "", **attributes: Any) -> str:
        """One node; an array among the inputs becomes a constant. Returns the name of the output."""
        name = f"{self.name}/{kind}_{len(self.nodes)}"
        names = [each if isinstance(each, str) else self._constant(each) for each in inputs]
        self.nodes.append(helper.make_node(kind, names, [output or name], name=name, **attributes))
        return output or name

    def _constant(self, value: np.ndarray) -> str:
        name = f"{self.name}/constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(value, name))
        return name


def enclose(model: ModelProto, before: Part, after: Part) -> None:
    """Put the parts around a network, in place. It has no inputs and outputs then, until they are named."""
    graph = model.graph
    nodes = [*before.nodes, *graph.node, *after.nodes]
    del graph.node[:], graph.input[:], graph.output[:]
    graph.node.extend(nodes)
    graph.initializer.extend([*before.constants, *after.constants])


def resized(part: Part, size: tuple[int, int], output: str = "") -> str:
    """The input, resized to (height, width) as Pillow does, as float [batch, 3, height, width], 0 to 255."""
    # exclude_outside: at an edge the weights of the pixels that are there add up to 1, as in Pillow
    sides = np.array(size, np.int64)
    small = part.add("Resize", INPUT, "", "", sides, axes=[1, 2], mode="linear", antialias=1, exclude_outside=1)
    return part.add("Cast", part.add("Transpose", small, perm=[0, 3, 1, 2]), output=output, to=TensorProto.FLOAT)


def _pixels(part: Part, preprocess: Preprocessor, output: str) -> None:
    """What ``Preprocessor.__call__`` does, in the same order."""
    if preprocess.resample != Image.Resampling.BILINEAR:
        raise UserError(f"{PREPROCESSOR} asks for resample {preprocess.resample}; only 2 (bilinear) can be exported")
    pixels = resized(part, preprocess.size)
    scaled = part.add("Mul", pixels, preprocess.gain[:, None, None])
    part.add("Sub", scaled, preprocess.offset[:, None, None], output=output)


def _answer(part: Part, logits: str, threshold: float) -> None:
    """Probabilities, and the rule of ``answer.is_clear``: the one place where it is written as a graph."""
    probabilities = part.add("Softmax", logits, axis=1, output=PROBABILITIES)
    surest = part.add("ReduceMax", probabilities, np.array([1]), keepdims=0)
    clear = part.add("GreaterOrEqual", surest, np.array(threshold, np.float32))
    best = part.add("ArgMax", probabilities, axis=1, keepdims=0)
    part.add("Where", clear, best, np.array(UNCLEAR), output=LABEL)
