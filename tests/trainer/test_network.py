"""No command, and not the Lambda handler, looks a name up, connects to anything, or leaves something in HOME.

Telemetry would come from native code, so it is looked for in what the kernel was asked (strace), not in Python. A
program that imports onnxruntime with its telemetry on shows that both would be seen.
"""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from events import make_event, make_rows

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "models" / "chart-vit"
FILE = MODEL / "crypto_chart_classifier_quantized.onnx"
STRACE = shutil.which("strace")
SECONDS = 12  # telemetry is first sent some 5 seconds after the start
# An address that is no local one: another port of this machine is the server's own client.
OUTSIDE = re.compile(r'(connect|sendto|sendmsg|sendmmsg)\(.*sin6?_addr.*"(?!127\.|::1"|::ffff:127\.)')
LOOK_UP = re.compile(r"sin6?_port=htons\(53\)")
TELEMETRY_ON = f"""
import onnxruntime, time
session = onnxruntime.InferenceSession({str(FILE)!r}, providers=["CPUExecutionProvider"])
time.sleep({SECONDS})
"""
HANDLER = """
import json, sys
from trainer.serve.handler import handler
print(handler(json.loads(sys.stdin.read()), None)["statusCode"])
"""


@pytest.fixture
def place(tmp_path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path


def _environment(place: Path, **more: str) -> dict[str, str]:
    """A user's with an empty HOME and nothing else set; caches whose place can be chosen are elsewhere."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(place / "home"),
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HF_HOME": str(place / "hf"),
        "MPLCONFIGDIR": str(place / "mpl"),
        **more,
    }


def _traced(place: Path, *command: str) -> list[str]:
    """The command, watched if that can be done."""
    if STRACE is None:
        return list(command)
    return [
        STRACE,
        "-f",
        "--seccomp-bpf",  # only the calls below stop the command: training is ten times as fast
        "-qq",
        "-s",
        "200",
        "-e",
        "trace=connect,sendto,sendmsg,sendmmsg",
        "-o",
        str(place / "calls"),
        *command,
    ]


def _outside(place: Path) -> list[str]:
    """What was asked of the network beyond this machine; a name server on this machine is beyond it too."""
    if STRACE is None:
        return []
    return [line for line in (place / "calls").read_text().splitlines() if OUTSIDE.search(line) or LOOK_UP.search(line)]


def _left(place: Path) -> list[str]:
    return sorted(path.relative_to(place / "home").as_posix() for path in (place / "home").rglob("*"))


def _run(place: Path, *command: str | Path, text: str | None = None, **environment: str) -> str:
    words = _traced(place, sys.executable, *map(str, command))
    done = subprocess.run(
        words, cwd=place, env=_environment(place, **environment), input=text, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert (_left(place), _outside(place)) == ([], [])
    return done.stdout


@pytest.fixture
def picture(place) -> Path:
    from dataset_builder.charts.render import render_candles

    render_candles([row[1:5] for row in make_rows(60)]).save(place / "chart.png")
    return place / "chart.png"


def test_what_is_looked_for_would_be_seen(place):
    command = _traced(place, sys.executable, "-c", TELEMETRY_ON)
    subprocess.run(command, env=_environment(place, ORT_DISABLE_TELEMETRY="0"), check=True, capture_output=True)
    if not _left(place):
        pytest.skip("this build of onnxruntime has no telemetry")
    assert any("deviceid" in name for name in _left(place))
    if STRACE:
        assert [line for line in _outside(place) if LOOK_UP.search(line)]


def test_predict(place, picture):
    assert "%" in _run(place, "-m", "trainer", "predict", "--cut", picture, "--model", MODEL)


def test_render_and_scan(place):
    rows = [",".join(map(str, row)) for row in make_rows(120)]
    (place / "prices.csv").write_text("\n".join(["timestamp,open,high,low,close,volume", *rows]))
    _run(place, "-m", "dataset_builder", "render", "prices.csv", "--window", "60", "--output", "windows")
    words = ["prices.csv", "--window", "60", "--model", MODEL, "--output", "scan"]
    assert "hits in" in _run(place, "-m", "trainer", "scan", *words)


def test_export_and_evaluate(place, own_run, charts):
    out = _run(place, "-m", "trainer", "export", own_run.resolve(), "--dataset", charts.resolve())
    assert "crypto_chart_classifier_quantized.onnx" in out
    words = [own_run.resolve(), "--onnx", own_run.resolve() / "onnx" / "model_quantized.onnx"]
    assert "accuracy" in _run(place, "-m", "trainer", "evaluate", *words, "--dataset", charts.resolve())


def test_train(place, charts, changed, tiny):
    words = changed(tiny, eval_strategy="no", save_strategy="no")
    assert "model.safetensors" in _run(place, "-m", "trainer", "train", "--dataset", charts, "--output", "run", *words)


def test_on_screenshots(place, picture, screenshots):
    _run(place, "-m", "trainer", "predict", picture, "--picture", "found.png", "--model", MODEL)
    _run(place, "-m", "trainer", "explain", picture, "--model", MODEL)
    for part in ("reader", "spans"):
        words = ["--dataset", screenshots, "--output", part, "--recipe", f"finder-{part}", "--max-steps", "1"]
        _run(place, "-m", "trainer", "train-finder", "--part", part, "--base", MODEL, *words)
    run = shutil.copytree(MODEL, place / "model")  # the scores are written into it
    assert "screenshots" in _run(place, "-m", "trainer", "evaluate", run, "--boxes", screenshots)


def test_the_handler(place, picture):
    event = make_event(picture.read_bytes(), "image/png", queryStringParameters={"cut": "1"})
    assert event["isBase64Encoded"] and base64.b64decode(event["body"])
    assert _run(place, "-c", HANDLER, text=json.dumps(event), MODEL_DIRECTORY=str(FILE)) == "200\n"


def test_serve(place, picture):
    words = ["-u", "-m", "trainer", "serve", "--model", str(FILE), "--port", "0"]
    command, began = _traced(place, sys.executable, *words), time.monotonic()
    with subprocess.Popen(
        command, cwd=place, env=_environment(place), stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            address = re.search(r"http://\S+?(?=;)", process.stdout.readline())[0]
            request = urllib.request.Request(f"{address}/?cut=1", picture.read_bytes(), {"Content-Type": "image/png"})
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
                assert answer.status == 200
            time.sleep(max(0.0, SECONDS - (time.monotonic() - began)))
        finally:
            os.killpg(process.pid, signal.SIGTERM)
        process.communicate(timeout=60)
    assert (_left(place), _outside(place)) == ([], [])
