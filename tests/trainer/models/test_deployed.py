"""What a run directory, or one of its files, gives for use without torch."""

import shutil

import numpy as np
import pytest
from finder_file import write_finder, write_price_finder, write_reader

from cryptoai_common.errors import UserError
from trainer.models.deployed import Deployed
from trainer.models.pattern_model import (
    CLASSIFIER,
    CLASSIFIER_QUANTIZED,
    FINDER,
    FINDER_QUANTIZED,
    PRICE_FINDER,
    READER,
    PatternModel,
)
from trainer.serve.beside import Beside

CLASSES = ("double_top", "another")
SCREEN = np.zeros((60, 90, 3), np.uint8)


@pytest.fixture
def run(finished_run, tmp_path):
    shutil.copy(finished_run / CLASSIFIER_QUANTIZED, tmp_path)
    write_finder(tmp_path / FINDER_QUANTIZED, CLASSES)
    return tmp_path


def test_a_directory_answers_for_both_kinds_of_picture(run):
    both = Deployed(run, threads=1)
    screen, cut = both.answer(SCREEN), both.answer(SCREEN, cut=True)
    assert tuple(screen["probabilities"]) == CLASSES and len(cut["probabilities"]) == 10
    assert sum(cut["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert both.classes == (*CLASSES, *(name for name in cut["probabilities"] if name not in CLASSES))
    assert both.version == screen["model_version"] == "0.0.0+test" != cut["model_version"]


def test_what_several_need_is_opened_once(run):
    write_reader(run / READER)
    write_price_finder(run / PRICE_FINDER, PatternModel(run / CLASSIFIER_QUANTIZED).classes, "breakout", "double_top")
    model = Deployed(run, threads=1)
    assert model.cut.reader is model.finder.reader is not None
    assert model.cut.finder is Beside(model).windows.finder is model.price_finder is not None
    (run / FINDER_QUANTIZED).unlink()
    assert Deployed(run, threads=1).cut.reader is not None


@pytest.mark.parametrize("name", [FINDER_QUANTIZED, CLASSIFIER_QUANTIZED, "renamed.onnx"])
def test_a_file_answers_for_its_kind_and_a_finder_has_the_classifier_beside_it(run, name):
    if name == "renamed.onnx":
        (run / FINDER_QUANTIZED).rename(run / name)
    found = Deployed(run / name)
    assert found.classifier is not None
    assert (found.finder is not None) == (name != CLASSIFIER_QUANTIZED)


def test_the_quantized_files_are_taken_where_there_are_any(run):
    (run / CLASSIFIER_QUANTIZED).rename(run / CLASSIFIER)
    write_finder(run / FINDER, ("of the larger file",))
    found = Deployed(run)
    assert found.finder.classes == CLASSES and found.classifier is not None
    (run / FINDER_QUANTIZED).unlink()
    assert Deployed(run).finder.classes == ("of the larger file",)


def test_what_is_missing_is_named(run, tmp_path):
    (run / CLASSIFIER_QUANTIZED).unlink()
    with pytest.raises(UserError, match="which answers for cut charts"):
        Deployed(run).answer(SCREEN, cut=True)
    shutil.copy(run / FINDER_QUANTIZED, run / CLASSIFIER_QUANTIZED)
    with pytest.raises(UserError, match="is no classifier of cut charts"):
        Deployed(run)
    with pytest.raises(UserError, match="has neither"):
        (tmp_path / "empty").mkdir()
        Deployed(tmp_path / "empty")
    with pytest.raises(UserError, match="no such file"):
        Deployed(run / "none.onnx")


def test_a_classifier_alone_does_not_answer_for_screenshots(finished_run):
    with pytest.raises(UserError, match="which answers for whole screenshots"):
        Deployed(finished_run / CLASSIFIER_QUANTIZED).answer(SCREEN)
