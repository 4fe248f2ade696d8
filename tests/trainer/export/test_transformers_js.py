import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from trainer.data.picture import open_rgb
from trainer.models.classifier import QUANTIZED, OnnxClassifier, softmax

NODE = Path(__file__).parents[2] / "node"
pytestmark = [
    pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed"),
    pytest.mark.skipif(not (NODE / "node_modules/@huggingface/transformers").is_dir(), reason="make setup-node first"),
]


def test_transformers_js_answers_as_python_does(finished_run, charts):
    picture = next((charts / "test").rglob("*.png")).resolve()
    done = subprocess.run(
        ["node", NODE / "classify.mjs", finished_run.resolve(), picture], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    found = {answer["label"]: answer["score"] for answer in json.loads(done.stdout)}
    classifier = OnnxClassifier(finished_run, finished_run / QUANTIZED)
    logits = classifier.logits(classifier.preprocess(open_rgb(picture))[np.newaxis])
    expected = dict(zip(classifier.classes, softmax(logits)[0].tolist(), strict=True))
    assert max(found, key=found.__getitem__) == max(expected, key=expected.__getitem__)
    assert found == pytest.approx(expected, abs=0.1)  # another library resizes the picture there
