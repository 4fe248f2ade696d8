"""Publishing the static page, against a Hub on localhost."""

from __future__ import annotations

from pathlib import Path

import pytest
from finder_file import write_finder
from hub_http import TOKEN

from trainer.__main__ import main
from trainer.site import build


@pytest.fixture
def site(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(build, "runtime_files", lambda: {"onnxruntime-web.wasm": bytes(1000)})
    write_finder(tmp_path / "crypto_pattern_model_quantized.onnx", ("double_top",))
    build.build_site(tmp_path, tmp_path / "site")
    return tmp_path / "site"


@pytest.fixture
def push(hub, site, capsys):
    """Push the site; returns the exit code and what was said last."""

    def run(*arguments: str) -> tuple[int, str]:
        capsys.readouterr()
        code = main(["push-space", str(site), "--repo", "user/page", *arguments])
        out, err = capsys.readouterr()
        assert TOKEN not in out + err and "Traceback" not in err
        return code, (err if code else out).strip().splitlines()[-1]

    return run


def files(hub) -> dict[str, bytes]:
    repo = hub.store.repo("spaces", "user/page")
    found = {name: hub.store.blob(file["oid"]).read_bytes() for name, file in repo.files(repo.resolve("main")).items()}
    return {name: content for name, content in found.items() if name != ".gitattributes"}


def test_the_space_holds_what_the_folder_holds(hub, site, push):
    assert push("--revision", "v1") == (0, f"{hub.endpoint}/spaces/user/page/tree/v1 has this space now")
    assert files(hub) == {path.name: path.read_bytes() for path in site.iterdir()}
    assert push("--revision", "v1") == (
        0,
        f"{hub.endpoint}/spaces/user/page/tree/v1 has this space already: nothing to upload",
    )


def test_a_new_page_replaces_the_old_one_and_a_tag_does_not_move(hub, site, push):
    push("--revision", "v1")
    (site / "style.css").unlink()
    (site / "app.js").write_text("// new")
    code, said = push("--revision", "v1")
    assert code == 2 and "user/page has another app.js as v1" in said
    assert push()[0] == 0
    assert "style.css" not in files(hub) and files(hub)["app.js"] == b"// new"


def test_what_is_no_site_is_refused(hub, tmp_path, fails):
    (tmp_path / "index.html").touch()
    assert "is no site; make it with" in fails("push-space", tmp_path, "--repo", "user/page")
    assert hub.store.repo("spaces", "user/page") is None
