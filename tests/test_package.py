"""The built package in an environment of its own: charts are drawn and the shipped model is asked, without torch.

Takes about a minute, most of it the installation. Skipped where the package index cannot be reached.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from dataset_builder import ChartPatternGenerator
from trainer.__main__ import main
from trainer.models.pattern_model import CLASSIFIER_QUANTIZED, FINDER_QUANTIZED, PRICE_FINDER, READER
from trainer.shipped import SHIPPED

ROOT = Path(__file__).parents[1]
PACKAGES = ("cryptoai_common", "dataset_builder", "trainer")
COPIED = (*PACKAGES, "tests", "docs", "models/chart-vit")  # what a checkout has, without what lies in it besides
UNREACHABLE = ("Connection", "Temporary failure in name resolution", "timed out", "ProxyError")  # in what pip says
LONGEST = 600  # seconds that building or installing may take


def run(words: list[str | Path], directory: Path) -> subprocess.CompletedProcess[str]:
    """A command in an environment without PYTHONPATH, so that only what is installed is found."""
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        list(map(str, words)),
        cwd=directory,
        env=clean,
        capture_output=True,
        text=True,
        timeout=LONGEST,
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """The directory that ``python -m build`` fills: the source distribution, and the wheel that is built from it."""
    source = tmp_path_factory.mktemp("source")
    for name in COPIED:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copy(path, source)
    done = run([sys.executable, "-m", "build", "--no-isolation"], source)
    assert done.returncode == 0, done.stdout + done.stderr
    return source / "dist"


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory) -> Path:
    """The programs of a new environment with the wheel and its core dependencies, as pinned."""
    environment = tmp_path_factory.mktemp("environment")
    (wheel,) = built.glob("*.whl")
    run([sys.executable, "-m", "venv", "--without-pip", environment], ROOT)
    programs = environment / ("Scripts" if os.name == "nt" else "bin")
    pip = [sys.executable, "-m", "pip", "--python", programs / "python"]
    options = ["--no-compile", "--quiet", "--retries", "1", "--constraint", ROOT / "constraints.txt"]
    done = run([*pip, "install", *options, wheel], environment)
    if done.returncode and any(reason in done.stderr for reason in UNREACHABLE):
        pytest.skip(f"the package index cannot be reached: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stderr
    return programs


def test_the_wheel_holds_packages_recipes_types_and_the_model_and_nothing_else(built):
    (wheel,) = built.glob("*.whl")
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    expected = {path.relative_to(ROOT).as_posix() for name in PACKAGES for path in (ROOT / name).rglob("*.py")}
    recipes = [*ROOT.glob("*/recipes/*.yaml"), *ROOT.glob("*/py.typed"), *ROOT.glob("trainer/*/page/*")]
    expected |= {path.relative_to(ROOT).as_posix() for path in recipes}
    model = {
        name.rpartition("/")[2] for name in names - expected if name.startswith("trainer/shipped_models/chart-vit/")
    }
    assert {name for name in names - expected if not name.startswith("trainer/shipped_models/chart-vit/")} == set()
    assert expected <= names
    finding = {name for name in map(str, (FINDER_QUANTIZED, READER, PRICE_FINDER)) if (ROOT / SHIPPED / name).is_file()}
    assert model == finding | {
        "config.json",
        "preprocessor_config.json",
        "model.safetensors",
        "chart_reader.safetensors",
        "crypto_chart_classifier_quantized.onnx",
    }


def test_the_source_distribution_holds_what_it_takes_to_test_and_to_read(built):
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as file:
        names = {name.partition("/")[2] for name in file.getnames()}
    for name in (
        "setup.py",
        "Makefile",
        "constraints.txt",
        "CHANGELOG.md",
        "LICENSE",
        str(SHIPPED / CLASSIFIER_QUANTIZED),
    ):
        assert name in names
    for folder in ("tests", "docs"):
        tracked = (path for path in (ROOT / folder).rglob("*.*") if path.suffix in (".py", ".md", ".mjs"))
        wanted = {path.relative_to(ROOT).as_posix() for path in tracked if "node_modules" not in path.parts}
        assert wanted <= names


def test_an_installed_package_predicts_as_the_checkout_does(installed, tmp_path, capsys):
    picture = tmp_path / "picture.png"
    ChartPatternGenerator(seed=5).generate_double_top().save(picture)
    done = run([installed / "cryptoai-vision", "predict", "--cut", "--json", "picture.png"], tmp_path)
    assert done.returncode == 0, done.stderr
    capsys.readouterr()
    assert (
        main(["predict", "--cut", "--json", "--model", str(ROOT / SHIPPED / CLASSIFIER_QUANTIZED), str(picture)]) == 0
    )
    ours = json.loads(capsys.readouterr().out)
    assert json.loads(done.stdout) | {"file": ours["file"]} == ours


def test_an_installed_package_scans_a_file_of_candles(installed, tmp_path):
    close = 100 + np.cumsum(np.random.default_rng(1).normal(size=120))
    rows = [f"{1_700_000_000 + 3600 * i},{c},{c + 1},{c - 1},{c}\n" for i, c in enumerate(close)]
    (tmp_path / "prices.csv").write_text("time,open,high,low,close\n" + "".join(rows))
    scanned = run(
        [installed / "cryptoai-vision", "scan", "prices.csv", "--output", "found", "--window", "60"], tmp_path
    )
    assert scanned.returncode == 0, scanned.stderr
    assert json.loads((tmp_path / "found/hits.json").read_text())["candles"] == 120
    assert {path.name for path in (tmp_path / "found").iterdir()} == {"hits.csv", "hits.json", "report.html"}


def test_training_asks_for_its_extra_and_would_find_the_base(installed, tmp_path):
    done = run([installed / "cryptoai-vision", "train", "--dataset", "data", "--output", "run"], tmp_path)
    assert done.returncode == 2
    assert done.stderr.strip().endswith("pip install 'cryptoai-vision[train]'")
    program = "from trainer.shipped import *; print(find_shipped(SHIPPED)); import trainer.training"
    base = run([installed / "python", "-c", program], tmp_path)
    assert Path(base.stdout.strip(), "model.safetensors").is_file()
    assert Path(base.stdout.strip()).is_relative_to(installed.parent)


def test_neither_torch_nor_the_training_libraries_are_installed(installed, tmp_path):
    program = "import importlib.metadata as m; print(*{d.metadata['Name'].lower() for d in m.distributions()})"
    names = set(run([installed / "python", "-c", program], tmp_path).stdout.split())
    assert {"cryptoai-vision", "numpy", "onnxruntime"} <= names
    assert not names & {"torch", "transformers", "datasets", "scikit-learn", "scipy", "onnx"}
