"""What stock libraries find on the Hub after a push, with no code of ours, and training from there."""

import json
import subprocess
import sys
from urllib.request import urlopen

import pytest
import yaml

from dataset_builder.__main__ import main as builder
from trainer.__main__ import main

STOCK = """
import json, sys
from datasets import load_dataset
from optimum.onnxruntime import ORTModelForImageClassification
from transformers import pipeline

charts = load_dataset("user/charts", revision="v1")
row = charts["test"][0]
answers = pipeline("image-classification", "user/model", top_k=10)(row["image"])
onnx = ORTModelForImageClassification.from_pretrained("user/model", subfolder="onnx", file_name="model_quantized.onnx")
json.dump({
    "splits": {split: len(rows) for split, rows in charts.items()},
    "names": charts["train"].features["label"].names,
    "label": row["label"], "id": row["id"], "size": row["image"].size,
    "none": len(load_dataset("user/charts", "none")["none"]),
    "answers": sorted(answer["label"] for answer in answers), "onnx": onnx.config.id2label["0"] if "0" in
    onnx.config.id2label else onnx.config.id2label[0],
    "ours": [name for name in sys.modules if name.split(".")[0] in ("trainer", "dataset_builder")],
}, sys.stdout)
"""


@pytest.fixture
def pushed(hub, charts, finished_run):
    """The charts and the run on the Hub."""
    assert builder(["push", str(charts), "--repo", "user/charts", "--revision", "v1"]) == 0
    assert main(["push", str(finished_run), "--repo", "user/model"]) == 0
    return hub


def test_stock_libraries_load_what_was_pushed(pushed, charts):
    done = subprocess.run([sys.executable, "-c", STOCK], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found, classes = json.loads(done.stdout), json.loads((charts / "manifest.json").read_text())["classes"]
    assert found["splits"] == {"train": 40, "validation": 10, "test": 10, "test_unseen_styles": 10}
    assert found["none"] == 10 and found["size"] == [64, 64] and found["ours"] == []
    assert found["names"] == classes and found["id"].startswith(classes[found["label"]])
    assert found["answers"] == sorted(classes) and found["onnx"] == classes[0]
    for name in ("config.json", "preprocessor_config.json", "onnx/model.onnx", "onnx/model_quantized.onnx"):
        assert urlopen(f"{pushed.endpoint}/user/model/resolve/main/{name}").status == 200, "for transformers.js"


def test_training_from_a_dataset_and_a_base_on_the_hub(pushed, tiny, fails):
    command = ["train", "--dataset", "hub:user/charts@v1", "--output", "run", *tiny]
    assert "--base user/mode cannot be loaded" in fails(*command, "--base", "user/mode")
    words = [sys.executable, "-m", "trainer", *command, "--base", "user/model"]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with open("run/config_resolved.yaml") as file:
        dataset = yaml.safe_load(file)["dataset"]
    commit = pushed.store.repo("datasets", "user/charts").resolve("v1")
    assert dataset["source"] == {"repo": "user/charts", "revision": "v1", "commit": commit}
    with open("run/README.md") as file:
        card = yaml.safe_load(file.read().split("---\n")[1])
    assert card["base_model"] == "user/model" and card["datasets"] == ["user/charts"]
