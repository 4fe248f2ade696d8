import json

import numpy as np
import onnx
import pytest
from optimum.onnxruntime import ORTModelForImageClassification

from cryptoai_common.files import locked
from trainer.__main__ import main
from trainer.commands.export import SCRATCH
from trainer.data.charts import load_split
from trainer.export import gate, make
from trainer.export.per_picture import all_nodes
from trainer.models.classifier import ONNX, QUANTIZED, OnnxClassifier
from trainer.models.pattern_model import CLASSIFIER, CLASSIFIER_QUANTIZED
from trainer.models.vit import TorchClassifier
from trainer.scoring.evaluate import all_logits


def test_all_files_and_their_figures_are_in_the_run(finished_run):
    files = json.loads((finished_run / "metrics.json").read_text())["export"]["files"]
    for name in (ONNX, QUANTIZED, CLASSIFIER, CLASSIFIER_QUANTIZED):
        figures = files[name.as_posix()]
        assert figures["bytes"] == (finished_run / name).stat().st_size
        assert 0 < figures["latency_ms"]["one_thread"] < 1000 and 0 < figures["latency_ms"]["all_threads"] < 1000
        assert figures["largest_probability_difference"] < (1e-3 if "quantized" not in name.name else 0.05)
    assert files[ONNX.as_posix()]["class_flips"] == files[CLASSIFIER.as_posix()]["class_flips"] == 0
    assert files[ONNX.as_posix()]["largest_logit_difference"] < 1e-3
    assert sorted(path.name for path in (finished_run / "onnx").iterdir()) == [ONNX.name, QUANTIZED.name]
    assert not list(finished_run.glob(".export*"))


def test_stock_optimum_loads_them_and_agrees(finished_run, charts):
    ours = OnnxClassifier(finished_run, finished_run / QUANTIZED)
    stock = ORTModelForImageClassification.from_pretrained(
        finished_run, subfolder=str(QUANTIZED.parent), file_name=QUANTIZED.name
    )
    pixels = np.random.default_rng(0).normal(size=(1, 3, 32, 32)).astype(np.float32)
    np.testing.assert_allclose(stock(pixel_values=pixels).logits, ours.logits(pixels), atol=1e-5)
    assert stock.config.id2label == dict(enumerate(ours.classes))


def test_matrix_products_are_in_int8_and_the_patch_embedding_is_not(finished_run):
    kinds = [node.op_type for node in all_nodes(onnx.load(finished_run / QUANTIZED).graph)]
    assert kinds.count("MatMulInteger") >= 12 and "Conv" in kinds and "ConvInteger" not in kinds


def test_the_files_answer_as_the_checkpoint_does(finished_run, charts):
    rows = load_split(charts, "test")
    expected = all_logits(TorchClassifier.load(finished_run), rows)
    fp32 = all_logits(OnnxClassifier(finished_run, finished_run / ONNX), rows, batch_size=3)
    int8 = all_logits(OnnxClassifier(finished_run, finished_run / QUANTIZED), rows)
    np.testing.assert_allclose(fp32, expected, atol=1e-3)
    np.testing.assert_allclose(int8, expected, atol=0.2)
    assert not np.allclose(int8, expected, atol=1e-6)


def _spoil_fp32(monkeypatch):
    """As if the exporter had got a weight wrong."""

    def export(run, scratch, **options):
        original(run, scratch, **options)
        model = onnx.load(f"{scratch}/{ONNX.name}")
        bias = next(
            tensor for tensor in model.graph.initializer if "classifier" in tensor.name and len(tensor.dims) == 1
        )
        wrong = onnx.numpy_helper.to_array(bias) + np.linspace(0, 5, bias.dims[0], dtype=np.float32)
        bias.CopyFrom(onnx.numpy_helper.from_array(wrong, bias.name))
        onnx.save(model, f"{scratch}/{ONNX.name}")

    original = make.main_export
    monkeypatch.setattr(make, "main_export", export)


def test_an_fp32_file_that_differs_is_not_let_through(own_run, charts, monkeypatch, fails):
    _spoil_fp32(monkeypatch)
    error = fails("export", own_run, "--dataset", charts, code=1)
    assert "onnx/model.onnx was not written: over 10 validation charts" in error
    assert "another class than the checkpoint gives (0 allowed)" in error and "(0.001 allowed)" in error
    assert not (own_run / ONNX).exists() and not list(own_run.glob(".export*"))


def test_an_int8_file_that_loses_accuracy_is_not_let_through(own_run, charts, monkeypatch, fails):
    monkeypatch.setattr(gate, "allowed_loss", lambda charts: -1.01)  # as if every chart were wrong
    error = fails("export", own_run, "--dataset", charts, code=1)
    assert "onnx/model_quantized.onnx was not written" in error
    assert "its accuracy is" in error and "and the checkpoint's" in error
    assert (own_run / ONNX).exists() and not (own_run / QUANTIZED).exists()
    assert "export" not in json.loads((own_run / "metrics.json").read_text()), "figures of files that are no more"


def test_two_exports_of_one_run_at_once_are_refused(own_run, charts, fails):
    (own_run / SCRATCH).mkdir()
    with locked(own_run / SCRATCH, "free until now"):
        assert fails("export", own_run, "--dataset", charts) == f"error: another process exports {own_run}; wait for it"


@pytest.mark.parametrize("kind", ["int4", "fp16"])
def test_other_kinds_pass_the_same_gates(own_run, charts, kind, capsys):
    (own_run / SCRATCH / "more").mkdir(parents=True)  # as an export leaves it that was killed
    (own_run / SCRATCH / CLASSIFIER.name).write_bytes(b"half")
    assert main(["export", str(own_run), "--dataset", str(charts), "--quantize", kind]) == 0
    out = capsys.readouterr().out
    line = next(line for line in out.splitlines() if line.startswith(str(CLASSIFIER_QUANTIZED)))
    assert "of 10 get another class than the checkpoint gives, largest probability difference" in line
    assert "2 MultiHeadAttention, 2 BiasGelu, 5 LayerNormalization" in out
    assert not (own_run / SCRATCH).exists()
    export = json.loads((own_run / "metrics.json").read_text())["export"]
    assert export["quantize"] == kind and export["fused_nodes"]["MultiHeadAttention"] == 2


@pytest.mark.parametrize(
    ("charts", "accuracy", "checkpoint", "passes"),
    [
        (1000, 0.80, 0.80, True),
        (1000, 0.79, 0.80, True),
        (1000, 0.789, 0.80, False),
        (1000, 1, 0.8, True),
        (30, 22 / 30, 23 / 30, True),
        (30, 21 / 30, 23 / 30, False),
    ],
)
def test_int8_may_lose_one_point_or_one_chart(charts, accuracy, checkpoint, passes):
    measured = {"charts": charts, "accuracy": accuracy, "checkpoint_accuracy": checkpoint}
    assert (gate.quantized_fault(measured) is None) == passes


@pytest.mark.parametrize(("flips", "difference", "passes"), [(0, 9e-4, True), (1, 0.0, False), (0, 2e-3, False)])
def test_fp32_must_agree(flips, difference, passes):
    assert (gate.fp32_fault({"class_flips": flips, "largest_logit_difference": difference}) is None) == passes


def test_exporting_again_is_harmless(own_run, charts):
    assert main(["export", str(own_run), "--dataset", str(charts)]) == 0
    assert (own_run / ONNX).exists() and (own_run / QUANTIZED).exists()


def test_directories_that_cannot_be_exported(own_run, charts, own_charts, tmp_path, fails):
    assert "is not a run: it has no metrics.json" in fails("export", tmp_path, "--dataset", charts)
    assert "is not a run" in fails("export", tmp_path / "none", "--dataset", charts)
    (tmp_path / "empty").mkdir()
    assert "has no manifest.json" in fails("export", own_run, "--dataset", tmp_path / "empty")
    (own_charts / "manifest.json").write_text(
        (charts / "manifest.json").read_text().replace('"fingerprint": "', '"fingerprint": "0')
    )
    assert "was trained on charts" in fails("export", own_run, "--dataset", own_charts)
    (own_run / "model.safetensors").write_bytes(b"")
    assert "cannot be loaded" in fails("export", own_run, "--dataset", charts)


def test_int4_treats_each_picture_alone_and_fp16_is_a_plain_graph(finished_run, tmp_path):
    made = make.Maker(finished_run, tmp_path)
    kinds = {}
    for kind in ("int4", "fp16"):
        graph = onnx.load(made.deployable_quantized(kind, "auto")).graph
        kinds[kind] = [node.op_type for node in graph.node]
    assert kinds["int4"] == ["Scan"] and "MultiHeadAttention" in kinds["fp16"]
