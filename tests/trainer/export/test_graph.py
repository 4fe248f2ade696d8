from dataclasses import replace

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper
from PIL import Image

from cryptoai_common.errors import UserError
from trainer.data.preprocess import Preprocessor
from trainer.export.graph import deployable
from trainer.models.answer import is_clear
from trainer.models.classifier import softmax
from trainer.models.pattern_model import INPUT, OUTPUTS, UNCLEAR

PREPROCESS = Preprocessor((32, 32), (0.1, 0.2, 0.3), (0.5, 0.4, 0.3))
CLASSES = ("up", "down", "flat")


def _network() -> onnx.ModelProto:
    """Pixels → their mean in the middle row, by channel."""
    nodes = [
        helper.make_node("Gather", ["pixel_values", "middle"], ["row"], axis=2),
        helper.make_node("ReduceMean", ["row", "last"], ["logits"], keepdims=0),
    ]
    constants = [helper.make_tensor("middle", TensorProto.INT64, [], [16]), helper.make_tensor("last", 7, [1], [2])]
    pixels = helper.make_tensor_value_info("pixel_values", TensorProto.FLOAT, ["batch", 3, "height", "width"])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 3])
    graph = helper.make_graph(nodes, "network", [pixels], [logits], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def _run(pictures: np.ndarray, threshold: float = 0.0) -> list[np.ndarray]:
    model = deployable(_network(), PREPROCESS, CLASSES, threshold)
    onnx.checker.check_model(model, full_check=True)
    return onnxruntime.InferenceSession(model.SerializeToString()).run(OUTPUTS, {INPUT: pictures})


def _logits(pictures: np.ndarray) -> np.ndarray:
    return np.stack([PREPROCESS(Image.fromarray(picture))[:, 16].mean(axis=1) for picture in pictures])


@pytest.mark.parametrize("size", [(32, 32), (300, 400), (45, 33), (9, 300), (20, 20), (1, 1)])
def test_pictures_of_any_size_are_prepared_as_for_the_checkpoint(size):
    """To one level of 256, or two where a picture is enlarged; noise is the hardest picture to resize."""
    pictures = np.random.default_rng(0).integers(0, 256, (3, *size, 3), dtype=np.uint8)
    probabilities, _ = _run(pictures)
    allowed = 1e-6 if size == (32, 32) else 2 * PREPROCESS.gain.max() / 2
    np.testing.assert_allclose(probabilities, softmax(_logits(pictures)), atol=allowed)


@pytest.mark.parametrize("threshold", [0.0, 0.4, 0.45, 1.1])
def test_a_label_is_the_likeliest_class_or_minus_one_where_calibration_calls_it_unclear(threshold):
    pictures = np.random.default_rng(1).integers(0, 256, (1, 32, 32, 3), dtype=np.uint8)
    pictures = np.concatenate([pictures // shade for shade in (1, 2, 4, 8)])
    probabilities, labels = _run(pictures, threshold)
    assert labels.dtype == np.int64 and probabilities.dtype == np.float32
    clear = is_clear(probabilities, threshold)
    np.testing.assert_array_equal(labels, np.where(clear, probabilities.argmax(axis=1), UNCLEAR))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)


def test_the_network_given_is_not_changed():
    network = _network()
    before = network.SerializeToString()
    deployable(network, PREPROCESS, CLASSES, 0.5)
    assert network.SerializeToString() == before


def test_another_way_to_resize_is_refused():
    with pytest.raises(UserError, match=r"asks for resample 3; only 2 \(bilinear\) can be exported"):
        deployable(_network(), replace(PREPROCESS, resample=3), CLASSES, 0.5)
