"""Publishing a dataset, against a Hub on localhost."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hub_http import TOKEN, Fault
from huggingface_hub import DatasetCard

from cryptoai_common.dataset import read_manifest
from dataset_builder.__main__ import main
from dataset_builder.config import BuildConfig
from dataset_builder.patterns import CLASSES
from dataset_builder.storage.build import build

SMALL = {"size": 50, "validation_fraction": 0.2, "test_fraction": 0.2, "negatives": 5, "image_size": 64, "workers": 1,
         "found": 0.0, "screens": 0.0}  # fmt: skip
REPO = ["--repo", "user/charts"]


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    return build(BuildConfig(tmp_path_factory.mktemp("built") / "charts", **SMALL))


@pytest.fixture(scope="module")
def other(tmp_path_factory) -> Path:
    """Another dataset, of fewer files."""
    return build(BuildConfig(tmp_path_factory.mktemp("built") / "other", **SMALL | {"negatives": 0, "seed": 7}))


@pytest.fixture
def push(hub, capsys):
    """Push, and return the exit code and what was said last."""

    def run(*arguments) -> tuple[int, str]:
        code = main(["push", *map(str, arguments)])
        out, err = capsys.readouterr()
        assert TOKEN not in out + err and "Traceback" not in err
        return code, (err if code else out).strip().splitlines()[-1]

    return run


def files(hub, revision: str = "main") -> dict[str, bytes]:
    repo = hub.store.repo("datasets", "user/charts")
    return {name: hub.store.blob(file["oid"]).read_bytes() for name, file in repo.files(repo.resolve(revision)).items()}


def test_what_is_pushed_is_what_a_build_in_parquet_makes(built, push, hub, tmp_path):
    assert push(built, *REPO) == (0, f"{hub.endpoint}/datasets/user/charts has this dataset now")
    shards = build(BuildConfig(tmp_path / "charts", **SMALL, format="parquet"))
    there = files(hub)
    wanted = {path.relative_to(shards).as_posix(): path.read_bytes() for path in shards.rglob("*.parquet")}
    assert {name: content for name, content in there.items() if name.endswith(".parquet")} == wanted
    assert json.loads(there["manifest.json"]) == json.loads((shards / "manifest.json").read_text())
    assert not any(TOKEN.encode() in content for content in there.values())


def test_the_card_is_complete(built, push, hub, tmp_path):
    copy = Path(shutil.copytree(built, tmp_path / "copy"))
    (copy / "audit").mkdir()
    (copy / "audit" / "audit.json").write_text("{}")
    (copy / "README.md").write_text((copy / "README.md").read_text() + "\n## Audit\n\nMeasured by `python -m "
                                    "dataset_builder audit`.\n\n| measure | 1 |\n")  # fmt: skip
    assert push(copy, *REPO)[0] == 0
    text, fingerprint = files(hub)["README.md"].decode(), read_manifest(built)["fingerprint"]
    card = DatasetCard(text).data
    assert "No market data is in it" in text
    assert card.license == "cc0-1.0" and card.task_categories == ["image-classification"]
    assert "finance" in card.tags and card.size_categories == ["n<1K"]
    assert 'load_dataset("user/charts")' in text and fingerprint in text and all(name in text for name in CLASSES)
    assert "| train | 30 |" in text and "| measure | 1 |" in text and "data/train-0*.parquet" in text
    assert files(hub)["audit/audit.json"] == b"{}"


def test_a_second_push_uploads_nothing(built, push, hub):
    push(built, *REPO, "--revision", "v1")
    repo, uploads = hub.store.repo("datasets", "user/charts"), hub.uploads()
    assert len(repo.history()) == 2 and len(uploads) == len(set(uploads)) == 6
    for options in ([], ["--revision", "v1"], ["--revision", "v2"]):
        code, said = push(built, *REPO, *options)
        assert code == 0 and said.endswith("has this dataset already: nothing to upload")
    assert hub.uploads() == uploads and len(repo.history()) == 2
    assert repo.refs()["tags"].keys() == {"v1", "v2"}


def test_a_version_does_not_change_and_an_older_one_stays(built, other, push, hub):
    push(built, *REPO, "--revision", "v1")
    before = files(hub, "v1")
    code, said = push(other, *REPO, "--revision", "v1")
    assert code == 2 and "user/charts has another dataset as v1 (fingerprint" in said
    assert files(hub) == before
    code, said = push(other, *REPO, "--revision", "v2")
    assert (code, said) == (0, f"{hub.endpoint}/datasets/user/charts/tree/v2 has this dataset now")
    assert files(hub, "v1") == before
    assert set(json.loads(files(hub)["manifest.json"])["files"]) == {n for n in files(hub) if n.startswith("data/")}


def test_a_connection_that_breaks_once_is_no_matter(built, push, hub):
    hub.faults = [Fault("PUT", "/lfs/", "drop"), Fault("PUT", "/lfs/", "500", skip=2)]
    assert push(built, *REPO)[0] == 0
    assert hub.faults[0].times == hub.faults[1].times == 0


@pytest.mark.parametrize(("kind", "words"), [("drop", "the connection broke off"), ("503", "refused (503")])
def test_an_upload_that_breaks_off_leaves_nothing_and_goes_on(built, push, hub, kind, words):
    hub.faults = [Fault("PUT", "/lfs/", kind, skip=3, times=99)]
    code, said = push(built, *REPO)
    assert code == 2 and words in said and said.endswith("it goes on where it stopped")
    assert len(hub.uploads()) == 3 and list(files(hub)) == [".gitattributes"]
    hub.faults = []
    assert push(built, *REPO)[0] == 0
    assert len(hub.uploads()) == len(set(hub.uploads())), "nothing is uploaded twice"


def test_a_commit_that_fails_is_made_by_the_next_push(built, push, hub):
    hub.faults = [Fault("POST", "/commit/", "500")]
    assert push(built, *REPO)[0] == 2
    assert list(files(hub)) == [".gitattributes"]
    uploads = hub.uploads()
    assert push(built, *REPO)[0] == 0
    assert hub.uploads() == uploads


def test_a_private_repository(built, push, hub, monkeypatch):
    assert push(built, *REPO, "--private")[0] == 0
    assert hub.store.repo("datasets", "user/charts").private


def test_tokens_and_names_that_will_not_do(built, push, hub, monkeypatch):
    assert "must be the name of a repository" in push(built)[1]
    assert "is not a name that a repository can have" in push(built, "--repo", "user/a--b")[1]
    assert "does not let this token write to somebody/charts" in push(built, "--repo", "somebody/charts")[1]
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    code, said = push(built, *REPO)
    assert code == 2 and "does not accept the token" in said and "hf_wrong" not in said
    monkeypatch.delenv("HF_TOKEN")
    assert "there is no token for http://127.0.0.1" in push(built, *REPO)[1]
    assert hub.store.repo("datasets", "user/charts") is None


def test_no_network(built, push, hub, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:1")
    code, said = push(built, *REPO)
    assert code == 2 and "http://127.0.0.1:1 cannot be reached" in said


def test_an_altered_dataset_is_not_pushed(built, push, hub, tmp_path):
    copy = Path(shutil.copytree(built, tmp_path / "copy"))
    next(copy.glob("train/*/*.png")).write_bytes(b"x")
    code, said = push(copy, *REPO)
    assert code == 1 and "is not as it was built" in said
    assert hub.store.repo("datasets", "user/charts") is None


def test_files_of_other_tools_are_left_out_of_account(built, push, hub, tmp_path):
    copy = Path(shutil.copytree(built, tmp_path / "copy"))
    (copy / "audit").mkdir()
    for name in (".DS_Store", "train/Thumbs.db", "train/._x.png", "desktop.ini", "audit/.DS_Store"):
        (copy / name).write_bytes(b"x")
    for folder in ("@eaDir", "train/.ipynb_checkpoints"):
        (copy / folder).mkdir()
        (copy / folder / "x.png").write_bytes(b"x")
    assert push(copy, *REPO)[0] == 0
    assert not [name for name in files(hub) if "DS_Store" in name or "Thumbs" in name or "x.png" in name]
    (copy / "train" / "mine.png").write_bytes(b"x")
    assert push(copy, *REPO)[0] == 1
