"""How the server starts and stops."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
import time

import pytest
from finder_file import write_finder
from PIL import Image
from running import post, read_all

from trainer.models.pattern_model import CLASSIFIER_QUANTIZED, FINDER_QUANTIZED


@pytest.fixture
def model_file(finished_run, tmp_path):
    """A finder with a classifier beside it."""
    shutil.copy(finished_run / CLASSIFIER_QUANTIZED, tmp_path)
    return write_finder(tmp_path / FINDER_QUANTIZED, ("double_top",))


@pytest.fixture
def png(tmp_path) -> bytes:
    Image.effect_noise((90, 70), 60).save(tmp_path / "noise.png")
    return (tmp_path / "noise.png").read_bytes()


def _start(*options: object) -> subprocess.Popen:
    command = [sys.executable, "-m", "trainer", "serve", *map(str, options)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_stop_and_finishes_what_was_begun(model_file, png, number):
    process = _start("--model", model_file, "--port", 0)
    try:
        line = process.stdout.readline()
        assert line.startswith(f"serving {model_file} on http://127.0.0.1:") and line.endswith("; Ctrl-C stops\n")
        port = int(line.split(":")[-1].split(";")[0])
        whole, cut = post(port, png, "image/png"), post(port, png, "image/png", path="/?cut=1")
        assert [whole[0], cut[0]] == [200, 200] and whole[1]["model_version"] != cut[1]["model_version"]
        with (
            socket.create_connection(("127.0.0.1", port), timeout=30),  # says nothing, and holds up nothing
            socket.create_connection(("127.0.0.1", port), timeout=30) as begun,
        ):
            begun.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Type: image/png\r\n")
            begun.sendall(b"Content-Length: %d\r\n\r\n%s" % (len(png), png[:100]))
            time.sleep(0.5)
            process.send_signal(number)
            time.sleep(0.5)
            begun.sendall(png[100:])
            assert read_all(begun).startswith(b"HTTP/1.1 200 ")
            out, err = process.communicate(timeout=8)
    finally:
        process.kill()
    assert process.returncode == 0 and out == "stopped\n"
    assert [line.split()[0] for line in err.splitlines()] == ["200"] * 3


def test_what_keeps_it_from_starting(model_file, tmp_path, fails):
    given = ("serve", "--model", model_file)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"127.0.0.1:{port}: the port is in use; choose another" in fails(*given, "--port", port)
    assert "cannot listen on 127.0.0.1:99999" in fails(*given, "--port", 99999)
    assert "check --host and --port" in fails(*given, "--host", "256.1.1.1")
    assert "no such file" in fails("serve", "--model", tmp_path / "none.onnx")
    (tmp_path / "empty").mkdir()
    assert "has neither" in fails("serve", "--model", tmp_path / "empty")
