"""The local server over HTTP: bounds on bytes, time and threads, and how it starts and stops."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from trainer.serve import connection, local
from trainer.serve.event import MAX_BODY


def post(port: int, body, content_type: str = "application/json", method: str = "POST", **headers):
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        client.request(method, "/", body, {"Content-Type": content_type, **headers})
        response = client.getresponse()
        return response.status, json.loads(response.read() or "{}")
    finally:
        client.close()


def raw(port: int, request: bytes) -> bytes:
    """All that comes back for these bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
        client.sendall(request)
        answer = b""
        while chunk := client.recv(65536):
            answer += chunk
        return answer


def test_pictures_and_candles(server, ask, png, rows):
    assert post(server, png, "image/png") == ask(png, "image/png")
    assert post(server, json.dumps({"candles": rows})) == ask({"candles": rows})


def test_bad_requests_get_the_same_answers_as_from_the_handler(server, ask):
    for body, content_type in ((b"junk", "image/png"), (b"{", "application/json"), (b"x", "text/plain")):
        answer = post(server, body, content_type)
        assert answer == ask(body, content_type) and 400 <= answer[0] < 500


def test_a_body_of_20_mb_is_refused_unread_and_the_client_told_why(server, monkeypatch):
    read, original = [], connection.Connection._read
    monkeypatch.setattr(connection.Connection, "_read", lambda *given: read.append(given) or original(*given))
    status, answer = post(server, b"x" * 20_000_000, "image/png")
    assert status == 413 and "larger than 6 MB" in answer["error"] and not read
    head = b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 20000000\r\n\r\n"
    assert raw(server, head).startswith(b"HTTP/1.1 413")  # asked first, as curl does
    assert post(server, b"x" * MAX_BODY, "text/plain")[0] == 415


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", 405),
        (b"BREW\x1b[2J / HTTP/1.1\r\n\r\n", 405),
        (b"POST / HTTP/9.9\r\n\r\n", 400),
        (b"POST / HTTP/x\r\n\r\n", 400),
        (b"\x16\x03\x01 \x00\r\n\r\n", 400),
        (b"POST /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"POST / HTTP/1.1\r\nA: " + b"a" * 70_000 + b"\r\n\r\n", 431),
        (b"POST / HTTP/1.1\r\n" + b"A: a\r\n" * 200 + b"\r\n", 431),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
        (b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: \xb2\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\n\r\n", 400),
    ],
)
def test_what_is_no_request(server, request_, status, capfd):
    head, _, body = raw(server, request_).partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode()) and set(json.loads(body)) == {"error"}
    log = capfd.readouterr().err
    assert "\x1b" not in log + head.decode() and "BREW" not in log + head.decode()


def test_a_client_that_stops_sending_or_sends_slowly(server, monkeypatch):
    monkeypatch.setattr(connection.Connection, "timeout", 0.3)
    monkeypatch.setattr(connection, "READING", 0.5)
    head = b"POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\n"
    assert raw(server, head + b"x").startswith(b"HTTP/1.1 408")
    with socket.create_connection(("127.0.0.1", server), timeout=30) as client:
        client.sendall(head)
        for _ in range(8):
            client.sendall(b"x")
            time.sleep(0.1)
        assert client.recv(65536).startswith(b"HTTP/1.1 408")
    with socket.create_connection(("127.0.0.1", server), timeout=30) as client:
        client.sendall(head + b"x")
        client.shutdown(socket.SHUT_WR)
        assert b"ended after 1 of 100 bytes" in b"".join(iter(lambda: client.recv(65536), b""))  # it comes in pieces


def test_200_requests_at_once_are_all_answered_by_a_bounded_number_of_threads(server, ask, png, rows):
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
    assert max(most) - before - 200 <= local.SLOTS


def _start(*options: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "trainer", "serve", *map(str, options)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_serves_until_it_is_told_to_stop(model_file, png, number):
    process = _start("--model", model_file, "--port", 0)
    try:
        line = process.stdout.readline()
        assert line.startswith(f"serving {model_file} on http://127.0.0.1:") and line.endswith("; Ctrl-C stops\n")
        assert post(int(line.split(":")[-1].split(";")[0]), png, "image/png")[0] == 200
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0 and out == "stopped\n"
    assert "Traceback" not in err and err.startswith("200 ")


def test_what_keeps_it_from_starting(model_file, server, tmp_path, fails):
    given = ("serve", "--model", model_file)
    assert f"127.0.0.1:{server}: the port is in use; choose another" in fails(*given, "--port", server)
    assert "cannot listen on 127.0.0.1:99999" in fails(*given, "--port", 99999)
    assert "check --host and --port" in fails(*given, "--host", "256.1.1.1")
    assert "no such file" in fails("serve", "--model", tmp_path / "none.onnx")
