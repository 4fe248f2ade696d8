"""The finder of whole screenshots and the reader of prices."""

import json
import subprocess
import sys

import numpy as np
import onnx
import pytest
from finder_file import write_finder, write_reader
from PIL import Image

from cryptoai_common.errors import UserError
from trainer.models.answer import Found
from trainer.models.finder import PatternFinder, PriceReader
from trainer.models.pattern_model import CLASSIFIER_QUANTIZED, FINDER, FINDER_QUANTIZED, READER, PatternModel

CLASSES = ("double_top", "bullish_flag")


@pytest.fixture
def screen() -> np.ndarray:
    """White, with a grey block from x 30 to 90 and y 20 to 50."""
    picture = np.full((80, 120, 3), 255, np.uint8)
    picture[20:50, 30:90] = 90
    return picture


def test_it_gives_names_probabilities_and_boxes(tmp_path, screen):
    finder = PatternFinder(write_finder(tmp_path / "finder.onnx", CLASSES, probability=0.75, threshold=0.5))
    assert finder.find(screen) == [Found("double_top", 0.75, (30.0, 20.0, 90.0, 50.0))]
    assert (finder.classes, finder.threshold, finder.version) == (CLASSES, 0.5, "0.0.0+test")
    assert finder.find(np.full_like(screen, 255)) == []


def test_a_threshold_may_be_given(tmp_path, screen):
    finder = PatternFinder(write_finder(tmp_path / "finder.onnx", CLASSES, probability=0.25, threshold=0.5))
    assert [len(finder.find(screen, threshold)) for threshold in (None, 0.0, 0.25, 0.3)] == [0, 1, 1, 0]


def test_the_answer_looks_below_the_threshold(tmp_path, screen):
    finder = PatternFinder(write_finder(tmp_path / "finder.onnx", CLASSES, probability=0.25, threshold=0.5))
    answer = finder.answer(screen)
    assert (answer["patterns"], answer["best_guess"], answer["score"]) == ([], "double_top", 0.25)
    assert answer["probabilities"] == {"double_top": 0.25, "bullish_flag": 0.0}
    assert answer["model_version"] == "0.0.0+test"


def test_the_reader_beside_it_tells_of_the_right_edge(tmp_path, screen):
    file = write_finder(tmp_path / FINDER_QUANTIZED, CLASSES)
    assert PatternFinder(file).answer(screen)["patterns"][0]["at_right_edge"] is None
    write_reader(tmp_path / READER)
    assert PatternFinder(file).answer(screen)["patterns"][0]["at_right_edge"] is True


def test_the_reader_gives_columns_with_their_highest_and_lowest_point(tmp_path, screen):
    screen[50:60, 40] = 0
    prices = PriceReader(write_reader(tmp_path / READER)).read(screen)
    assert prices.x.tolist() == list(range(30, 90)) and set(prices.high) == {20}
    assert prices.low[10] == 59 and set(np.delete(prices.low, 10)) == {49}
    assert [len(each) for each in PriceReader(tmp_path / READER).read(np.zeros_like(screen))] == [0, 0, 0]


def test_a_classifier_is_no_finder_and_a_finder_no_classifier(finished_run, tmp_path):
    older = tmp_path / FINDER_QUANTIZED
    older.write_bytes((finished_run / CLASSIFIER_QUANTIZED).read_bytes())
    with pytest.raises(
        UserError, match=r"classifier of cut charts, not .* version 0.13.0 .* `python -m trainer export`"
    ):
        PatternFinder(older)
    finder = write_finder(tmp_path / FINDER, CLASSES)
    with pytest.raises(UserError, match="is no classifier of cut charts"):
        PatternModel(finder)
    with pytest.raises(UserError, match="is no reader of prices"):
        PriceReader(finder)
    with pytest.raises(UserError, match="is no finder of patterns"):
        PatternFinder(write_reader(tmp_path / "reader.onnx"))


def test_a_finder_whose_threshold_cannot_be_given_is_refused(tmp_path):
    file = write_finder(tmp_path / FINDER, CLASSES)
    model = onnx.load(file)
    (fixed,) = [each for each in model.graph.input if each.name == "threshold"]
    model.graph.input.remove(fixed)
    onnx.save(model, file)
    with pytest.raises(UserError, match="and takes input\\)"):
        PatternFinder(file)


def test_a_finder_without_metadata_is_refused(tmp_path):
    file = write_finder(tmp_path / FINDER, CLASSES)
    model = onnx.load(file)
    del model.metadata_props[:]
    onnx.save(model, file)
    with pytest.raises(UserError, match="lacks the metadata"):
        PatternFinder(file)


ALONE = """
import json, sys
not_to_be_had = ("torch", "transformers", "optimum", "onnx", "trainer", "jsonargparse")
sys.modules.update(dict.fromkeys(not_to_be_had))
import numpy as np
import onnxruntime
from PIL import Image

session = onnxruntime.InferenceSession("finder.onnx")
image = np.asarray(Image.open("screen.png").convert("RGB"))[np.newaxis]
boxes, labels, probabilities = session.run(None, {"input": image})
unsure = session.run(None, {"input": image, "threshold": np.array(0, np.float32)})[0]
print(json.dumps([boxes.tolist(), labels.tolist(), len(unsure)]))
"""


def test_onnxruntime_numpy_and_pillow_are_enough(tmp_path, screen):
    write_finder(tmp_path / "finder.onnx", CLASSES, probability=0.9, threshold=0.95)
    Image.fromarray(screen).save(tmp_path / "screen.png")
    done = subprocess.run([sys.executable, "-c", ALONE], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [[], [], 1]
