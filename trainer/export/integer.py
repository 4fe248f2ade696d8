"""The same network in operators that onnxruntime computes faster in INT8.

Nothing else is computed than before; sums come in another order, and the weights of the patch embedding get 14 bits.
One picture on one core against the fused network as it is (1): the bias beside GELU 0.95, packed attention too 0.92,
and the embedding from bytes too 0.87. In WebAssembly, without VNNI, the three together give 0.7.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from onnx import ModelProto, NodeProto, helper, numpy_helper
from onnxruntime.transformers.onnx_model import OnnxModel

from trainer.data.preprocess import Preprocessor
from trainer.export.fuse import DOMAIN
from trainer.export.graph import Part

# Largest weight: products with two activations of 8 bits fit into the 16 bits in which some CPUs add them up.
LARGEST = 63


def for_int8(network: ModelProto) -> ModelProto:
    """A network that ``fuse`` made, ready to be quantized; changed in place."""
    model = OnnxModel(network)
    _pack_attention(model)
    _bias_before_gelu(model)
    return finished(model)


def finished(model: OnnxModel) -> ModelProto:
    """Without what is not used any more, in an order in which it can be computed."""
    model.prune_graph()
    model.topological_sort()
    made: ModelProto = model.model
    return made


def _pack_attention(model: OnnxModel) -> None:
    """One ``Attention`` for the three projections and the ``MultiHeadAttention`` that they feed.

    It becomes ``QAttention``, which quantizes once and writes the three as they are needed. The last layer stays as it
    is: its query is cut to the class token.
    """
    made_by = model.output_name_to_node()
    new, old = [], []
    for node in model.get_nodes_by_op_type("MultiHeadAttention"):
        parts = [part for name in node.input if (part := _projection(model, made_by[name]))]
        if len(parts) < len(node.input) or len({part.source for part in parts}) > 1:
            continue
        weights = np.concatenate([part.weights for part in parts], axis=1)
        bias = np.concatenate([part.bias for part in parts])
        names = f"{node.name}/weights", f"{node.name}/bias"
        for name, value in zip(names, (weights, bias), strict=True):
            model.add_initializer(numpy_helper.from_array(value, name))
        heads = helper.get_node_attr_value(node, "num_heads")
        inputs, name = [parts[0].source, *names], f"{node.name}/packed"
        new.append(helper.make_node("Attention", inputs, list(node.output), name=name, domain=DOMAIN, num_heads=heads))
        old.append(node)
    _replace(model, old, new)


class Projection(NamedTuple):
    """``source`` times ``weights`` [width, width] plus ``bias`` [width]."""

    source: str
    weights: np.ndarray
    bias: np.ndarray


def _projection(model: OnnxModel, node: NodeProto) -> Projection | None:
    """What an ``Add`` after a ``MatMul`` computes; None for any other node."""
    made_by = model.output_name_to_node()
    products = [made_by[name] for name in node.input if name in made_by and made_by[name].op_type == "MatMul"]
    biases = [found for name in node.input if (found := model.get_initializer(name)) is not None]
    if node.op_type != "Add" or len(products) != 1 or len(biases) != 1:
        return None
    source, weights = products[0].input
    return Projection(source, _array(model, weights), numpy_helper.to_array(biases[0]))


def _bias_before_gelu(model: OnnxModel) -> None:
    """``BiasGelu`` as ``Add`` and ``Gelu``: onnxruntime adds the bias in the product before, and has a faster GELU."""
    old = model.get_nodes_by_op_type("BiasGelu")
    new = []
    for node in old:
        biased, name = f"{node.output[0]}/biased", node.name
        new.append(helper.make_node("Add", list(node.input), [biased], name=f"{name}/bias"))
        new.append(helper.make_node("Gelu", [biased], list(node.output), name=f"{name}/gelu", domain=DOMAIN))
    _replace(model, old, new)


def embed_bytes(deployable: ModelProto, preprocess: Preprocessor) -> ModelProto:
    """A graph of ``graph.deployable`` whose patch embedding takes bytes as they are; changed in place.

    Normalisation, the patch embedding (``Conv``), the class token and the positions become an integer product and a
    sum.
    """
    model = OnnxModel(deployable)
    made_by, used_by = model.output_name_to_node(), model.input_name_to_nodes()
    (resize,) = model.get_nodes_by_op_type("Resize")
    (conv,) = model.get_nodes_by_op_type("Conv")
    joined = conv
    while joined.op_type != "Concat" or joined.input[0] not in made_by:  # behind the class token
        joined = next(node for node in used_by[joined.output[0]] if node.op_type in ("Reshape", "Transpose", "Concat"))
    (placed,) = used_by[joined.output[0]]
    class_token = _array(model, made_by[joined.input[0]].input[0])
    positions = _array(model, next(name for name in placed.input if name != joined.output[0]))
    weights, bias = (_array(model, name) for name in conv.input[1:])

    part = Part("patches")
    width, channels, side, _ = weights.shape
    height, length = (size // side for size in preprocess.size)
    rows = np.array([-1, height, side, length, side * channels])
    patches = part.add("Transpose", part.add("Reshape", resize.output[0], rows), perm=[0, 1, 3, 2, 4])
    patches = part.add("Reshape", patches, np.array([-1, height * length, side * side * channels]))
    of_bytes = (weights * preprocess.gain[:, None, None]).transpose(2, 3, 1, 0).reshape(-1, width)
    constant = bias - (weights * preprocess.offset[:, None, None]).sum(axis=(1, 2, 3))
    products = [_product(part, patches, *each) for each in in_two_parts(of_bytes)]
    embedded = part.add("Pad", part.add("Add", *products), np.array([0, 1, 0, 0, 0, 0]))  # room for the class token
    beside = np.concatenate([class_token + positions[:, :1], positions[:, 1:] + constant], axis=1)
    part.add("Add", embedded, beside.astype(np.float32), output=placed.output[0])
    for constant_of_part in part.constants:
        model.add_initializer(constant_of_part)
    _replace(model, [placed], part.nodes)
    return finished(model)


def in_two_parts(weights: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Weights [n, width] as the sum of two INT8 parts with a scale for each column: (int8 [n, width], float32 [width]).

    Each part takes 7 of its 8 bits; the second one is what the first leaves.
    """
    scale = np.maximum(np.abs(weights).max(axis=0), np.finfo(np.float32).tiny) / LARGEST
    coarse = np.rint(weights / scale)
    finer = scale / (2 * LARGEST)
    rest = np.rint((weights - coarse * scale) / finer)
    return [(coarse.astype(np.int8), scale.astype(np.float32)), (rest.astype(np.int8), finer.astype(np.float32))]


def _product(part: Part, patches: str, weights: np.ndarray, scale: np.ndarray) -> str:
    one = np.ones(1, np.float32)  # the scale of bytes
    return part.add("MatMulIntegerToFloat", patches, weights, one, scale, domain=DOMAIN)


def _array(model: OnnxModel, name: str) -> np.ndarray:
    return np.asarray(numpy_helper.to_array(model.get_initializer(name)))


def _replace(model: OnnxModel, old: list[NodeProto], new: list[NodeProto]) -> None:
    model.remove_nodes(old)
    for node in new:
        model.add_node(node)
