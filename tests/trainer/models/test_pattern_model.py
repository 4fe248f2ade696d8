import hashlib
import json
import subprocess
import sys

import numpy as np
import onnx
import pytest

from cryptoai_common.errors import UserError
from trainer.data.charts import load_split, picture_of
from trainer.models.classifier import ONNX, QUANTIZED, OnnxClassifier, read_classes, softmax
from trainer.models.pattern_model import CLASSIFIER, CLASSIFIER_QUANTIZED, PatternModel
from trainer.scoring.evaluate import all_logits


@pytest.mark.parametrize(("file", "tolerance"), [(CLASSIFIER, 1e-3), (CLASSIFIER_QUANTIZED, 0.05)])
def test_pictures_in_one_batch_get_the_answers_of_the_network_alone(finished_run, charts, file, tolerance):
    rows = load_split(charts, "test")
    probabilities, labels = PatternModel(finished_run / file)(np.stack([np.asarray(picture_of(row)) for row in rows]))
    expected = softmax(all_logits(OnnxClassifier(finished_run, finished_run / ONNX), rows))
    np.testing.assert_allclose(probabilities, expected, atol=tolerance)
    assert labels.dtype == np.int64 and set(labels) <= {-1, *range(10)}


def test_an_answer_does_not_depend_on_the_other_pictures(finished_run, charts):
    model = PatternModel(finished_run / CLASSIFIER_QUANTIZED)
    pictures = np.stack([np.asarray(picture_of(row)) for row in load_split(charts, "test")])
    pictures[1:] = 255 - pictures[1:] // 3  # of quite another range
    np.testing.assert_array_equal(model(pictures)[0][0], model(pictures[:1])[0][0])


def test_the_file_says_what_it_is(finished_run, charts):
    model = PatternModel(finished_run / CLASSIFIER_QUANTIZED)
    assert model.classes == read_classes(finished_run)
    assert model.threshold == json.loads((finished_run / "config.json").read_text())["calibration"]["threshold"]
    assert model.dataset_fingerprint == json.loads((charts / "manifest.json").read_text())["fingerprint"]
    digest = hashlib.sha256((finished_run / "model.safetensors").read_bytes()).hexdigest()
    assert model.version.endswith(f"+{digest[:12]}")


def test_files_of_another_kind(finished_run, tmp_path):
    for name, content, complaint in (
        ("none.onnx", None, "no such file; make it with"),
        ("empty.onnx", b"", "is not an ONNX file that onnxruntime can run"),
        ("network.onnx", (finished_run / QUANTIZED).read_bytes(), "takes pixel_values; it must take input"),
    ):
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(UserError, match=complaint):
            PatternModel(tmp_path / name)
    anonymous = onnx.load(finished_run / CLASSIFIER)
    del anonymous.metadata_props[:]
    onnx.save(anonymous, tmp_path / "anonymous.onnx")
    with pytest.raises(UserError, match="lacks the metadata of a deployable file"):
        PatternModel(tmp_path / "anonymous.onnx")


README = """
import json, sys
not_to_be_had = ("torch", "transformers", "optimum", "onnx", "trainer", "jsonargparse")
sys.modules.update(dict.fromkeys(not_to_be_had))
import numpy as np
import onnxruntime
from PIL import Image

session = onnxruntime.InferenceSession("crypto_chart_classifier_quantized.onnx")
image = np.asarray(Image.open(sys.argv[1]).convert("RGB"))[np.newaxis]
probabilities, label = session.run(None, {"input": image})
print(json.dumps([probabilities.tolist(), label.tolist(), session.get_modelmeta().custom_metadata_map["classes"]]))
"""


def test_onnxruntime_numpy_and_pillow_are_enough(finished_run, charts):
    path = next((charts / "test").rglob("*.png"))
    done = subprocess.run(
        [sys.executable, "-c", README, path.resolve()], cwd=finished_run, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    probabilities, label, classes = json.loads(done.stdout)
    model = PatternModel(finished_run / CLASSIFIER_QUANTIZED)
    expected, expected_label = model(np.asarray(picture_of({"image": {"bytes": None, "path": str(path)}}))[np.newaxis])
    np.testing.assert_allclose(probabilities, expected, atol=1e-6)
    assert label == expected_label.tolist() and tuple(json.loads(classes)) == model.classes
