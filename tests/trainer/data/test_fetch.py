"""Datasets from a Hub on localhost: fetched once, verified, and never another one under the same name."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from disks import run_on_a_disk
from filelock import FileLock
from hub_http import TOKEN, Fault
from huggingface_hub.utils import enable_progress_bars

from cryptoai_common.hub_names import HubName
from dataset_builder.__main__ import main as builder
from trainer.__main__ import main
from trainer.data.manifest import read_manifest, verify

ROOT = Path(__file__).parents[3]
NAME = "hub:user/charts@v1"
FETCHED = Path("data/hub/user--charts--v1")


@pytest.fixture
def repo(hub, charts):
    """The charts on the Hub, as v1."""
    assert builder(["push", str(charts), "--repo", "user/charts", "--revision", "v1"]) == 0
    hub.log.clear()
    return hub.store.repo("datasets", "user/charts")


def said(capsys, code: int = 0) -> str:
    capsys.readouterr()
    assert main(["fetch", NAME]) == code
    out, err = capsys.readouterr()
    assert TOKEN not in out + err and "Traceback" not in err
    return (err if code else out).strip()


def downloads(hub) -> list[str]:
    return [path for method, path, status in hub.log if method == "GET" and path.startswith("/cdn/") and status]


def test_it_is_fetched_once_and_is_what_was_pushed(repo, hub, charts, capsys, monkeypatch):
    assert said(capsys) == str(FETCHED)
    manifest = read_manifest(FETCHED)
    assert manifest.fingerprint == read_manifest(charts).fingerprint
    assert (manifest.source["repo"], manifest.source["commit"]) == ("user/charts", repo.resolve("v1"))
    verify(FETCHED)
    assert builder(["verify", str(FETCHED)]) == 0
    assert [path.name for path in FETCHED.parent.iterdir()] == [FETCHED.name]
    hub.log.clear()
    assert said(capsys) == str(FETCHED) and not downloads(hub)
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:1")
    assert main(["fetch", NAME]) == 0
    told = capsys.readouterr().err
    assert "http://127.0.0.1:1 cannot be reached" in told and f"using {FETCHED}, fetched on" in told


def test_a_changed_revision_is_refused_and_a_commit_cannot_change(repo, hub, capsys, tmp_path):
    said(capsys)
    first = repo.resolve("v1")
    repo.untag("v1")
    content = {"path": "notes.txt", "content": "aGVsbG8="}
    second = repo.commit([{"key": "header", "value": {"summary": "moved"}}, {"key": "file", "value": content}])
    repo.tag("v1", second)
    refusal = said(capsys, code=2)
    assert f"user/charts@v1 has changed on the Hub: it is commit {second[:12]} now" in refusal
    assert f"name hub:user/charts@{first} to keep that" in refusal
    assert main(["fetch", f"hub:user/charts@{first}"]) == 0
    hub.log.clear()
    assert main(["fetch", f"hub:user/charts@{first}"]) == 0
    assert not hub.log, "nobody has to be asked about a commit"


def test_a_fetch_that_breaks_off_leaves_nothing_and_goes_on(repo, hub, capsys, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", 1000)  # it keeps whole chunks of a file
    hub.faults = [Fault("GET", "/cdn/", "drop", skip=2, times=99)]
    assert "the connection broke off" in said(capsys, code=2)
    assert not FETCHED.exists()
    whole, hub.faults = set(downloads(hub)), []
    hub.log.clear()
    assert said(capsys) == str(FETCHED)
    assert len(whole) >= 2 and not whole & set(downloads(hub)), "what was there is not fetched again"
    assert any(status == 206 for _, _, status in hub.log), "what was there in part is continued"


def test_a_hub_that_stops_answering_ends_a_fetch_that_goes_on(repo, hub, capsys):
    hub.faults = [Fault("GET", "/cdn/", "drop", skip=2, times=99)]
    said(capsys, code=2)
    whole = set(downloads(hub))
    hub.faults = [Fault("GET", f"/revision/{repo.resolve('v1')}", "drop", times=99)]  # where snapshot_download begins
    assert "the connection broke off" in said(capsys, code=2), "files that are there are not taken for all"
    hub.faults = [Fault("GET", f"/revision/{repo.resolve('v1')}", "503", times=99)]
    assert said(capsys, code=2).endswith("it goes on where it stopped")
    assert not FETCHED.exists()
    hub.faults = []
    hub.log.clear()
    assert said(capsys) == str(FETCHED)
    assert len(whole) >= 2 and not whole & set(downloads(hub))


def test_one_bar_for_all_files(repo, capfd, monkeypatch):
    monkeypatch.setenv("TQDM_POSITION", "-1")  # lets huggingface_hub show its bars where there is no terminal
    enable_progress_bars()  # which the push has switched off in this process
    assert main(["fetch", NAME]) == 0
    err = capfd.readouterr().err
    files = [path for path in FETCHED.rglob("*") if path.is_file()]
    total = len(files) - 1  # hub.json is ours
    assert f"Fetching {total} files: 100%" in err
    assert not any(path.name in err for path in files)


def test_one_process_fetches_at_a_time(repo, hub, capsys):
    partial = FETCHED.with_name("user--charts--v1.partial")
    partial.mkdir(parents=True)
    with FileLock(partial / "lock"):
        refusal = said(capsys, code=2)
    assert refusal == f"error: another process fetches user/charts@v1 into {partial}; wait for it"
    assert not downloads(hub) and not FETCHED.exists()
    assert said(capsys) == str(FETCHED)


def test_a_slow_hub_is_asked_again(repo, hub, capsys, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DOWNLOAD_TIMEOUT", 0.3)
    hub.faults = [Fault("GET", "/cdn/", "slow", seconds=1.0)]
    assert said(capsys) == str(FETCHED)


def test_what_was_altered_on_the_way_is_not_kept(repo, hub, capsys):
    shard = repo.files(repo.resolve("v1"))["data/train-00000-of-00002.parquet"]["oid"]
    content = bytearray(hub.store.blob(shard).read_bytes())
    content[len(content) // 2] ^= 1
    hub.store.keep(shard, bytes(content))
    assert "user/charts@v1 on the Hub is not what its manifest says, and was not kept" in said(capsys, code=2)
    assert not FETCHED.exists()


def test_what_is_not_there_or_not_ours(repo, hub, fails, capsys, monkeypatch):
    assert "does not name a dataset on the Hub; write hub:user/name@revision" in fails("fetch", "hub:charts")
    assert "has no user/chart, or the token may not see it" in fails("fetch", "hub:user/chart@v1")
    assert "user/charts has no such revision" in fails("fetch", "hub:user/charts@v2")
    hub.store.create("datasets", "user/else", private=True)
    assert "user/else@main has no manifest.json" in fails("fetch", "hub:user/else")
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    assert "does not accept the token" in fails("fetch", NAME)
    monkeypatch.delenv("HF_TOKEN")
    assert "has no user/else, or the token may not see it" in fails("fetch", "hub:user/else")
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:1")
    assert "http://127.0.0.1:1 cannot be reached" in fails("fetch", NAME)
    assert not FETCHED.exists()


def test_evaluate_takes_the_name_and_warns_of_another_dataset(repo, own_run, charts, capsys):
    assert main(["evaluate", str(own_run), "--dataset", NAME]) == 0
    assert "warning" not in capsys.readouterr().err
    other = Path(shutil.copytree(FETCHED, "other"))
    manifest = json.loads((other / "manifest.json").read_text())
    nothing = {"splits": {}, "fingerprint": hashlib.sha256().hexdigest()}
    (other / "manifest.json").write_text(json.dumps(manifest | nothing))
    assert main(["evaluate", str(own_run), "--dataset", "other"]) == 0
    assert "and other is another dataset (e3b0c44298fc…)" in capsys.readouterr().err


def test_a_full_disk_and_then_more_room(repo, tmp_path):
    (tmp_path / "disk").mkdir()
    fetch = f"{sys.executable} -m trainer fetch {NAME} 2>&1; echo code $?; ls data/hub"
    done = run_on_a_disk(
        f"mount -t tmpfs -o size=200k none $DISK\ncd $DISK\n{fetch}\nmount -o remount,size=50m $DISK\n{fetch}",
        tmp_path / "disk",
    )
    first, second = done.stdout.split("code 2\n")
    assert "the disk is full" in first and "free some space, then run the same command again" in first
    assert "Traceback" not in done.stdout
    assert second.startswith(f"{FETCHED.name}.partial\n") and second.endswith(f"code 0\n{FETCHED.name}\n")


def test_two_processes_do_not_fetch_into_one_place(repo, hub, capsys):
    """The second is refused at once and disturbs nothing; the first one ends with the whole dataset."""
    hub.faults = [Fault("GET", "/cdn/", "slow", times=1, seconds=25.0)]
    first = subprocess.Popen([sys.executable, "-m", "trainer", "fetch", NAME], stdout=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + 60
        while any(fault.times for fault in hub.faults) and time.monotonic() < deadline:
            threading.Event().wait(0.02)  # time.sleep is cut short in tests
        assert f"another process fetches {NAME.removeprefix('hub:')}" in said(capsys, code=2)
        assert not FETCHED.exists() and first.poll() is None
        out, _ = first.communicate(timeout=90)
    finally:
        first.kill()
    assert first.returncode == 0 and out.strip() == str(FETCHED)
    verify(FETCHED)
    assert [path.name for path in FETCHED.parent.iterdir()] == [FETCHED.name]


@pytest.mark.skipif(not shutil.which("make"), reason="needs make")
@pytest.mark.parametrize("name", ["hub:user/charts", "hub:user/charts@v1", "hub:user/charts@refs/pr/1"])
def test_the_makefile_knows_the_directories_too(name):
    done = subprocess.run(["make", "-n", "audit", f"DATASET={name}"], cwd=ROOT, capture_output=True, text=True)
    assert f"trainer fetch {name}\n" in done.stdout
    assert f"dataset_builder audit {HubName.parse(name).directory}\n" in done.stdout


@pytest.mark.skipif(not shutil.which("make"), reason="needs make")
def test_the_page_names_the_run_as_the_makefile_does():
    page = (ROOT / "docs/hub.md").read_text()
    dataset, run = re.search(r"^make train .*DATASET=(\S+) +# the run is (\S+)$", page, re.MULTILINE).groups()
    done = subprocess.run(["make", "-n", "train", f"DATASET={dataset}"], cwd=ROOT, capture_output=True, text=True)
    assert f"--output {run} " in done.stdout
