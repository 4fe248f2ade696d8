"""Bounds on what one client may take: bytes, time, and requests at once; one line in the log for each request."""

from __future__ import annotations

import logging
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from running import connect, post, raw, read_all, status

from trainer.serve import limits
from trainer.serve.event import MAX_BODY
from trainer.serve.limits import SLOTS

HALF = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Type: image/png\r\nContent-Length: 100\r\n\r\n" + b"x" * 50


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


def test_one_line_a_request_is_logged(server, png, caplog):
    caplog.set_level(logging.INFO)
    post(server, png, "image/png", **{"User-Agent": "me"})
    post(server, b"x" * 20_000_000)
    post(server, b"{", path="/secret")
    assert [line.split()[0] for line in caplog.messages] == ["200", "413", "404"]
    assert all(line.split()[2] == "ms" and float(line.split()[1]) >= 0 for line in caplog.messages)
