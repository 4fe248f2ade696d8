import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import yaml
from command_words import train
from PIL import Image
from safetensors.numpy import load_file
from transformers import pipeline

from trainer.__main__ import main

ROOT = Path(__file__).parents[3]
FILES = {
    *("model.safetensors", "config.json", "preprocessor_config.json", "metrics.json", "README.md"),
    *("training_curves.png", "confusion_matrix.png", "predictions_visualization.png"),
    *("config_resolved.yaml", "training_log.json", "chart_reader.safetensors"),
}


def test_a_run_holds_what_the_readme_lists(finished_run):
    files = {path.name for path in finished_run.iterdir()}
    finder = {"crypto_pattern_model_quantized.onnx", "crypto_price_reader.onnx", "crypto_price_patterns.onnx"}
    classifier = {"crypto_chart_classifier.onnx", "crypto_chart_classifier_quantized.onnx"}
    assert files == FILES | {"onnx"} | classifier | finder
    for name in FILES:
        if name.endswith(".png"):
            with Image.open(finished_run / name) as picture:
                assert min(picture.size) > 400


def test_the_run_says_what_made_it(finished_run, charts):
    resolved = yaml.safe_load((finished_run / "config_resolved.yaml").read_text())
    manifest = json.loads((charts / "manifest.json").read_text())
    assert resolved["config"]["hidden_size"] == 32 and resolved["training_arguments"]["num_train_epochs"] == 8
    assert resolved["dataset"]["fingerprint"] == manifest["fingerprint"]
    assert set(resolved["versions"]) >= {"torch", "transformers", "datasets"}
    assert str(charts.parent) not in (finished_run / "config_resolved.yaml").read_text(), "a path of this machine"


def test_the_weights_are_a_plain_vit_that_stock_libraries_load(finished_run, charts):
    assert not [name for name in load_file(finished_run / "model.safetensors") if "reading" in name]
    classes = json.loads((charts / "manifest.json").read_text())["classes"]
    config = json.loads((finished_run / "config.json").read_text())
    assert config["architectures"] == ["ViTForImageClassification"]
    assert [config["id2label"][str(i)] for i in range(10)] == classes
    answers = pipeline("image-classification", model=str(finished_run), top_k=10)(Image.new("RGB", (64, 64)))
    assert {answer["label"] for answer in answers} == set(classes)


def test_a_stock_pipeline_warns_of_nothing(finished_run):
    if find_spec("torchvision"):
        pytest.skip("transformers warns of every processor but torchvision's where that is installed")
    program = f"""
from transformers import AutoImageProcessor, ViTImageProcessor, pipeline
for model in {[str(finished_run), str(ROOT / "models" / "chart-vit")]}:
    found = pipeline("image-classification", model=model).image_processor
    assert isinstance(found, ViTImageProcessor)
    assert found.to_dict() == ViTImageProcessor.from_pretrained(model).to_dict()"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "Device set to use cpu\n" * 2)


def test_both_places_of_the_image_processor_say_the_same(finished_run):
    for model in (finished_run, ROOT / "models" / "chart-vit"):
        stored = json.loads((model / "preprocessor_config.json").read_text())
        nested = stored.pop("image_processor")
        assert {**nested, "image_processor_type": "ViTImageProcessor"} == stored


def test_figures_of_every_split_that_training_did_not_use(finished_run):
    metrics = json.loads((finished_run / "metrics.json").read_text())
    assert [(e["split"], e["weights"]) for e in metrics["evaluations"]] == [
        ("validation", "model.safetensors"), ("test", "model.safetensors"), ("test_unseen_styles", "model.safetensors"),
        ("none", "model.safetensors"),
    ]  # fmt: skip
    test = metrics["evaluations"][1]
    low, high = test["accuracy_interval"]
    assert low <= test["accuracy"] <= high and test["charts"] == 10
    assert np.sum(test["confusion_matrix"]) == 10
    assert metrics["training"]["steps"] == 48 and metrics["training"]["parameters"] > 10_000


def test_a_finished_run_is_left_alone(finished_run, charts, trained, fails, capsys):
    before = {path: path.stat().st_mtime_ns for path in finished_run.rglob("*")}
    assert main(train(charts, finished_run, *trained)) == 0
    assert "nothing to do" in capsys.readouterr().out
    assert "is another run (its seed is None, not 5)" in fails(*train(charts, finished_run, *trained, "--seed", "5"))
    assert {path: path.stat().st_mtime_ns for path in finished_run.rglob("*")} == before


def test_the_same_seed_gives_the_same_weights(finished_run, charts, trained, tmp_path):
    assert main(train(charts, tmp_path / "run", *trained)) == 0
    first, second = (load_file(run / "model.safetensors") for run in (finished_run, tmp_path / "run"))
    assert all(np.array_equal(first[name], second[name]) for name in first)


def test_two_processes_train_one_run(charts, tiny, tmp_path):
    # --multi_gpu is how accelerate calls its torchrun launcher; with --cpu it starts one process only
    # (https://github.com/huggingface/accelerate/issues/2741). Without a GPU the processes talk over gloo.
    launch = ["accelerate.commands.launch", "--multi_gpu", "--num_processes", "2", "--num_machines", "1"]
    launch += ["--main_process_port", "0", "--mixed_precision", "no", "--dynamo_backend", "no", "-m", "trainer"]
    done = subprocess.run(
        [sys.executable, "-m", *launch, *train(charts, tmp_path / "run", *tiny)],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=180,  # they once waited for each other for ever
    )
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "run").iterdir()} == FILES
    metrics = json.loads((tmp_path / "run" / "metrics.json").read_text())
    assert metrics["training"]["steps"] == 3  # 40 charts in batches of twice 8
    assert done.stdout.count("charts/test:") == 1, "only one process reports"


def test_a_launcher_that_starts_too_few_processes_is_noticed(charts, tiny, tmp_path, monkeypatch, capsys):
    for name, value in {"ACCELERATE_USE_CPU": "True", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29500"}.items():
        monkeypatch.setenv(name, value)
    assert main(train(charts, tmp_path / "run", *tiny)) == 0
    assert "accelerate started one process" in capsys.readouterr().out


def test_a_frozen_backbone_stays_as_it_was(finished_run, charts, tiny, tmp_path):
    options = [*tiny, "--base", str(finished_run), "--freeze-backbone", "--learning-rate", "0.1"]
    assert main(train(charts, tmp_path / "run", *options)) == 0
    before, after = (load_file(run / "model.safetensors") for run in (finished_run, tmp_path / "run"))
    changed = {name for name in before if not np.array_equal(before[name], after[name])}
    assert changed == {"classifier.weight", "classifier.bias"}


def test_labels_alone_from_parquet_with_early_stopping(parquet_charts, tiny, changed, tmp_path):
    options = changed(tiny, read_chart="0", early_stopping_patience="1", num_train_epochs="30")
    assert main(train(parquet_charts, tmp_path / "run", *options, "--learning-rate", "1e-9")) == 0
    metrics = json.loads((tmp_path / "run" / "metrics.json").read_text())
    assert metrics["training"]["epochs"] < 30


def test_bad_input_is_one_sentence_and_leaves_nothing(charts, tiny, changed, tmp_path, fails):
    output = tmp_path / "run"
    file = tmp_path / "file"
    file.write_text("mine")
    assert "has no manifest.json" in fails(*train(tmp_path, output, *tiny))
    assert "is a file; choose a directory" in fails(*train(charts, file, *tiny))
    assert "unknown recipe" in fails(*train(charts, output, "--recipe", "vit-bse"))
    assert "do not go together" in fails(*train(charts, output, *changed(tiny, eval_strategy="no")))
    assert "did you mean 'accuracy'?" in fails(*train(charts, output, *tiny, "--metric-for-best-model", "acuracy"))
    patience = ["--early-stopping-patience", "2", "--load-best-model-at-end", "false"]
    assert "needs --load-best-model-at-end" in fails(*train(charts, output, *tiny, *patience))
    assert "cannot be loaded" in fails(*train(charts, output, *tiny, "--base", str(tmp_path / "none")))
    assert "--base is empty; name a checkpoint, or write null" in fails(*train(charts, output, *tiny, "--base", ""))
    assert "must be at least 1" in fails(*train(charts, output, *changed(tiny, patch_size="0")))
    assert not output.exists() and file.read_text() == "mine"
    assert main(train(charts, output, *tiny)) == 0, "a mistake must not stand in the way of the next try"


def test_a_spoilt_dataset_does_not_start_a_run(own_charts, tiny, tmp_path, fails):
    sorted(own_charts.glob("train/*/*.png"))[0].write_bytes(b"x")
    assert "was altered since the dataset was built" in fails(*train(own_charts, tmp_path / "run", *tiny))
    assert list(tmp_path.iterdir()) == [own_charts]
