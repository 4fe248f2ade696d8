"""Pages drawn at random: the chart is in them and can be read, and nothing but their stream decides them."""

import inspect
import json
from collections import Counter

import numpy as np
import pytest
from drawings import TRAINING
from hypothesis import given, settings
from hypothesis import strategies as some
from pages import page_look

from dataset_builder.drawing.look import NUISANCES
from dataset_builder.drawing.page import FRAMES, KINDS, PAGE_NUISANCES, STUDIES, page_nuisances
from dataset_builder.drawing.pages import around
from dataset_builder.drawing.pages.random_page import with_page
from dataset_builder.drawing.panels.draw import PANELS
from dataset_builder.drawing.random_look import draw_look

LOOKS = [page_look(seed) for seed in range(1500)]
PAGES = [look.page for look in LOOKS]
TYPES = {"string": str, "int64": int, "float64": float, "bool": bool}


def inside(inner, outer) -> bool:
    return all((inner[0] >= outer[0], inner[1] >= outer[1], inner[2] <= outer[2], inner[3] <= outer[3]))


def apart(one, other) -> bool:
    return one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


@given(some.integers(0, 10**6), some.sampled_from([64, 224, 1024, (1024, 576), (224, 400)]))
@settings(max_examples=200, deadline=None)
def test_every_part_lies_where_it_belongs(seed, size):
    page = page_look(seed, size).page
    whole = (0, 0, page.width, page.height)
    assert inside(page.chart, whole) and inside(page.pane, page.chart)
    assert page.pane[0] < page.pane[2] and page.pane[1] < page.pane[3]
    panes = [page.pane, *(study.box for study in page.studies)]
    assert all(inside(pane, page.chart) and pane[0::2] == page.pane[0::2] for pane in panes)
    titles = [panel.box for panel in page.panels if panel.kind == "title"]
    others = [panel.box for panel in page.panels if panel.kind != "title"]
    assert all(inside(box, page.chart) for box in titles) and all(inside(box, whole) for box in others)
    boxes = [*panes, *others, *titles]
    assert all(apart(boxes[i], boxes[j]) for i in range(len(boxes)) for j in range(i))
    assert all(apart(page.chart, box) for box in others)
    assert page.frame in FRAMES and {study.kind for study in page.studies} <= set(STUDIES)


@pytest.mark.parametrize("size", [224, 448, (1024, 576)])
def test_candles_and_prices_have_room(size):
    sides = (size, size) if isinstance(size, int) else size
    for seed in range(300):
        look = page_look(seed, size)
        left, top, right, bottom = look.margins
        assert all(0 <= margin <= 0.56 for margin in look.margins) and left + right < 1
        shown = look.width * (1 - left - right) * sides[0] / look.page.width
        assert 20 <= look.bars <= 120
        assert shown / look.bars >= 1.2
        assert 1 <= round(shown / look.bars * look.body_width, 2) <= shown / look.bars + 0.01
        taken = look.volume_share if look.volume == "pane" else 0.0
        assert look.height * (1 - top - bottom) * (1 - taken) / look.page.height >= 0.169


def test_a_page_leaves_the_number_of_candles_or_lowers_it():
    for seed in range(200):
        before = draw_look(TRAINING, np.random.default_rng(seed))
        after = with_page(before, np.random.default_rng(seed))
        assert after.bars <= before.bars
        kept = ("style", "fill", "before", "up", "down", "averages", "marks", "jpeg", "blur", "seed")
        for name in kept[1:]:
            assert getattr(after, name) == getattr(before, name)
        assert after.style.name == before.style.name and not after.axes


@given(some.integers(0, 10**6))
@settings(max_examples=30)
def test_a_page_depends_on_its_look_and_stream_alone(seed):
    first = page_look(seed)
    np.random.seed(seed % 1000)
    assert page_look(seed) == first != page_look(seed + 1)


def test_no_label_can_reach_a_page():
    assert list(inspect.signature(with_page).parameters) == ["look", "rng", "size"]


def test_nuisances_have_their_types_with_and_without_a_page():
    lengths = {name: len(value) for name, value in page_nuisances(None).items() if isinstance(value, list)}
    for page in [None, *PAGES[:300]]:
        row = page_nuisances(page)
        assert list(row) == list(PAGE_NUISANCES) and set(row) <= set(NUISANCES)
        for name, kind in PAGE_NUISANCES.items():
            values = row[name] if isinstance(kind, list) else [row[name]]
            assert all(type(value) is TYPES[kind[0] if isinstance(kind, list) else kind] for value in values), name
            assert len(values) == lengths.get(name, 1) > 0
        assert json.loads(json.dumps(row)) == row


def test_every_kind_of_page_study_panel_and_frame_comes():
    kinds = Counter(page.kind for page in PAGES)
    assert set(kinds) == set(KINDS)
    for kind in KINDS:
        assert kinds[kind] / len(PAGES) == pytest.approx(around.KINDS.count(kind) / 9, abs=0.05)
    assert {study.kind for page in PAGES for study in page.studies} == set(STUDIES)
    assert {panel.kind for page in PAGES for panel in page.panels} == set(PANELS)
    assert {page.frame for page in PAGES} == set(FRAMES)
    assert {page.axes[:2] for page in PAGES} == {(True, False), (False, True), (True, True), (False, False)}
    assert {look.volume for look in LOOKS} == {"none", "overlay", "pane"}


def test_sizes_and_empty_room_span_what_screens_show():
    assert min(page.width for page in PAGES) < 640 and max(page.width for page in PAGES) > 2400
    shapes = [page.width / page.height for page in PAGES if page.kind != "phone"]
    assert min(shapes) < 1.05 and 1.7 < max(shapes) < 1.92
    room = np.array([look.margins[1] + look.margins[3] for look in LOOKS])
    assert room.min() < 0.05 and 0.5 < room.max() <= 0.56
    widths = np.array([look.width / look.page.width for look in LOOKS])
    assert widths.min() < 0.4 and widths.max() > 0.9
    tinted = np.mean([look.page.paper != look.background for look in LOOKS if look.page.kind == "export"])
    assert tinted == pytest.approx(0.5, abs=0.08)


def test_volume_is_drawn_once():
    for look in LOOKS:
        assert look.volume == "none" or "volume" not in [study.kind for study in look.page.studies]
