"""A disk that is full, or may not be written: one sentence, and the next try goes on."""

from __future__ import annotations

import sys

from disks import run_on_a_disk

from cryptoai_common.dataset import read_manifest
from dataset_builder.config import BuildConfig
from dataset_builder.storage.build import build

BUILD = f"{sys.executable} -m dataset_builder build --size 100 --workers 1 --output $DISK/charts 2>&1"


def test_a_full_disk_and_then_more_room(tmp_path):
    whole = read_manifest(build(BuildConfig(tmp_path / "charts", size=100)))["fingerprint"]
    (tmp_path / "disk").mkdir()
    done = run_on_a_disk(
        f"mount -t tmpfs -o size=3m none $DISK\n{BUILD}\necho code $?\nls $DISK\n"
        f"mount -o remount,size=50m $DISK\n{BUILD}\necho code $?\nls $DISK\n"
        "grep fingerprint $DISK/charts/manifest.json",
        tmp_path / "disk",
    )
    first, second = done.stdout.split("code 2\n")
    assert "the disk is full: free some space, then run the same command again" in first
    assert "Traceback" not in done.stdout
    assert second.startswith("charts.partial\n")
    assert "going on after" in second
    assert "code 0\ncharts\n" in second
    assert whole in second


def test_a_read_only_disk(tmp_path):
    done = run_on_a_disk(f"mount -t tmpfs -o ro none $DISK\n{BUILD}\necho code $?\nls $DISK", tmp_path)
    assert "Read-only file system" in done.stdout or "no permission to write there" in done.stdout
    assert done.stdout.endswith("code 2\n")
    assert "Traceback" not in done.stdout
