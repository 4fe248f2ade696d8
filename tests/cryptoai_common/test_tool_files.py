import pytest

from cryptoai_common.tool_files import is_of_a_tool, remove_if_empty

TOOLS = [".DS_Store", "a/Thumbs.db", "DESKTOP.INI", "train/._1.png", ".ipynb_checkpoints/1.png", "a/@eaDir/1.png"]
TOOLS += ["__MACOSX/a/1.png", ".directory", "#recycle/1.png", "Icon\r"]


@pytest.mark.parametrize("path", TOOLS)
def test_what_is_a_tools(path):
    assert is_of_a_tool(path)


@pytest.mark.parametrize(
    "path", ["train/a/1.png", "README.md", "thumbs/1.png", "./a.png", "../a.png", "a.ds_store.png"]
)
def test_what_is_not(path):
    assert not is_of_a_tool(path)


@pytest.mark.parametrize("names", [(), (".DS_Store",), ("Thumbs.db", "._x")])
def test_a_directory_that_was_only_looked_at_is_empty(tmp_path, names):
    place = tmp_path / "new"
    place.mkdir()
    for name in names:
        (place / name).touch()
    assert remove_if_empty(place) and not place.exists()


@pytest.mark.parametrize("name", ["a.txt", ".git", ".env"])
def test_anything_else_stays(tmp_path, name):
    (tmp_path / name).touch()
    assert not remove_if_empty(tmp_path) and (tmp_path / name).exists()
