"""The programs in docs/deployment.md run as they stand, without torch."""

from __future__ import annotations

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
PROGRAMS = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
MODEL = "models/chart-vit/crypto_pattern_model_quantized.onnx"
BLOCK = "import sys; sys.modules.update(dict.fromkeys(['torch', 'transformers', 'pandas', 'matplotlib', 'tyro']))\n"


@pytest.mark.parametrize("program", PROGRAMS, ids=["screenshot", "candles"])
def test_programs(program, tmp_path, model_file, model, png):
    assert MODEL in program
    (tmp_path / MODEL).parent.mkdir(parents=True)
    shutil.copy(model_file, tmp_path / MODEL)
    (tmp_path / "screenshot.png").write_bytes(png)
    lines = [",".join(map(str, row)) for row in make_rows(90)]
    (tmp_path / "prices.csv").write_text("\n".join(["time,open,high,low,close,volume", *lines]) + "\n")
    done = subprocess.run(
        [sys.executable, "-c", BLOCK + program],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert any(name in done.stdout for name in model.classes) and "%" in done.stdout
