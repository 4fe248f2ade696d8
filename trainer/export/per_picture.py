"""A graph for a batch → a graph that runs the same network on each picture of the batch alone.

Dynamic INT8 has one scale for a whole tensor, so that in a common batch a black picture beside a chart changes the
chart's answer, by up to 0.04 in probability; products in INT4 round otherwise in a batch, by up to 0.001. Here ``Scan``
hands the pictures to the network one by one. A single picture costs the same, and its answer is the same to the last
bit. Files in fp32 and fp16 don't need it: their batches stay batches.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from onnx import GraphProto, ModelProto, NodeProto, ValueInfoProto, helper, numpy_helper

AXIS = "each_picture/axis"


def per_picture(model: ModelProto) -> ModelProto:
    """The graph around a copy of ``model``: the same input, outputs and metadata, the first axis of each the batch.

    The weights move into the body of ``Scan``, and the known shapes with them: onnxruntime fuses and prepacks there as
    it does in the graph itself, which it does not for all weights of an outer graph.
    """
    made = ModelProto()
    made.CopyFrom(model)
    graph = made.graph
    (batch,) = graph.input
    answers = list(graph.output)
    inside = {value.name: f"{value.name}/of_one" for value in (batch, *answers)}
    nodes = [
        helper.make_node("Unsqueeze", [f"{batch.name}/one", AXIS], [inside[batch.name]], name="each_picture/in"),
        *(_renamed(node, inside) for node in graph.node),
        *(
            helper.make_node("Squeeze", [inside[answer.name], AXIS], [f"{answer.name}/one"], name=f"{answer.name}/out")
            for answer in answers
        ),
    ]
    body = helper.make_graph(
        nodes,
        "picture",
        [_without_batch(batch)],
        [_without_batch(answer) for answer in answers],
        [*graph.initializer, numpy_helper.from_array(np.array([0]), AXIS)],
        value_info=[value for value in graph.value_info if value.name not in inside],
    )
    scan = helper.make_node(
        "Scan",
        [batch.name],
        [answer.name for answer in answers],
        name="each_picture",
        body=body,
        num_scan_inputs=1,
    )
    del graph.node[:], graph.initializer[:], graph.value_info[:]
    graph.node.append(scan)
    return made


def all_nodes(graph: GraphProto) -> Iterable[NodeProto]:
    """The nodes of a graph and of the bodies in it."""
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from all_nodes(attribute.g)


def _renamed(node: NodeProto, names: dict[str, str]) -> NodeProto:
    copy = NodeProto()
    copy.CopyFrom(node)
    copy.input[:] = [names.get(name, name) for name in node.input]
    copy.output[:] = [names.get(name, name) for name in node.output]
    return copy


def _without_batch(value: ValueInfoProto) -> ValueInfoProto:
    tensor = value.type.tensor_type
    shape = [size.dim_param or size.dim_value for size in tensor.shape.dim]
    return helper.make_tensor_value_info(f"{value.name}/one", tensor.elem_type, shape[1:])
