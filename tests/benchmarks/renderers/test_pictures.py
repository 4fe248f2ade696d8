import json
from dataclasses import replace

import numpy as np
import pytest
import renderer_fakes
from PIL import Image

from benchmarks.renderers.charts import alone, draw_drafts
from benchmarks.renderers.framings import DRAWINGS
from benchmarks.renderers.libraries import LIBRARIES
from benchmarks.renderers.pictures import TAG, draw_all, draw_library

CHARTS = list(alone(draw_drafts(10)))[:2]
ROOM = (200, 100)
DRAWN = len(renderer_fakes.LOOKS) * len(CHARTS)  # of each kind of drawing


@pytest.fixture(autouse=True)
def drawn() -> list:
    renderer_fakes.drawn.clear()
    return renderer_fakes.drawn


def test_a_drawing_comes_back_from_disk_as_it_was_drawn(tmp_path):
    light, dark = draw_library(renderer_fakes.library(), charts=CHARTS, room=ROOM, folder=tmp_path)
    assert (light.look, dark.look) == renderer_fakes.LOOKS
    fresh, stored = renderer_fakes.draw(CHARTS[1], light.look, ROOM), light.open("page", 1)
    assert np.array_equal(np.asarray(fresh.image), np.asarray(stored.image))
    assert (fresh.pane, fresh.pattern) == (stored.pane, stored.pattern)


def test_every_kind_of_drawing_has_its_bars_and_its_size(tmp_path, drawn):
    draw_library(renderer_fakes.library(), charts=CHARTS, room=ROOM, folder=tmp_path)
    expected = [
        (look.name, (1 + times) * len(chart.candles), ROOM if in_page else None)
        for look in renderer_fakes.LOOKS
        for times, in_page in DRAWINGS.values()
        for chart in CHARTS
    ]
    assert drawn == expected


def test_without_a_page_its_drawings_are_left_out(tmp_path, drawn):
    draw_library(renderer_fakes.library(), charts=CHARTS, room=None, folder=tmp_path)
    assert len(drawn) == DRAWN * (len(DRAWINGS) - 1)
    assert not list(tmp_path.rglob("page-*"))


def test_what_is_there_is_not_drawn_again(tmp_path, drawn):
    for _ in range(2):
        draw_library(renderer_fakes.library(), charts=CHARTS, room=ROOM, folder=tmp_path)
    assert len(drawn) == DRAWN * len(DRAWINGS)


def test_what_a_killed_or_foreign_program_left_is_drawn_again(tmp_path, drawn):
    (gallery, _) = draw_library(renderer_fakes.library(), charts=CHARTS, room=ROOM, folder=tmp_path)
    drawn.clear()
    gallery.path("alone", 0).unlink()
    gallery.path("alone", 1).write_bytes(gallery.path("alone", 1).read_bytes()[:20])
    Image.new("RGB", (9, 9)).save(gallery.path("half", 0))
    draw_library(renderer_fakes.library(), charts=CHARTS, room=ROOM, folder=tmp_path)
    assert len(drawn) == 3


def test_another_version_code_or_room_and_other_candles_or_times_are_drawn_anew(tmp_path, drawn, monkeypatch):
    first, second = CHARTS
    other = replace(first, candles=replace(first.candles, volume=first.candles.volume + 1))

    def again(charts=CHARTS, room=ROOM, **how) -> int:
        drawn.clear()
        draw_library(renderer_fakes.library(**how), charts=charts, room=room, folder=tmp_path)
        return len(drawn)

    looks = len(renderer_fakes.LOOKS)
    again()
    assert again(version="fake 2") == DRAWN * len(DRAWINGS)
    assert again(version="fake 2", room=(201, 100)) == DRAWN
    assert again(version="fake 2", room=(201, 100), charts=[other, second]) == looks * len(DRAWINGS)
    later = replace(second, start=second.start + (second.times[1] - second.times[0]))
    assert again(version="fake 2", room=(201, 100), charts=[other, later]) == looks * len(DRAWINGS)
    monkeypatch.setattr("benchmarks.renderers.pictures._code", lambda library: b"another program")
    assert again(version="fake 2", room=(201, 100), charts=[other, later]) == DRAWN * len(DRAWINGS)


def test_a_file_says_what_it_was_drawn_by(tmp_path):
    (gallery, _) = draw_library(renderer_fakes.library(), charts=CHARTS, room=ROOM, folder=tmp_path)
    keys = set()
    for path in gallery.folder.glob("*.png"):
        with Image.open(path) as image:
            keys.add(json.loads(image.text[TAG])["key"])
    assert len(keys) == len(CHARTS) * len(DRAWINGS)


def test_libraries_that_are_installed_draw_in_processes_of_their_own(tmp_path):
    installed = [library for library in LIBRARIES if library.missing() is None]
    if not installed:
        pytest.skip(str(LIBRARIES[0].missing()))
    galleries = draw_all(installed, CHARTS[:1], None, tmp_path)
    assert [gallery.look for gallery in galleries] == [look for library in installed for look in library.looks]
    for gallery in galleries:
        alone_, quarter = gallery.open("alone", 0), gallery.open("quarter", 0)
        assert alone_.pane == quarter.pane or gallery.library.name == "lightweight-charts"  # as wide as its prices
        share = (quarter.pattern[2] - quarter.pattern[0]) / (alone_.pattern[2] - alone_.pattern[0])
        assert share == pytest.approx(0.25, abs=0.02)


def test_no_library_draws_nothing(tmp_path):
    assert draw_all([], CHARTS, ROOM, tmp_path) == []
