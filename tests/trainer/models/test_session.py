import threading

import pytest

from trainer.models.session import at_once


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
