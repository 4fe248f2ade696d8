import json
import re

import pytest
import renderer_fakes
from PIL import Image

from benchmarks.renderers import __main__ as command
from benchmarks.renderers.framings import FRAMINGS
from benchmarks.renderers.pictures import draw_library


@pytest.fixture
def fake(monkeypatch):
    """One library, drawn in this process, and no browser for pages."""
    libraries = [renderer_fakes.library(), renderer_fakes.library()]
    libraries[1] = type(libraries[1])("absent", renderer_fakes.LOOKS, lambda: "install it", lambda: "", lambda: None)
    monkeypatch.setattr(command, "LIBRARIES", libraries)
    monkeypatch.setattr(command, "missing_browser", lambda: "no Chromium")
    monkeypatch.setattr(
        command,
        "draw_all",
        lambda found, charts, room, folder: [
            gallery for library in found for gallery in draw_library(library, charts=charts, room=room, folder=folder)
        ],
    )


def test_the_command_prints_tables_and_stores_figures_and_sheets(fake, tmp_path, capsys):
    stored = tmp_path / "results" / "renderers.json"
    pictures = tmp_path / "pictures"
    command.main(["--charts", "10", "--json", str(stored), "--pictures", str(pictures)])
    out, err = capsys.readouterr()
    assert "absent is left out: install it\n" in err
    assert "pages around charts are left out: no Chromium\n" in err
    told = json.loads(stored.read_text())
    assert told["charts"] == 10 and told["libraries"] == {"fake": "fake 1"}
    possible = [framing.name for framing in FRAMINGS if framing.name != "page"]
    names = [(row["library"], row["look"], row["framing"]) for row in told["rows"]]
    assert names == [
        ("our drawing", "as generated", "pane"),
        ("our drawing", "plain", "pane"),
        *(("fake", look.name, framing) for look in renderer_fakes.LOOKS for framing in possible),
    ]
    areas = [row for row in told["rows"] if row["library"] == "fake" and row["framing"] == "whole"]
    assert {row["balanced_accuracy"] for row in areas} == {0.1}  # the same picture for ten classes
    assert told["rows"][0]["balanced_accuracy"] > 0.4
    assert len(re.findall(r"^\| fake, light \| 10 \(\d+–\d+\) \|", out, re.MULTILINE)) == 1
    sheets = {path.name for path in pictures.glob("contact-*.png")}
    assert sheets == {f"contact-{name}.png" for name in possible}
    with Image.open(pictures / "contact-pane.png") as sheet:
        assert {renderer_fakes.PANE, renderer_fakes.PATTERN} <= {colour for _, colour in sheet.getcolors(1 << 16)}


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--charts", "15"], "multiple of 10"),
        (["--model", "nowhere"], "nowhere: no such file"),
    ],
)
def test_a_mistake_is_one_sentence(arguments, message, capsys):
    with pytest.raises(SystemExit) as stopped:
        command.main(arguments)
    assert stopped.value.code == 2
    err = capsys.readouterr().err
    assert message in err and err.count("\n") == 1
