import threading

import onnx
import pytest
from onnx import TensorProto, helper

from cryptoai_common.errors import UserError
from trainer.models.session import at_once, open_session


def test_answers_come_in_the_order_of_the_questions_from_several_threads(monkeypatch):
    monkeypatch.setattr("trainer.models.session.usable_cores", lambda: 2)
    both = threading.Barrier(2, timeout=30)  # passed only if two questions are being answered

    def answer(question: int) -> tuple[int, int]:
        if question < 2:
            both.wait()
        return question, threading.get_ident()

    answers = list(at_once(answer, range(100)))
    assert [question for question, _ in answers] == list(range(100))
    assert len({thread for _, thread in answers}) == 2


def test_one_question_starts_no_thread():
    assert list(at_once(lambda _: threading.get_ident(), [0])) == [threading.get_ident()]


def test_no_questions_no_answers():
    assert list(at_once(str, [])) == []


def test_what_an_answer_raises_is_raised():
    with pytest.raises(ZeroDivisionError):
        list(at_once(lambda question: 1 / question, [2, 1, 0, 1]))


@pytest.mark.parametrize("count", [1, 2, 33, 64, 65, 200])
def test_no_question_is_left_out(monkeypatch, count):
    monkeypatch.setattr("trainer.models.session.usable_cores", lambda: 2)
    assert list(at_once(int, range(count))) == list(range(count))


@pytest.mark.parametrize("inputs", [["pictures"], ["input", "mask"], ["mask", "input"]])
def test_a_file_with_other_inputs_is_refused(tmp_path, inputs):
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in (*inputs, "output")]
    nodes = [helper.make_node("Sum", inputs, ["output"])]
    graph = helper.make_graph(nodes, "sum", values[:-1], values[-1:])
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), tmp_path / "sum.onnx"
    )
    with pytest.raises(UserError, match=f"takes {', '.join(inputs)}; it must take input, as"):
        open_session(tmp_path / "sum.onnx", "input")
    if len(inputs) == 1:
        assert open_session(tmp_path / "sum.onnx", inputs[0]).get_outputs()[0].name == "output"


def test_a_file_that_is_missing_or_no_network_is_refused(tmp_path):
    with pytest.raises(UserError, match="no such file; make it with"):
        open_session(tmp_path / "none.onnx", "input")
    (tmp_path / "text.onnx").write_text("text")
    with pytest.raises(UserError, match="is not an ONNX file that onnxruntime can run"):
        open_session(tmp_path / "text.onnx", "input")
