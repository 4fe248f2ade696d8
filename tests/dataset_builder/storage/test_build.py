"""Building a dataset: the same bytes whoever draws, and nothing lost whatever happens."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from datasets import ClassLabel, load_dataset
from drawn_datasets import SIZE, content
from PIL import Image

from cryptoai_common.dataset import read_manifest, read_rows
from cryptoai_common.errors import UserError
from dataset_builder.config import BuildConfig, VerifyConfig
from dataset_builder.drawing.not_a_chart import KINDS
from dataset_builder.patterns import CLASSES
from dataset_builder.storage.build import build
from dataset_builder.storage.verify import verify

PLAIN = {"found": 0.0, "screens": 0.0}  # charts that are drawn faster, where the test is about something else
PLAIN_OPTIONS = ("--found", "0", "--screens", "0")


def start(output: Path, *options: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "dataset_builder", "build", "--output", str(output), *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_one_worker_draws_the_same_bytes_as_two(built, tmp_path):
    alone = build(BuildConfig(tmp_path / "charts", size=SIZE, negatives=5, workers=1))
    assert content(alone) == content(built)


def test_parquet_has_the_same_rows_and_fingerprint(built, tmp_path):
    shards = build(BuildConfig(tmp_path / "charts", size=SIZE, negatives=5, workers=1, format="parquet"))
    manifest = read_manifest(shards)
    assert manifest["fingerprint"] == read_manifest(built)["fingerprint"]
    verify(VerifyConfig(shards))
    loaded = load_dataset(str(shards), cache_dir=str(tmp_path / "cache"))
    assert loaded["train"].features["label"] == ClassLabel(names=list(CLASSES))
    assert loaded["train"][0]["image"].size == (224, 224)


def test_datasets_loads_it_with_labels_in_order(built, tmp_path):
    loaded = load_dataset(str(built), cache_dir=str(tmp_path))
    assert list(loaded) == ["train", "validation", "test", "test_unseen_styles"]
    assert loaded["train"].features["label"] == ClassLabel(names=list(CLASSES))
    assert load_dataset(str(built), "none", cache_dir=str(tmp_path))["none"]["label"][:] == [None] * 5
    row = loaded["validation"][0]
    assert row["image"].size == (224, 224)
    assert row["id"].startswith(loaded["validation"].features["label"].int2str(row["label"]))


@pytest.mark.parametrize("format", ["imagefolder", "parquet"])
def test_pictures_that_are_no_charts_are_read_back(format, tmp_path):
    fractions = {"validation_fraction": 0.0, "test_fraction": 0.0}
    config = BuildConfig(
        tmp_path / "charts", size=10, negatives=40, image_size=64, workers=1, format=format, **fractions, **PLAIN
    )
    loaded = load_dataset(str(build(config)), "none", cache_dir=str(tmp_path / "cache"))["none"]
    no_charts = [row for row in loaded if row["stage"] == "no_chart"]
    assert 1 <= len(no_charts) <= 15 and {row["stage"] for row in loaded} == {"no_chart", "none"}
    for row in no_charts:
        assert row["label"] is None and row["candles"] == 0 and row["source"] in KINDS
        assert row["x"] == row["high"] == row["low"] == row["pivots"] == row["ohlcv"]["close"] == []
        assert row["bbox"] == row["pane"] == [0.0, 0.0, 64.0, 64.0] and row["image"].size == (64, 64)


def test_a_dataset_holds_found_charts_and_pages_by_default(built):
    rows = list(read_rows(built, read_manifest(built), "train"))
    assert {row["source"] for row in rows} == {"sketch", "random_market"}
    for count, share in (
        (sum(row["source"] != "sketch" for row in rows), 0.5),
        (sum(row["look"]["page"] != "none" for row in rows), 0.4),
    ):
        assert abs(count - share * len(rows)) < 4 * (share * (1 - share) * len(rows)) ** 0.5
    for row in rows:
        left, top, right, bottom = row["pane"]
        assert 0 <= left < right <= 224 and 0 <= top < bottom <= 224


def test_rows_tell_the_truth_about_their_pictures(built):
    manifest = read_manifest(built)
    for split in manifest["splits"]:
        for row in read_rows(built, manifest, split):
            picture = Image.open(built / split / row["file_name"])
            assert (picture.mode, picture.size) == ("RGB", (224, 224))
            assert len(row["x"]) == len(row["high"]) == len(row["ohlcv"]["close"]) == row["candles"]
            assert all(high <= low for high, low in zip(row["high"], row["low"], strict=True))
    assert manifest["splits"]["train"]["charts"] == 80


def test_a_finished_dataset_is_left_alone(built, capsys):
    before = content(built)
    build(BuildConfig(built, size=SIZE, negatives=5))
    assert "nothing to do" in capsys.readouterr().out
    with pytest.raises(UserError, match=r"another configuration.*seed 42, not 7"):
        build(BuildConfig(built, size=SIZE, negatives=5, seed=7))
    assert content(built) == before


def test_killed_and_started_again_it_ends_the_same(built, tmp_path):
    output = tmp_path / "charts"
    process = start(output, "--size", str(SIZE), "--negatives", "5", "--workers", "2")
    rows = tmp_path / "charts.partial" / "rows"
    deadline = time.monotonic() + 60
    while not list(rows.glob("*.json")) and time.monotonic() < deadline:
        time.sleep(0.005)
    process.kill()
    process.wait()
    assert not output.exists()
    time.sleep(0.5)  # its workers notice and end
    again = start(output, "--size", str(SIZE), "--negatives", "5", "--workers", "1")
    said, _ = again.communicate(timeout=120)
    assert "going on after" in said
    assert content(output) == content(built)
    assert not (tmp_path / "charts.partial").exists()


def test_a_killed_worker_is_one_sentence_and_nothing_lost(tmp_path):
    process = start(tmp_path / "charts", "--size", "300", "--workers", "2", *PLAIN_OPTIONS)
    rows = tmp_path / "charts.partial" / "rows"
    deadline = time.monotonic() + 60
    while not list(rows.glob("*.json")) and time.monotonic() < deadline:
        time.sleep(0.005)
    os.kill(worker_of(process.pid), signal.SIGKILL)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "a worker process was killed" in said
    assert "Traceback" not in said
    assert list(rows.glob("*.json"))
    resumed, whole = (build(BuildConfig(tmp_path / name, size=300, workers=2, **PLAIN)) for name in ("charts", "whole"))
    assert read_manifest(resumed)["fingerprint"] == read_manifest(whole)["fingerprint"]


def test_workers_end_with_the_process_that_started_them(tmp_path):
    """Also if it is killed and can tell them nothing: or they would hold their memory for ever."""
    process = start(tmp_path / "charts", "--size", "2000", "--workers", "2", *PLAIN_OPTIONS)
    rows = tmp_path / "charts.partial" / "rows"
    deadline = time.monotonic() + 60
    while not list(rows.glob("*.json")) and time.monotonic() < deadline:
        time.sleep(0.005)
    workers = workers_of(process.pid)
    assert workers and all(map(runs, workers))
    process.kill()
    process.wait()
    deadline = time.monotonic() + 20
    while any(map(runs, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    left = [worker for worker in workers if runs(worker)]
    for worker in left:
        os.kill(worker, signal.SIGKILL)
    assert not left


def runs(pid: int) -> bool:
    """Whether there is such a process, and one that has not ended and only waits for its parent to hear of it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def worker_of(pid: int) -> int:
    return workers_of(pid)[0]


def workers_of(pid: int) -> list[int]:
    """Grandchildren: the pool's workers are forked from a server."""

    def children(parent: int) -> list[int]:
        return [int(child) for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]

    return [worker for server in children(pid) for worker in children(server)]


def test_an_output_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "charts").write_text("mine")
    with pytest.raises(UserError, match="is a file"):
        build(BuildConfig(tmp_path / "charts", size=SIZE))
    assert (tmp_path / "charts").read_text() == "mine"


def test_an_output_with_other_files_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UserError, match="other files"):
        build(BuildConfig(tmp_path, size=SIZE))
    assert json.dumps([path.name for path in tmp_path.iterdir()]) == '["notes.txt"]'


def test_a_local_ray_cluster_draws_the_same_bytes(built, tmp_path):
    pytest.importorskip("ray")
    output = tmp_path / "charts"
    done = start(output, "--size", str(SIZE), "--negatives", "5", "--workers", "2", "--engine", "ray")
    said, _ = done.communicate(timeout=120)
    assert done.returncode == 0, said
    assert content(output) == content(built)
