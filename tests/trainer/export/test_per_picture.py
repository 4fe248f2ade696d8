from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trainer.data.charts import load_split, picture_of
from trainer.export.per_picture import all_nodes, per_picture
from trainer.models.classifier import ONNX, QUANTIZED
from trainer.models.pattern_model import CLASSIFIER_QUANTIZED

BASE = Path(__file__).parents[3] / "models/chart-vit"
FILES = [CLASSIFIER_QUANTIZED, QUANTIZED]
KINDS = ("chart", "black", "white", "noise", "dark noise", "one bright pixel")


def _session(model: onnx.ModelProto | Path, optimized: Path | None = None) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    if optimized:
        options.optimized_model_filepath = str(optimized)
    return onnxruntime.InferenceSession(model if isinstance(model, Path) else model.SerializeToString(), options)


def _picture(kind: str, seed: int, chart: np.ndarray) -> np.ndarray:
    rng = np.random.default_rng(seed)
    if kind == "chart":
        return np.roll(chart, seed, axis=1)
    picture = np.full_like(chart, 255 if kind == "white" else 0)
    if kind.endswith("noise"):
        picture = rng.integers(0, 256 if kind == "noise" else 9, chart.shape, dtype=np.uint8)
    if kind == "one bright pixel":
        picture[tuple(rng.integers(0, chart.shape[:2]))] = 255
    return picture


def _as_input(session: onnxruntime.InferenceSession, pictures: np.ndarray) -> dict[str, np.ndarray]:
    """Pictures as they are, or as pixels with a wide range."""
    (given_as,) = session.get_inputs()
    if given_as.type == "tensor(uint8)":
        return {given_as.name: pictures}
    return {given_as.name: (pictures.transpose(0, 3, 1, 2) / np.float32(64) - 2).astype(np.float32)}


def _one_by_one(session: onnxruntime.InferenceSession, pictures: np.ndarray) -> list[np.ndarray]:
    answers = [session.run(None, _as_input(session, picture[np.newaxis])) for picture in pictures]
    return [np.concatenate(output) for output in zip(*answers, strict=True)]


@pytest.fixture(scope="module")
def chart(charts) -> np.ndarray:
    return np.asarray(picture_of(load_split(charts, "test")[0]).resize((32, 32)))


@pytest.fixture(scope="module", params=FILES, ids=lambda file: file.name)
def exported(request, finished_run) -> onnxruntime.InferenceSession:
    return _session(finished_run / request.param)


BATCHES = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 31)), min_size=1, max_size=6)


@given(batch=BATCHES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_answers_of_a_batch_are_those_of_its_pictures_alone(exported, chart, batch):
    pictures = np.stack([_picture(kind, seed, chart) for kind, seed in batch])
    together = exported.run(None, _as_input(exported, pictures))
    for found, expected in zip(together, _one_by_one(exported, pictures), strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_so_are_those_of_the_base(file, chart):
    session = _session(BASE / file)
    large = np.repeat(np.repeat(chart, 7, axis=0), 7, axis=1)  # the 224 pixels that its network takes
    pictures = np.stack([_picture(kind, 5, large) for kind in KINDS])
    together = session.run(None, _as_input(session, pictures))
    for found, expected in zip(together, _one_by_one(session, pictures), strict=True):
        np.testing.assert_array_equal(found, expected)


def _graph_of_one(wrapped: onnx.ModelProto) -> onnx.ModelProto:
    """What ``per_picture`` was given, put together again from what it made."""
    body = onnx.helper.get_node_attr_value(wrapped.graph.node[0], "body")
    model = onnx.ModelProto()
    model.CopyFrom(wrapped)
    del model.graph.node[:]
    first, last = body.node[0], [node for node in body.node if node.op_type == "Squeeze"]
    last = [node for node in last if node.output[0] in {value.name for value in body.output}]
    names = {first.output[0]: model.graph.input[0].name}
    names |= {node.input[0]: answer.name for node, answer in zip(last, model.graph.output, strict=True)}
    for node in body.node:
        if node is not first and node not in last:
            copy = model.graph.node.add()
            copy.CopyFrom(node)
            copy.input[:] = [names.get(name, name) for name in node.input]
            copy.output[:] = [names.get(name, name) for name in node.output]
    model.graph.initializer.extend(body.initializer)
    model.graph.value_info.extend(body.value_info)
    return model


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_picture_alone_is_answered_as_by_the_graph_within_to_the_last_bit(file, finished_run, chart):
    within = _session(_graph_of_one(onnx.load(finished_run / file)))
    pictures = np.stack([_picture(kind, 5, chart) for kind in KINDS])
    session = _session(finished_run / file)
    for found, expected in zip(_one_by_one(session, pictures), _one_by_one(within, pictures), strict=True):
        np.testing.assert_array_equal(found, expected)
    together = within.run(None, _as_input(within, pictures))
    assert np.abs(together[0] - _one_by_one(within, pictures)[0]).max() > 1e-4, "in a common batch they would not be"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_onnxruntime_fuses_within_as_it_does_without(file, finished_run, tmp_path):
    wrapped = onnx.load(finished_run / file)
    kinds = []
    for model in (wrapped, _graph_of_one(wrapped)):
        _session(model, tmp_path / "optimized.onnx")
        kinds.append(Counter(node.op_type for node in all_nodes(onnx.load(tmp_path / "optimized.onnx").graph)))
    for kind in ("DynamicQuantizeMatMul", "MatMulIntegerToFloat", "MultiHeadAttention", "LayerNormalization", "Gelu"):
        assert kinds[0][kind] == kinds[1][kind], kind
    assert kinds[0]["DynamicQuantizeMatMul"] > 0 and kinds[0]["MatMulInteger"] == 0


def test_everything_around_the_graph_stays(finished_run):
    before = onnx.load(finished_run / ONNX)
    kept = before.SerializeToString()
    wrapped = per_picture(before)
    onnx.checker.check_model(wrapped, full_check=True)
    assert before.SerializeToString() == kept, "the model given was changed"
    assert (wrapped.graph.input, wrapped.graph.output) == (before.graph.input, before.graph.output)
    assert (wrapped.metadata_props, wrapped.opset_import) == (before.metadata_props, before.opset_import)
