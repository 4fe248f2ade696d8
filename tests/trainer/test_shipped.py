"""The model that comes with the project is found whatever the working directory, and nothing else is looked for."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from dataset_builder import ChartPatternGenerator
from trainer import shipped
from trainer.__main__ import main
from trainer.models.pattern_model import CLASSIFIER_QUANTIZED
from trainer.shipped import SHIPPED, find_shipped

ROOT = Path(__file__).parents[2]
words = some.text(alphabet="abcdefgh-_.", min_size=1, max_size=8)


@pytest.fixture
def elsewhere(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_model_is_found_from_any_directory(elsewhere):
    assert find_shipped("models/chart-vit") == ROOT / "models/chart-vit"
    assert find_shipped(SHIPPED / CLASSIFIER_QUANTIZED) == ROOT / SHIPPED / CLASSIFIER_QUANTIZED
    assert find_shipped(f"./{SHIPPED}/config.json") == ROOT / "models/chart-vit/config.json"


def test_a_model_in_the_working_directory_goes_first(elsewhere):
    (elsewhere / SHIPPED).mkdir(parents=True)
    assert find_shipped(SHIPPED) == SHIPPED


def test_what_a_wheel_brought_goes_before_a_checkout(elsewhere, monkeypatch):
    monkeypatch.setattr(shipped, "IN_WHEEL", elsewhere / "wheel")
    (elsewhere / "wheel/chart-vit").mkdir(parents=True)
    assert find_shipped(SHIPPED) == elsewhere / "wheel/chart-vit"


def test_a_file_that_did_not_come_along_keeps_its_name(elsewhere):
    assert find_shipped(SHIPPED / "nothing.onnx") == SHIPPED / "nothing.onnx"


@pytest.mark.parametrize("name", ["models/README.md", "README.md", "docs", "models", "models/chart-vit-2"])
def test_other_files_of_the_checkout_are_not_found_from_elsewhere(elsewhere, name):
    assert find_shipped(name) == Path(name)


@given(words, words)
def test_a_name_on_the_hub_stays_as_it_is(user, name):
    if user not in (".", "models"):
        assert find_shipped(f"{user}/{name}") == Path(user, name)


def test_predict_asks_the_shipped_model_unless_told_otherwise(elsewhere, capsys):
    ChartPatternGenerator(seed=2).generate_breakout().save("chart.png")
    answers = []
    for model in ([], ["--model", str(ROOT / SHIPPED / CLASSIFIER_QUANTIZED)]):
        capsys.readouterr()
        assert main(["predict", "--cut", "--json", *model, "chart.png"]) == 0
        answers.append(json.loads(capsys.readouterr().out))
    assert answers[0] == answers[1]
