"""metrics.json: one evaluation for each dataset, split and file of weights."""

import pytest

from cryptoai_common.errors import UserError
from trainer.runs.results import read_results, record_evaluation, write_results

FIRST = {"dataset": "charts", "split": "test", "weights": "model.safetensors", "accuracy": 0.5}


@pytest.mark.parametrize(
    ("change", "kept"),
    [({}, False), ({"dataset": "crops"}, True), ({"split": "none"}, True), ({"weights": "model.onnx"}, True)],
)
def test_an_evaluation_replaces_only_the_one_of_the_same_weights_on_the_same_split(tmp_path, change, kept):
    write_results(tmp_path, {"training": {"steps": 3}, "evaluations": [FIRST]})
    new = {**FIRST, "accuracy": 0.7, **change}
    record_evaluation(tmp_path, new)
    assert read_results(tmp_path) == {"training": {"steps": 3}, "evaluations": [FIRST, new] if kept else [new]}


@pytest.mark.parametrize(("content", "words"), [(None, "is not a run: it has no metrics"), ("{", "is damaged")])
def test_what_is_no_run_is_said(tmp_path, content, words):
    if content:
        (tmp_path / "metrics.json").write_text(content)
    with pytest.raises(UserError, match=words):
        read_results(tmp_path)
