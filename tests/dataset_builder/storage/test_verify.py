"""What was altered, lost or added since a dataset was built is named."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from drawn_datasets import SIZE

from dataset_builder.config import BuildConfig, VerifyConfig
from dataset_builder.storage.build import build
from dataset_builder.storage.verify import verify


@pytest.fixture
def copy(built, tmp_path) -> Path:
    """A copy that a test may harm."""
    target = tmp_path / "copy"
    subprocess.run(["cp", "-r", built, target], check=True)
    return target


@pytest.mark.parametrize("harm", ["altered", "missing", "extra"])
def test_verify_names_the_picture(copy, harm):
    verify(VerifyConfig(copy))
    picture = sorted((copy / "train").rglob("*.png"))[3]
    if harm == "missing":
        picture.unlink()
    elif harm == "altered":
        picture.write_bytes(picture.read_bytes()[:-1] + b"x")
    else:
        picture = picture.with_name("stranger.png")
        picture.write_bytes(b"")
    check_verify_names(copy, f"{harm}: {picture.relative_to(copy)}")


@pytest.mark.parametrize("name", ["train/metadata.jsonl", "test/metadata.jsonl"])
def test_verify_names_the_metadata(copy, name):
    rows = (copy / name).read_text().replace('"seed":42', '"seed":43', 1)
    (copy / name).write_text(rows)
    check_verify_names(copy, f"altered: {name}")


def test_verify_names_the_shard(tmp_path):
    directory = build(BuildConfig(tmp_path / "charts", size=SIZE, workers=1, format="parquet"))
    shard = sorted((directory / "data").glob("train-*"))[1]
    content = shard.read_bytes()
    (directory / "data" / "stranger.parquet").touch()
    check_verify_names(directory, "extra: data/stranger.parquet")
    (directory / "data" / "stranger.parquet").unlink()
    shard.write_bytes(content[:1000] + b"x" + content[1001:])
    check_verify_names(directory, f"altered: data/{shard.name}")
    shard.unlink()
    check_verify_names(directory, f"missing: data/{shard.name}")


def check_verify_names(directory: Path, line: str):
    done = subprocess.run(
        [sys.executable, "-m", "dataset_builder", "verify", str(directory)], capture_output=True, text=True
    )
    assert done.returncode == 1
    assert line in done.stdout.splitlines()
    assert "Traceback" not in done.stderr
