"""The operators that INT8 files are made of compute what the network before them computes."""

from collections import Counter

import numpy as np
import onnx
import onnxruntime
import pytest

from trainer.export.fuse import fuse
from trainer.export.integer import for_int8
from trainer.export.quantize import quantize_network
from trainer.models.classifier import ONNX

PIXELS = np.random.default_rng(0).normal(size=(3, 3, 32, 32)).astype(np.float32)
LARGEST = 64  # of 7 bits: products with two activations of 8 bits fit into the 16 bits in which some CPUs add them up


@pytest.fixture
def fused(finished_run) -> onnx.ModelProto:
    """2 layers of 2 heads, 32 wide, 17 tokens."""
    return fuse(onnx.load(finished_run / ONNX), heads=2, width=32)[0]


def answers(model: onnx.ModelProto, name: str, batch: np.ndarray) -> np.ndarray:
    return onnxruntime.InferenceSession(model.SerializeToString()).run(None, {name: batch})[0]


def copy(model: onnx.ModelProto) -> onnx.ModelProto:
    made = onnx.ModelProto()
    made.CopyFrom(model)
    return made


def test_it_stays_the_same_network_with_one_attention_where_all_tokens_ask(fused):
    expected = answers(fused, "pixel_values", PIXELS)
    made = for_int8(copy(fused))
    np.testing.assert_allclose(answers(made, "pixel_values", PIXELS), expected, atol=1e-5)
    kinds = Counter(node.op_type for node in made.graph.node)
    assert (kinds["Attention"], kinds["MultiHeadAttention"], kinds["Gelu"], kinds["BiasGelu"]) == (1, 1, 2, 0)


def test_attention_is_quantized_with_its_projections(fused, tmp_path):
    made = onnx.load(quantize_network(for_int8(fused), "int8", "auto", tmp_path / "made.onnx"))
    assert Counter(node.op_type for node in made.graph.node)["QAttention"] == 1
    largest = max(np.abs(value).max() for value in integers(made))
    assert largest <= LARGEST, "a product of two activations and weights must fit into 16 bits on every CPU"


def integers(model: onnx.ModelProto) -> list[np.ndarray]:
    found = [each for each in model.graph.initializer if each.data_type == onnx.TensorProto.INT8 and each.dims]
    return [onnx.numpy_helper.to_array(each).astype(int) for each in found]
