"""The programs in docs/deployment.md run as they stand, without torch, and its requests are answered."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from events import make_rows

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/deployment.md").read_text(encoding="utf-8")
PROGRAMS, COMMANDS = (
    re.findall(rf"^```{kind}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE) for kind in ("python", "bash")
)
MODEL = "models/chart-vit"
BLOCK = (
    "import sys; sys.modules.update(dict.fromkeys(['torch', 'transformers', 'pandas', 'matplotlib', 'jsonargparse']))\n"
)


@pytest.fixture
def desk(tmp_path, png) -> Path:
    """A directory with what the page asks its reader for."""
    (tmp_path / "screenshot.png").write_bytes(png)
    (tmp_path / "chart.png").write_bytes(png)
    lines = [",".join(map(str, row)) for row in make_rows(90)]
    (tmp_path / "prices.csv").write_text("\n".join(["time,open,high,low,close,volume", *lines]) + "\n")
    return tmp_path


@pytest.mark.parametrize("program", PROGRAMS, ids=["screenshot", "cut", "candles"])
def test_programs(program, desk, model_directory, model):
    assert f"{MODEL}/crypto_" in program
    shutil.copytree(model_directory, desk / MODEL)
    done = subprocess.run(
        [sys.executable, "-c", BLOCK + program],
        cwd=desk,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert any(name in done.stdout for name in model.classes) and "%" in done.stdout


@pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")
def test_requests(desk, server):
    (commands,) = [block for block in COMMANDS if "@candles.json" in block]
    script = commands.replace("127.0.0.1:8000", f"127.0.0.1:{server}")
    done = subprocess.run(["bash", "-euc", script], cwd=desk, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    picture, cut, candles = map(json.loads, done.stdout.replace("}{", "}\n{").splitlines())
    assert picture["model_version"] != cut["model_version"] == candles["model_version"]
    assert picture["probabilities"].keys() == cut["probabilities"].keys() == candles["probabilities"].keys()
    assert candles["candles"] == 60
