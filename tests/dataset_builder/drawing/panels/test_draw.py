"""What is on a page beside the chart: every panel stays in its own place, and its text can be seen."""

import numpy as np
import pytest
from drawings import BY_NAME
from pages import plain_page

from dataset_builder.drawing.chart import render_blank
from dataset_builder.drawing.page import Panel
from dataset_builder.drawing.panels.draw import PANELS
from dataset_builder.drawing.words import KINDS, VARIANTS, text, word_mask

STYLE = BY_NAME["tradingview_light"]


@pytest.mark.parametrize("kind", PANELS)
@pytest.mark.parametrize("size", [224, 448])
@pytest.mark.parametrize("box", [(0, 310, 448, 440), (390, 0, 448, 448), (0, 0, 58, 448), (0, 0, 448, 30)])
def test_a_panel_is_painted_inside_its_box(kind, size, box):
    empty = np.asarray(render_blank(plain_page(STYLE), size)).astype(int)
    found = np.asarray(render_blank(plain_page(STYLE, panels=(Panel(kind, box),), panel=(200, 210, 220)), size))
    rows, columns = np.abs(found - empty).sum(axis=2).nonzero()
    left, top, right, bottom = np.array(box) * size / 448
    assert len(rows) > 10
    assert top - 1 <= rows.min() and rows.max() <= bottom + 1
    assert left - 1 <= columns.min() and columns.max() <= right + 1


@pytest.mark.parametrize("kind", PANELS)
def test_a_panel_differs_from_seed_to_seed_and_is_the_same_for_one(kind):
    drawn = [
        render_blank(plain_page(STYLE, panels=(Panel(kind, (0, 300, 448, 440)),), seed=seed), 448).tobytes()
        for seed in (0, 1, 2, 0)
    ]
    assert drawn[0] == drawn[3] and len(set(drawn)) > 1


@pytest.mark.parametrize("kind", KINDS)
def test_texts_of_a_kind_are_many_and_fixed(kind):
    texts = [text(kind, number) for number in range(VARIANTS)]
    assert all(texts) and len(set(texts)) > 5
    assert text(kind, VARIANTS + 3) == texts[3]
    assert word_mask(kind, 0, 12).max() > 100
