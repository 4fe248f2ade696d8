import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from trainer.export.quantize import BLOCK, INT8, pack_int4, quantize_network


def _product(weights: np.ndarray) -> onnx.ModelProto:
    k, n = weights.shape
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "weights"], ["y"], name="product")],
        "product",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", k])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", n])],
        [numpy_helper.from_array(weights, "weights")],
    )
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=9)


@pytest.fixture
def weights() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(100, 24)).astype(np.float32)  # 100: blocks that are not full


CHOICES = [*(("int8", target) for target in INT8), ("int4", "auto"), ("fp16", "auto")]


@pytest.mark.parametrize(("kind", "target"), CHOICES)
def test_products_come_out_about_the_same(weights, kind, target, tmp_path):
    made = quantize_network(_product(weights), kind, target, tmp_path / "made.onnx")
    x = np.random.default_rng(1).normal(size=(5, 100)).astype(np.float32)
    (y,) = onnxruntime.InferenceSession(made).run(None, {"x": x})
    error = np.sqrt(np.mean((y - x @ weights) ** 2)) / np.std(x @ weights)
    assert 0 < error < {"int8": 0.02, "int4": 0.12, "fp16": 0.002}[kind]


@pytest.mark.parametrize("target", INT8)
def test_products_of_target_auto_fit_into_16_bits(weights, target, tmp_path):
    """Two products of an activation (up to 255) and a weight are added up in 16 bits by CPUs without VNNI."""
    model = onnx.load(quantize_network(_product(weights), "int8", target, tmp_path / "made.onnx"))
    stored = next(t for t in model.graph.initializer if t.dims == [100, 24])
    largest = np.abs(numpy_helper.to_array(stored).astype(int)).max()
    assert (2 * 255 * largest < 2**15) == (target == "auto")


def test_int4_unpacks_to_the_weights(weights):
    packed, scales = pack_int4(weights)
    blocks = -(-100 // BLOCK)
    assert packed.shape == (24, blocks, BLOCK // 2) and packed.dtype == np.uint8 and scales.shape == (24 * blocks,)
    codes = np.stack([packed & 15, packed >> 4], axis=-1).reshape(24, blocks, BLOCK).astype(int)
    assert (codes.min(axis=2) == 0).all(), (
        "each block's largest weight is -8 steps, so that the steps are as small as can be"
    )
    unpacked = ((codes - 8) * scales.reshape(24, blocks, 1)).reshape(24, -1)[:, :100].T
    step = np.abs(scales).reshape(24, blocks).repeat(BLOCK, axis=1)[:, :100].T
    assert (np.abs(unpacked - weights) <= step * 1.001).all()


def test_int4_of_nothing_is_nothing():
    packed, scales = pack_int4(np.zeros((BLOCK, 2), np.float32))
    assert (packed == 0x88).all() and (scales == 1).all()
