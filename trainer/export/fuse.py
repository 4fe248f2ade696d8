"""A ViT as ``optimum`` exports it → the same network in fewer nodes, for onnxruntime.

onnxruntime's own optimizer fuses GELU and layer norm. It recognises neither the attention of transformers 4.5x, nor
that the classifier uses the class token only; this module does.
"""

from __future__ import annotations

import contextlib
import logging

import numpy as np
from onnx import ModelProto, NodeProto, helper, numpy_helper
from onnxruntime.transformers.fusion_options import FusionOptions
from onnxruntime.transformers.onnx_model import OnnxModel
from onnxruntime.transformers.optimizer import optimize_model

DOMAIN = "com.microsoft"
RESHAPING = ("Mul", "Transpose", "Reshape")  # nodes between a projection and the matrix product of attention


def fuse(network: ModelProto, heads: int, width: int) -> tuple[ModelProto, dict[str, int]]:
    """Fuse a ViT with ``heads`` attention heads and hidden size ``width``.

    Returns the network and how many fused nodes of each kind it has. ``network`` is changed in place.
    """
    model = OnnxModel(network)
    model.model.opset_import.append(helper.make_opsetid(DOMAIN, 1))
    _fuse_attention(model, heads, width)
    _keep_class_token(model)
    options = FusionOptions("vit")
    options.enable_attention = False  # done above; onnxruntime would not recognise it
    options.enable_skip_layer_norm = False  # slower than Add and LayerNormalization: 8.7 ms a picture against 7.0
    options.enable_bias_skip_layer_norm = False
    logging.getLogger("onnxruntime.transformers").setLevel(logging.ERROR)
    with contextlib.redirect_stdout(None):  # it prints that it cannot infer the shapes of nodes fused above
        fused = optimize_model(model.model, "vit", heads, width, options, opt_level=0)
    return fused.model, {kind: count for kind, count in fused.get_fused_operator_statistics().items() if count}


def _fuse_attention(model: OnnxModel, heads: int, width: int) -> None:
    """Replace the nodes from the three projections to the reshaped result, some 30, by one MultiHeadAttention each."""
    made_by, used_by = model.output_name_to_node(), model.input_name_to_nodes()

    def projection(value: str) -> str:
        while made_by[value].op_type in RESHAPING:
            value = made_by[value].input[0]
        return value

    fused, replaced = [], []
    for softmax in model.get_nodes_by_op_type("Softmax"):
        query, key = map(projection, made_by[softmax.input[0]].input)
        product = used_by[softmax.output[0]][0]
        value = projection(product.input[1])
        transposed = used_by[product.output[0]][0]
        result = next(node for node in used_by[transposed.output[0]] if node.op_type == "Reshape")
        scale = (width // heads) ** -0.5
        fused.append(
            helper.make_node(
                "MultiHeadAttention",
                [query, key, value],
                list(result.output),
                name=f"{softmax.name}/fused",
                domain=DOMAIN,
                num_heads=heads,
                scale=scale,
            )
        )
        replaced.append(result)
    update(model, fused, replaced)


def _keep_class_token(model: OnnxModel) -> None:
    """Compute the last layer for the class token only, since the classifier uses no other: less work, same result.

    Keys and values still come from all tokens.
    """
    made_by, used_by = model.output_name_to_node(), model.input_name_to_nodes()
    model.add_initializer(numpy_helper.from_array(np.array([0]), "class_token/start"))
    model.add_initializer(numpy_helper.from_array(np.array([1]), "class_token/end"))
    cuts: list[NodeProto] = []

    def cut(node: NodeProto, place: int) -> None:
        output = f"class_token/{len(cuts)}"
        bounds = [
            "class_token/start",
            "class_token/end",
            "class_token/end",
        ]  # starts, ends, axes: the axis is 1 as well
        cuts.append(helper.make_node("Slice", [node.input[place], *bounds], [output], name=output))
        node.input[place] = output

    last = model.get_nodes_by_op_type("MultiHeadAttention")[-1]
    query = made_by[last.input[0]]
    if query.op_type == "Add":  # it adds the bias to the product with the weights, which is what is cut
        query = next(made_by[name] for name in query.input if name in made_by)
    cut(query, 0)
    value, node = last.output[0], used_by[last.output[0]][0]
    while not (node.op_type == "Add" and all(name in made_by for name in node.input)):  # up to the residual connection
        value, node = node.output[0], used_by[node.output[0]][0]
    cut(node, 1 - list(node.input).index(value))
    update(model, cuts, [])


def update(model: OnnxModel, new: list[NodeProto], old: list[NodeProto]) -> None:
    """Replace the nodes ``old`` by ``new``."""
    model.remove_nodes(old)
    for node in new:
        model.add_node(node)
    model.prune_graph()
    model.topological_sort()
