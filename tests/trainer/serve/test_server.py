"""The HTTP server: the same answers as the handler's, one at a time, and a sentence for what is no request."""

from __future__ import annotations

import json
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from running import post, raw, running, status

from trainer.models.deployed import Deployed
from trainer.serve import app, limits


def test_pictures_and_candles(server, ask, png, rows):
    assert post(server, png, "image/png") == ask(png, "image/png")
    assert post(server, json.dumps({"candles": rows})) == ask({"candles": rows})


def test_bad_requests_get_the_same_answers_as_from_the_handler(server, ask):
    for body, content_type in ((b"junk", "image/png"), (b"{", "application/json"), (b"x", "text/plain"), (b"", "a/b")):
        answer = post(server, body, content_type)
        assert answer == ask(body, content_type) and 400 <= answer[0] < 500


def test_health(server, model):
    assert post(server, None, method="GET", path="/health") == (
        200,
        {"status": "ok", "model_version": model.version},
    )


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "BREW"])
def test_other_methods_are_told_which_is_answered(server, method):
    head, _, body = raw(server, f"{method} / HTTP/1.1\r\nHost: a\r\n\r\n".encode()).partition(b"\r\n\r\n")
    assert status(head) == 405 and b"\r\nallow: GET, HEAD, POST\r\n" in head
    assert json.loads(body)["error"].startswith("only GET, HEAD, POST is answered here; POST")


def test_who_looks_gets_the_page_and_who_sends_an_answer(server, png):
    page = raw(server, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert status(page) == 200 and b"content-type: text/html" in page and b"<!doctype html>" in page
    head = raw(server, b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert status(head) == 200 and head.endswith(b"\r\n\r\n")
    assert post(server, png, "image/png", path="/predict") == post(server, png, "image/png")


def test_an_unknown_address_is_told_the_known_one(server):
    for path in ("/classify", "/health/"):
        code, answer = post(server, b"x", path=path)
        assert code == 404 and answer["error"].startswith("nothing has this address; POST a picture")


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (b"BR\x1b[2JEW / HTTP/1.1\r\n\r\n", 400),
        (b"POST / HTTP/9.9\r\n\r\n", 400),
        (b"POST / HTTP/x\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\n\r\n", 400),
        (b"\x16\x03\x01 \x00\r\n\r\n", 400),
        (b"POST /" + b"BREW" * 70_000 + b" HTTP/1.1\r\n\r\n", 431),
        (b"POST / HTTP/1.1\r\nA: " + b"BREW" * 70_000 + b"\r\n\r\n", 431),
        (b"POST / HTTP/1.1\r\n" + b"A: BREW\r\n" * 20_000 + b"\r\n", 431),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nBREW\r\n\r\n", 411),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: BREW\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \xb2\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + b"9" * 20 + b"\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", 400),
    ],
)
def test_what_is_no_request(server, request_, code, caplog, monkeypatch):
    monkeypatch.setattr(limits, "SILENCE", 0.3)
    caplog.set_level(logging.INFO)
    head, _, body = raw(server, request_).partition(b"\r\n\r\n")
    assert status(head) == code and b"application/json" in head and set(json.loads(body)) == {"error"}
    assert not [word for word in ("BREW", "\x1b", "\\x1b") if word in caplog.text]
    assert "BREW" not in (head + body).decode()
    assert [r.getMessage().split()[0] for r in caplog.records if r.name.startswith("trainer")] == [str(code)]
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_the_model_answers_one_request_at_a_time_and_holds_up_nothing_else(server, model, png, monkeypatch):
    inside, most, go_on = [], [], threading.Event()

    def slow(*given):
        inside.append(None)
        most.append(len(inside))
        assert go_on.wait(60)
        time.sleep(0.02)
        inside.pop()
        return answer(*given)

    answer = Deployed.answer
    monkeypatch.setattr(Deployed, "answer", slow)
    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(post, server, png, "image/png") for _ in range(8)]
        while not inside:
            time.sleep(0.01)
        assert post(server, None, method="GET", path="/health")[0] == 200
        go_on.set()
        assert [each.result(60)[0] for each in answers] == [200] * 8
    assert most == [1] * 8


def test_200_requests_at_once_are_all_answered_by_two_threads(server, ask, png, rows):
    bodies = [(png, "image/png"), (json.dumps({"candles": rows}).encode(), "application/json"), (b"junk", "image/png")]
    expected = [ask(*body) for body in bodies]
    started, most, before = threading.Barrier(200, timeout=60), [], threading.active_count()

    def one(number: int):
        started.wait()
        answer = post(server, *bodies[number % 3])
        most.append(threading.active_count())
        return answer

    with ThreadPoolExecutor(200) as pool:
        answers = list(pool.map(one, range(200), timeout=240))
    assert answers == [expected[number % 3] for number in range(200)]
    assert max(most) - before - 200 <= 1  # the loop's thread is in ``before``; the model's is new


def test_our_own_fault_is_answered_in_json_and_logged_on_one_line(model, png, monkeypatch, caplog):
    def fail(_):
        raise RuntimeError("evil\n\x1b[2J")

    monkeypatch.setattr(app, "read_body", fail)
    with running(model) as port:
        code, answer = post(port, png, "image/png")
    assert code == 500 and answer == {"error": "the server failed; nothing is known to be wrong with the request"}
    (message,) = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert "\n" not in message and "\x1b" not in message and "RuntimeError" in json.loads(message)["error"]
