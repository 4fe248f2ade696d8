"""Publishing a run, against a Hub on localhost."""

import json
import shutil

import pytest
from hub_http import TOKEN, Fault
from huggingface_hub import ModelCard

from dataset_builder.__main__ import main as builder
from trainer.__main__ import main
from trainer.runs.directory import read_resolved


@pytest.fixture
def push(hub, capsys):
    """Push to user/model; returns the exit code, what was said last, and the warnings."""

    def run(*arguments) -> tuple[int, str, list[str]]:
        capsys.readouterr()
        code = main(["push", *map(str, arguments), "--repo", "user/model"])
        out, err = capsys.readouterr()
        assert TOKEN not in out + err and "Traceback" not in err
        warnings = [line for line in err.splitlines() if line.startswith("warning")]
        return code, (err if code else out).strip().splitlines()[-1], warnings

    return run


def files(hub) -> dict[str, bytes]:
    repo = hub.store.repo("models", "user/model")
    return {name: hub.store.blob(file["oid"]).read_bytes() for name, file in repo.files(repo.resolve("main")).items()}


def test_the_run_and_its_card_are_pushed_once(finished_run, charts, push, hub):
    assert builder(["push", str(charts), "--repo", "user/charts", "--revision", "v1"]) == 0
    options = [finished_run, "--dataset", "hub:user/charts@v1", "--revision", "v1"]
    assert push(*options) == (0, f"{hub.endpoint}/user/model/tree/v1 has this model now", [])
    there, uploads = files(hub), hub.uploads()
    for path in finished_run.rglob("*"):
        if path.is_file() and path.name != "README.md":
            assert there[path.relative_to(finished_run).as_posix()] == path.read_bytes()
    card = ModelCard(there["README.md"].decode())
    assert card.data.license == "mit" and card.data.datasets == ["user/charts"]
    commit = hub.store.repo("datasets", "user/charts").resolve("v1")
    result = card.data.eval_results[0]
    assert (result.dataset_type, result.dataset_revision) == ("user/charts", commit)
    assert f"`user/charts` on the Hub, revision `v1` (commit `{commit[:12]}`)" in card.text
    assert 'pipeline("image-classification", model="user/model")' in card.text
    assert not any(TOKEN.encode() in content for content in there.values())
    for again in (options, options[:3], [*options[:4], "v2"]):
        code, said, _ = push(*again)
        assert code == 0 and said.endswith("has this model already: nothing to upload")
    repo = hub.store.repo("models", "user/model")
    assert hub.uploads() == uploads and len(repo.history()) == 2 and repo.refs()["tags"].keys() == {"v1", "v2"}


def test_only_the_card_differs_from_the_run_and_other_files_stay(own_run, push, hub, monkeypatch):
    (own_run / ".cache").mkdir()
    for hidden in (".DS_Store", ".cache/note.txt", "onnx/.model.onnx.swp"):
        (own_run / hidden).write_text("x")
    before = {path: path.read_bytes() for path in own_run.rglob("*") if path.is_file()}
    monkeypatch.chdir(own_run.parent)
    repo = hub.store.create("models", "user/model", private=False)
    for name in ("notes.txt", "onnx/older/model.onnx"):
        content = {"path": name, "content": "aGVsbG8="}
        repo.commit([{"key": "header", "value": {"summary": "by hand"}}, {"key": "file", "value": content}])
    assert push(own_run.name)[0] == 0
    assert {path: path.read_bytes() for path in own_run.rglob("*") if path.is_file()} == before
    there = files(hub)
    shown = {path.relative_to(own_run).as_posix() for path in before}
    shown = {name for name in shown if not any(part.startswith(".") for part in name.split("/"))}
    assert there.keys() == shown | {".gitattributes", "notes.txt"}
    assert there["README.md"] != (own_run / "README.md").read_bytes()
    assert repo.history() == ["Model run", "by hand", "by hand", "initial commit"]


def test_a_tag_that_holds_more_is_another_version(own_run, push, hub):
    (own_run / "onnx" / "more.json").write_text("{}")
    push(own_run, "--revision", "v1")
    (own_run / "onnx" / "more.json").unlink()
    code, said, _ = push(own_run, "--revision", "v1")
    assert code == 2 and "user/model has another onnx/more.json as v1" in said


def test_another_version(own_run, push, hub):
    push(own_run, "--revision", "v1")
    (own_run / "onnx" / "model_quantized.onnx").unlink()
    config = json.loads((own_run / "config.json").read_text())
    (own_run / "config.json").write_text(json.dumps(config))
    code, said, _ = push(own_run, "--revision", "v1")
    assert code == 2 and "user/model has another" in said and "a version does not change" in said
    assert "onnx/model_quantized.onnx" in files(hub)
    assert push(own_run, "--revision", "v2")[0] == 0
    assert "onnx/model_quantized.onnx" not in files(hub), "weights of an older version"


def test_an_upload_that_breaks_off_leaves_nothing_and_goes_on(finished_run, push, hub):
    hub.faults = [Fault("PUT", "/lfs/", "drop", skip=2, times=99)]
    code, said, _ = push(finished_run)
    assert code == 2 and "the connection broke off" in said and list(files(hub)) == [".gitattributes"]
    hub.faults = [Fault("POST", "/commit/", "500")]
    assert "refused (500: a fault that the test asked for)" in push(finished_run)[1]
    assert push(finished_run)[0] == 0
    assert len(hub.uploads()) == len(set(hub.uploads())), "nothing is uploaded twice"


def test_warnings(own_run, parquet_charts, push, tmp_path):
    other = shutil.copytree(parquet_charts, tmp_path / "other")
    manifest = json.loads((other / "manifest.json").read_text())
    (other / "manifest.json").write_text(json.dumps(manifest | {"fingerprint": "f00"}))
    shutil.rmtree(own_run / "onnx")
    metrics = json.loads((own_run / "metrics.json").read_text())
    metrics["evaluations"][0]["fingerprint"] = "ba5"
    (own_run / "metrics.json").write_text(json.dumps(metrics))
    code, _, warnings = push(own_run, "--dataset", other)
    trained_on = read_resolved(own_run)["dataset"]["fingerprint"][:12]
    assert code == 0 and len(warnings) == 3 and all(trained_on in warning for warning in warnings[:2])
    assert "other is another dataset (f00…)" in warnings[0]
    assert "of which the card has figures, is another dataset (ba5…)" in warnings[1]
    assert "has no onnx/model.onnx" in warnings[2]


def test_what_will_not_do(finished_run, push, hub, tmp_path, monkeypatch, fails):
    assert "is not a run" in push(tmp_path)[1]
    assert "is not a name that a repository can have" in fails("push", finished_run, "--repo", "user/a--b")
    assert "does not let this token write to somebody/m" in fails("push", finished_run, "--repo", "somebody/m")
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    assert "does not accept the token" in push(finished_run)[1]
    monkeypatch.delenv("HF_TOKEN")
    assert "there is no token for http://127.0.0.1" in push(finished_run)[1]
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:1")
    assert "http://127.0.0.1:1 cannot be reached" in push(finished_run)[1]
    assert hub.store.repo("models", "user/model") is None
