from collections import Counter

import numpy as np
import onnx
import onnxruntime
import pytest

from trainer.export.fuse import fuse
from trainer.models.classifier import ONNX

PIXELS = np.random.default_rng(0).normal(size=(3, 3, 32, 32)).astype(np.float32)


@pytest.fixture
def exported(finished_run) -> onnx.ModelProto:
    """2 layers of 2 heads, 32 wide, 17 tokens."""
    return onnx.load(finished_run / ONNX)


def _run(model: onnx.ModelProto, *outputs: str) -> list[np.ndarray]:
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    return session.run(outputs or None, {"pixel_values": PIXELS})


def test_it_stays_the_same_network(exported):
    expected = _run(exported)[0]
    fused, _ = fuse(exported, heads=2, width=32)
    np.testing.assert_allclose(_run(fused)[0], expected, atol=1e-5)


def test_attention_and_gelu_are_one_node_each_and_counted(exported):
    before = len(exported.graph.node)
    fused, counts = fuse(exported, heads=2, width=32)
    kinds = Counter(node.op_type for node in fused.graph.node)
    assert counts == {"MultiHeadAttention": 2, "BiasGelu": 2, "LayerNormalization": 5}
    assert all(kinds[kind] == count for kind, count in counts.items())
    assert kinds["Softmax"] == kinds["Erf"] == 0 and len(fused.graph.node) < before / 2


def test_the_last_layer_works_on_the_class_token_alone(exported):
    fused, _ = fuse(exported, heads=2, width=32)
    attention = [node for node in fused.graph.node if node.op_type == "MultiHeadAttention"]
    for node in attention:
        fused.graph.output.append(onnx.helper.make_tensor_value_info(node.output[0], onnx.TensorProto.FLOAT, None))
    first, last = _run(fused, *(node.output[0] for node in attention))
    assert first.shape == (3, 17, 32) and last.shape == (3, 1, 32)
