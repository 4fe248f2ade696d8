import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image
from safetensors.numpy import load_file

from trainer.__main__ import main
from trainer.data.charts import ChartDataset
from trainer.data.mixture import read_mixture
from trainer.data.preprocess import Preprocessor
from trainer.runs.trained_on import fingerprints


@pytest.fixture(scope="module")
def screenshots(charts, tmp_path_factory) -> Path:
    """A user's pictures: twelve of our breakouts, and twelve of a class of the user's own, which are pink."""
    directory = tmp_path_factory.mktemp("user") / "screenshots"
    for split, number in (("train", 8), ("validation", 4)):
        for name in ("breakout", "wedge"):
            (directory / split / name).mkdir(parents=True)
        ours = sorted(charts.glob("*/breakout/*.png"))
        for i in range(number):
            height = 60 + i if split == "train" else 80 + i  # so that no picture comes twice
            chart = Image.open(ours[i % len(ours)]).resize((64, height))
            chart.save(directory / split / "breakout" / f"{i}.png")
            Image.new("RGB", (80, height), (255, 0, 200 + i)).save(directory / split / "wedge" / f"{i}.jpg")
    return directory


@pytest.fixture(scope="module")
def mixed_run(charts, screenshots, finished_run, tmp_path_factory) -> Path:
    run = tmp_path_factory.mktemp("models") / "mixed"
    words = ["train", "--dataset", str(charts), "--dataset", str(screenshots), "--output", str(run)]
    words += ["--base", str(finished_run), "--bf16", "false", "--num-train-epochs", "12", "--learning-rate", "3e-3"]
    words += ["--per-device-train-batch-size", "8", "--eval-strategy", "no", "--save-strategy", "no"]
    assert main([*words, "--read-chart", "1", "--find-pivots", "1", "--load-best-model-at-end", "false"]) == 0
    return run


def test_ours_come_first_and_new_classes_last(charts, screenshots):
    mixture = read_mixture((charts, screenshots))
    assert mixture.classes == (*read_mixture((charts,)).classes, "wedge") and len(mixture.classes) == 11
    rows, labels = mixture.charts("train")
    assert len(rows) == len(labels) == 40 + 16 and labels[-16:] == [9] * 8 + [10] * 8
    assert mixture.having("validation") == [charts, screenshots] and mixture.having("test") == [charts]


def test_what_is_not_known_of_a_users_picture_is_nan(charts, screenshots):
    rows, labels = read_mixture((charts, screenshots)).charts("train")
    preprocess = Preprocessor((32, 32), (0.5,) * 3, (0.5,) * 3)
    dataset = ChartDataset(rows, labels, preprocess, grid=4, reads=True, finds_pivots=True)
    for index, known in ((0, True), (39, True), (40, False), (55, False)):
        assert np.isnan(dataset[index]["high_low"]).all() != known
        assert np.isnan(dataset[index]["pivot_map"]).any() != known


def test_a_new_class_is_learnt_beside_ours(mixed_run, charts, screenshots, finished_run):
    config = json.loads((mixed_run / "config.json").read_text())
    assert config["id2label"]["10"] == "wedge" and len(config["id2label"]) == 11
    scored = json.loads((mixed_run / "metrics.json").read_text())["evaluations"]
    found = {(entry["dataset"], entry["split"]): entry for entry in scored}
    assert found["screenshots", "validation"]["per_class"]["wedge"]["recall"] == 1.0
    assert ("charts", "test") in found and ("charts", "none") in found
    assert load_file(mixed_run / "chart_reader.safetensors")


def test_the_run_says_what_it_was_mixed_of(mixed_run, charts, screenshots):
    stored = yaml.safe_load((mixed_run / "config_resolved.yaml").read_text())["dataset"]
    parts = [read_mixture((directory,)).record() for directory in (charts, screenshots)]
    assert stored["name"] == "charts + screenshots" and stored["splits"]["train"] == 56 and stored["parts"] == parts
    assert fingerprints(stored) == [part["fingerprint"] for part in parts]
    assert fingerprints(parts[0]) == [parts[0]["fingerprint"]]
    card = (mixed_run / "README.md").read_text()
    assert "charts, 40 charts in the train split" in card and "screenshots, 16 charts in the train split" in card


def test_export_and_evaluation_take_one_of_them(mixed_run, screenshots, tmp_path, fails):
    run = shutil.copytree(mixed_run, tmp_path / "run")
    other = shutil.copytree(screenshots, tmp_path / "other")
    (other / "train" / "wedge" / "0.jpg").unlink()
    assert main(["export", str(run), "--dataset", str(screenshots)]) == 0
    assert main(["evaluate", str(run), "--dataset", str(screenshots), "--split", "validation"]) == 0
    assert "; export with the first one" in fails("export", run, "--dataset", other)


def test_a_users_pictures_alone_without_splits(screenshots, tiny, tmp_path):
    mine = tmp_path / "mine"
    for name in ("breakout", "wedge"):
        (mine / name).mkdir(parents=True)
        for i in range(30):
            Image.new("RGB", (40, 40), (i * 8, 7, 200 if name == "wedge" else 20)).save(mine / name / f"{i}.png")
    words = ["train", "--dataset", str(mine), "--output", str(tmp_path / "run"), *tiny]
    assert main([*words, "--read-chart", "0"]) == 0
    assert json.loads((tmp_path / "run" / "config.json").read_text())["id2label"] == {"0": "breakout", "1": "wedge"}


def test_bad_input(charts, own_charts, screenshots, tiny, tmp_path, fails):
    def train(*datasets) -> str:
        words = [word for dataset in datasets for word in ("--dataset", dataset)]
        return fails("train", *words, "--output", tmp_path / "run", *tiny)

    assert "two datasets are called 'charts'" in train(charts, own_charts)
    (tmp_path / "empty").mkdir()
    assert "has no manifest.json" in train(charts, tmp_path / "empty")
    assert "has its pictures in folders within folders, such as charts/" in train(charts, tmp_path)
    mine = shutil.copytree(screenshots, tmp_path / "mine")
    (mine / "train" / "wedge" / "0.jpg").write_bytes(b"x")
    assert "mine/train/wedge/0.jpg is not a picture" in train(charts, mine)
    assert "has no x, high, low; train with --read-chart 0" in train(screenshots)
    shutil.copytree(mine / "train" / "breakout", tmp_path / "one" / "train" / "breakout")
    shutil.copytree(mine / "validation" / "breakout", tmp_path / "one" / "validation" / "breakout")
    assert "one: the only class is 'breakout'; a model tells at least two apart" in train(tmp_path / "one")
    shutil.rmtree(mine / "validation")
    (mine / "train" / "wedge" / "0.jpg").unlink()
    assert "no charts in split 'validation'; add a dataset that has some" in train(mine)
    assert not (tmp_path / "run").exists()
