"""The operators that INT8 files are made of compute what the network before them computes."""

from collections import Counter

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as some
from hypothesis.extra import numpy as arrays

from trainer.data.preprocess import Preprocessor
from trainer.export.fuse import fuse
from trainer.export.graph import deployable
from trainer.export.integer import LARGEST, embed_bytes, for_int8, in_two_parts
from trainer.export.per_picture import per_picture
from trainer.export.quantize import quantize_network
from trainer.models.classifier import ONNX, read_classes
from trainer.models.pattern_model import INPUT

PIXELS = np.random.default_rng(0).normal(size=(3, 3, 32, 32)).astype(np.float32)
PICTURES = np.random.default_rng(1).integers(0, 256, (5, 40, 52, 3), np.uint8)


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
    assert largest <= LARGEST + 1, "a product of two activations and weights must fit into 16 bits on every CPU"


def integers(model: onnx.ModelProto) -> list[np.ndarray]:
    found = [each for each in model.graph.initializer if each.data_type == onnx.TensorProto.INT8 and each.dims]
    return [onnx.numpy_helper.to_array(each).astype(int) for each in found]


def test_the_embedding_from_bytes_gives_the_same_probabilities(fused, finished_run):
    preprocess = Preprocessor.read(finished_run)
    before = deployable(fused, preprocess, read_classes(finished_run), 0.5)
    expected = answers(before, INPUT, PICTURES)
    made = per_picture(embed_bytes(copy(before), preprocess))
    np.testing.assert_allclose(answers(made, INPUT, PICTURES), expected, atol=1e-3)
    in_a_batch = embed_bytes(copy(before), preprocess)
    np.testing.assert_allclose(answers(in_a_batch, INPUT, PICTURES), expected, atol=1e-3)
    assert np.ptp(expected, axis=0).max() > 0.01, "pictures that all get one answer would tell nothing"
    (scan,) = made.graph.node
    body = onnx.helper.get_node_attr_value(scan, "body")
    assert {node.op_type for node in body.node} & {"Conv", "Sub"} == set()


@given(arrays.arrays(np.float64, (7, 3), elements=some.floats(-1e3, 1e3, width=32)))
def test_two_parts_of_7_bits_are_the_weights_to_14(weights):
    parts = in_two_parts(weights)
    assert all(np.abs(part.astype(int)).max() <= LARGEST for part, _ in parts)
    total = sum(part * scale.astype(np.float64) for part, scale in parts)
    assert (np.abs(total - weights) <= np.abs(weights).max(axis=0) / (LARGEST * 4 * LARGEST) * 1.01 + 1e-30).all()
