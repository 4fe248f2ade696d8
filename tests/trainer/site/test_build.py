"""The folder of the page: what is in it, which folders it may take the place of, and that it is whole or not there."""

from __future__ import annotations

from pathlib import Path

import onnx
import pytest
from finder_file import write_finder, write_reader

from cryptoai_common.errors import UserError
from trainer.models.pattern_model import FINDER_QUANTIZED, READER
from trainer.serve.page_files import ABOUT, INDEX, page_files
from trainer.site import build
from trainer.site.build import build_site, is_site


@pytest.fixture
def model(tmp_path, monkeypatch) -> Path:
    """A directory with a finder and a reader; nothing is fetched."""
    monkeypatch.setattr(build, "runtime_files", lambda: {"onnxruntime-web.js": b"js", "onnxruntime-web.wasm": b"wasm"})
    folder = tmp_path / "model"
    folder.mkdir()
    write_finder(folder / FINDER_QUANTIZED, ("double_top",), threshold=0.4)
    write_reader(folder / READER)
    return folder


def test_it_holds_the_files_byte_for_byte_those_of_the_site_over_those_of_the_server(model, tmp_path):
    build_site(model, tmp_path / "out")
    written = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    own = {path.name: path.read_bytes() for path in (Path(build.__file__).parent / "page").iterdir()}
    for name, content in (page_files() | own).items():
        assert written[name] == content, name
    assert set(own) & set(page_files()), "some file of the server's page has another form here"
    assert written[READER.name] == (model / READER).read_bytes()
    assert written["onnxruntime-web.js"] == b"js" and written["onnxruntime-web.wasm"] == b"wasm"
    more = {READER.name, FINDER_QUANTIZED.name, ABOUT, "README.md", "onnxruntime-web.js", "onnxruntime-web.wasm"}
    assert set(written) == set(page_files()) | set(own) | more


def test_the_model_asks_for_the_threshold_and_is_otherwise_the_same(model, tmp_path):
    build_site(model, tmp_path / "out")
    before, after = onnx.load(model / FINDER_QUANTIZED), onnx.load(tmp_path / "out" / FINDER_QUANTIZED.name)
    assert "threshold" in [each.name for each in before.graph.initializer]
    kept = [each for each in before.graph.initializer if each.name != "threshold"]
    assert [each.name for each in after.graph.initializer] == [each.name for each in kept]
    assert after.graph.node == before.graph.node and after.metadata_props == before.metadata_props


@pytest.mark.parametrize("place", ["new", "deep/new", "empty", "site"])
def test_a_new_an_empty_and_an_earlier_folder_are_taken(model, tmp_path, place):
    (tmp_path / "empty").mkdir()
    (tmp_path / "site").mkdir()
    for name in (INDEX, ABOUT, "old.js"):
        (tmp_path / "site" / name).touch()
    assert is_site(tmp_path / "site") is True
    build_site(model, tmp_path / place)
    assert is_site(tmp_path / place) and not (tmp_path / place / "old.js").exists()


@pytest.mark.parametrize("present", [(INDEX,), (ABOUT,), ("letter.txt",)])
def test_a_folder_that_is_no_site_stays_as_it_is(model, tmp_path, present):
    mine = tmp_path / "mine"
    mine.mkdir()
    for name in present:
        (mine / name).write_text("mine")
    assert is_site(mine) is False
    with pytest.raises(UserError, match="mine is there and is no site: choose another --out"):
        build_site(model, mine)
    assert {path.name: path.read_text() for path in mine.iterdir()} == dict.fromkeys(present, "mine")


def test_a_file_in_its_place_stays(model, tmp_path):
    (tmp_path / "letter").write_text("mine")
    with pytest.raises(UserError, match="letter is there and is no site"):
        build_site(model, tmp_path / "letter")
    assert (tmp_path / "letter").read_text() == "mine"


def test_what_a_killed_command_left_is_no_part_of_the_page(model, tmp_path):
    partial = tmp_path / "out.partial"
    partial.mkdir()
    (partial / "half.js").touch()
    build_site(model, tmp_path / "out")
    assert not partial.exists() and not (tmp_path / "out" / "half.js").exists()


def test_an_earlier_page_stays_until_the_new_one_is_whole(model, tmp_path, monkeypatch):
    build_site(model, tmp_path / "out")
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}

    def full(*_):
        raise OSError(28, "No space left on device", "onnxruntime-web.wasm")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(UserError, match="the disk is full"):
        build_site(model, tmp_path / "out")
    monkeypatch.undo()
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before
