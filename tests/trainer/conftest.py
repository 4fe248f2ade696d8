"""One small dataset and one small finished run for all tests of the trainer."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from trainer.__main__ import main

TINY = [
    *("--recipe", "scratch"),
    *("--image-size", "32", "--patch-size", "8", "--hidden-size", "32"),
    *("--num-hidden-layers", "2", "--num-attention-heads", "2"),
    *("--num-train-epochs", "1", "--per-device-train-batch-size", "8", "--bf16", "false"),
    *("--eval-strategy", "epoch", "--save-strategy", "epoch", "--logging-strategy", "epoch"),
]


def _changed(options: list[str], **values: str) -> list[str]:
    """The same options with other values, since none may be given twice."""
    flags = {f"--{name.replace('_', '-')}": value for name, value in values.items()}
    kept = [(flag, value) for flag, value in zip(options[::2], options[1::2], strict=True) if flag not in flags]
    return [word for pair in [*kept, *flags.items()] for word in pair]


# Enough training that INT8 changes no answer: a net fresh from random weights is torn between all classes.
TRAINED = _changed(TINY, num_train_epochs="8", learning_rate="3e-3")

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chromium-browser"))), None)
torch.set_num_threads(1)  # tiny nets only wait for each other's threads


def _build(directory: Path, *options: str) -> Path:
    sizes = ["--size", "60", "--validation-fraction", "0.2", "--test-fraction", "0.2", "--image-size", "64"]
    command = [sys.executable, "-m", "dataset_builder", "build", "--output", str(directory), "--workers", "1"]
    subprocess.run([*command, *sizes, *options], check=True, capture_output=True)
    return directory


@pytest.fixture(scope="session")
def charts(tmp_path_factory) -> Path:
    """60 charts of 64 pixels as PNG files, 40 of them to train on, and ten without a pattern."""
    return _build(tmp_path_factory.mktemp("data") / "charts", "--negatives", "10")


@pytest.fixture(scope="session")
def parquet_charts(tmp_path_factory) -> Path:
    """The same charts in Parquet shards."""
    return _build(tmp_path_factory.mktemp("data") / "charts", "--negatives", "10", "--format", "parquet")


@pytest.fixture(scope="session")
def screenshots(tmp_path_factory) -> Path:
    """60 whole screenshots, six of them held back from training, beside a few charts."""
    return _build(tmp_path_factory.mktemp("data") / "screens", "--screenshots", "60")


@pytest.fixture
def own_charts(charts, tmp_path) -> Path:
    """A copy to spoil."""
    return Path(shutil.copytree(charts, tmp_path / "charts"))


@pytest.fixture(scope="session")
def finished_run(charts, tmp_path_factory) -> Path:
    """A trained and exported run. Tests must not change it."""
    run = tmp_path_factory.mktemp("models") / "run"
    assert main(["train", "--dataset", str(charts), "--output", str(run), *TRAINED]) == 0
    assert main(["export", str(run), "--dataset", str(charts)]) == 0
    return run


@pytest.fixture(scope="session")
def run_without_finder(finished_run, tmp_path_factory) -> Path:
    """The same run as a version before the finder left it. Tests must not change it."""
    run = tmp_path_factory.mktemp("models") / "run"
    shutil.copytree(finished_run, run, ignore=shutil.ignore_patterns("crypto_pattern_*", "crypto_price_*"))
    return run


@pytest.fixture
def own_run(finished_run, tmp_path) -> Path:
    """A copy to spoil."""
    return Path(shutil.copytree(finished_run, tmp_path / "run"))


@pytest.fixture
def tiny() -> list[str]:
    """Options of ``train`` for a net that a test can wait for."""
    return TINY


@pytest.fixture
def changed():
    """A function that gives options other values: ``changed(tiny, patch_size="4")``."""
    return _changed


@pytest.fixture
def trained() -> list[str]:
    """The options of ``finished_run``."""
    return TRAINED


@pytest.fixture
def fails(capsys):
    """Run a command that must fail with exit code 2 and one sentence; returns the sentence."""

    def run(*argv: str | Path, code: int = 2) -> str:
        capsys.readouterr()
        assert main([str(word) for word in argv]) == code
        error = capsys.readouterr().err
        assert "Traceback" not in error
        return error.strip().splitlines()[-1]

    return run


@pytest.fixture(scope="module")
def browser():
    """A browser that Playwright drives; the test is skipped where there is none."""
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed: on Debian, apt-get install chromium")
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        launched.close()
