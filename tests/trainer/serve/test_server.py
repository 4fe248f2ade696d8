"""The HTTP server: the same answers as the handler's, and bounds on bytes, time, and requests at once."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from running import post, raw, read_all, running

from trainer.models.deployed import Deployed
from trainer.serve import app, limits
from trainer.serve.event import MAX_BODY
from trainer.serve.limits import SLOTS

HALF = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Type: image/png\r\nContent-Length: 100\r\n\r\n" + b"x" * 50


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=30)


def status(answer: bytes) -> int:
    return int(answer.split()[1])


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


def test_a_body_of_20_mb_is_refused_unread_and_the_client_told_why(server):
    code, answer = post(server, b"x" * 20_000_000, "image/png")
    assert code == 413 and "larger than 6 MB" in answer["error"]
    head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % (MAX_BODY + 1)
    with connect(server) as client:  # answered before the body is sent
        client.sendall(head)
        assert status(client.recv(65536)) == 413
    started = time.monotonic()
    with connect(server) as client:  # asked first, as curl does; nothing more is coming, and is not waited for
        client.sendall(head.replace(b"Host: a", b"Host: a\r\nExpect: 100-continue"))
        assert status(read_all(client)) == 413
    assert time.monotonic() - started < limits.SILENCE / 2
    assert post(server, b"x" * MAX_BODY, "text/plain")[0] == 415


def test_a_body_is_asked_for_where_the_client_waits(server):
    head = HALF.replace(b"Host: a", b"Host: a\r\nExpect: 100-continue")
    with connect(server) as client:
        client.sendall(head[:-50])
        assert status(client.recv(65536)) == 100
        client.sendall(b"x" * 100)
        assert status(read_all(client)) == 422


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


def test_a_client_that_sends_no_request_is_cut_off(server, monkeypatch):
    monkeypatch.setattr(limits, "SILENCE", 0.5)
    started = time.monotonic()
    assert raw(server, b"") == b""
    assert raw(server, b"POST / HT") == b""
    assert 1 <= time.monotonic() - started < 20
    with connect(server) as client:  # one byte after the other does not help
        for byte in b"POST / HTTP/1.1\r\nHost: a\r\n" * 5:
            try:
                client.sendall(bytes([byte]))
            except OSError:
                break
            time.sleep(0.02)
        else:
            pytest.fail("the connection was kept")


def test_a_client_that_stops_sending_or_sends_slowly(server, monkeypatch):
    monkeypatch.setattr(limits, "SILENCE", 0.3)
    started = time.monotonic()
    assert status(raw(server, HALF)) == 408
    assert time.monotonic() - started < 10
    monkeypatch.setattr(limits, "SILENCE", 20)
    monkeypatch.setattr(limits, "READING", 0.5)
    started = time.monotonic()
    with connect(server) as client:
        client.sendall(HALF)
        for _ in range(8):
            client.sendall(b"x")
            time.sleep(0.1)
        assert status(client.recv(65536)) == 408
    assert time.monotonic() - started < 10


def test_the_times_are_those_that_the_page_states():
    assert (limits.SILENCE, limits.READING, SLOTS) == (10, 30, 32)


def test_clients_that_hang_up_leave_nothing_behind(server, png, caplog):
    caplog.set_level(logging.INFO)
    for sent in (b"", b"POST", HALF, HALF.replace(b": 100", b": 99000000")):
        with connect(server) as client:
            client.sendall(sent)
    with connect(server) as client:  # the whole request, but nobody waits for the answer
        client.sendall(HALF + b"x" * 50)
    assert post(server, png, "image/png")[0] == 200
    assert {record.levelname for record in caplog.records} == {"INFO"}


def test_32_bodies_are_read_at_once_and_the_next_waits_its_turn(server, png):
    clients = [connect(server) for _ in range(SLOTS)]
    for client in clients:
        client.sendall(HALF)
    time.sleep(0.3)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(post, server, png, "image/png")
        time.sleep(0.5)
        assert not waiting.done()
        assert post(server, None, method="GET", path="/health")[0] == 200  # what reads no body does not wait
        assert not waiting.done()
        clients[7].sendall(b"x" * 50)
        assert status(read_all(clients[7])) == 422
        assert waiting.result(timeout=20)[0] == 200
    for client in clients:
        client.close()


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


def test_one_line_a_request_is_logged(server, png, caplog):
    caplog.set_level(logging.INFO)
    post(server, png, "image/png", **{"User-Agent": "me"})
    post(server, b"x" * 20_000_000)
    post(server, b"{", path="/secret")
    assert [line.split()[0] for line in caplog.messages] == ["200", "413", "404"]
    assert all(line.split()[2] == "ms" and float(line.split()[1]) >= 0 for line in caplog.messages)


def test_our_own_fault_is_answered_in_json_and_logged_on_one_line(model, png, monkeypatch, caplog):
    def fail(_):
        raise RuntimeError("evil\n\x1b[2J")

    monkeypatch.setattr(app, "read_body", fail)
    with running(model) as port:
        code, answer = post(port, png, "image/png")
    assert code == 500 and answer == {"error": "the server failed; nothing is known to be wrong with the request"}
    (message,) = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert "\n" not in message and "\x1b" not in message and "RuntimeError" in json.loads(message)["error"]
