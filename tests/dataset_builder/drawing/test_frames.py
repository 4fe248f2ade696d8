"""Frames, labels and tags beside a chart's panes."""

import numpy as np
import pytest
from drawings import BY_NAME, frame_of, random_candles
from pages import plain_page

from dataset_builder.drawing.chart import render, render_blank

STYLE = BY_NAME["tradingview_light"]
EMPTY = np.asarray(render_blank(plain_page(STYLE), 448)).astype(int)


def changed(**changes):
    """Which pixels of a page of 448 pixels differ from those of one without labels and frames."""
    found = np.asarray(render_blank(plain_page(STYLE, **changes), 448)).astype(int)
    return np.abs(found - EMPTY).sum(axis=2) > 0


@pytest.mark.parametrize(("axes", "place"), [
    ((True, False, False), (slice(0, 448), slice(0, 60))),
    ((False, True, False), (slice(0, 448), slice(380, 448))),
    ((False, False, True), (slice(300, 448), slice(0, 448))),
])  # fmt: skip
def test_labels_lie_at_their_own_side_of_the_pane(axes, place):
    for seed in range(5):
        where = changed(axes=axes, seed=seed)
        assert where[place].sum() > 50
        where[place] = False
        assert not where.any()


def test_dates_can_be_tilted():
    level, tilted = (changed(axes=(False, False, True), tilt=tilt).any(axis=1).sum() for tilt in (0, 45))
    assert tilted > 2 * level


@pytest.mark.parametrize(("frame", "sides"), [("box", 4), ("spines", 2), ("none", 0)])
def test_a_frame_runs_along_the_sides_of_the_pane(frame, sides):
    where = changed(frame=frame)
    edges = [where[40, 62:378], where[299, 62:378], where[42:298, 60], where[42:298, 379]]
    assert sum(edge.all() for edge in edges) == sides
    assert not where[:39].any() and not where[45:295, 65:375].any()


def test_strips_divide_the_axes_from_the_pane():
    where = changed(frame="strips", axes=(False, True, False), seed=1)
    assert where[:, 380].all() and where[300].all()


def test_the_last_price_is_tagged_beside_the_pane_if_there_are_labels():
    candles = random_candles(40)
    for axes, side in (((False, True, False), slice(384, 440)), ((True, False, False), slice(4, 56))):
        look = plain_page(STYLE, axes=axes)
        drawn = [
            render(candles, each, frame_of(candles), np.empty((0, 2)), 448).pixels[:, side].astype(int)
            for each in (look, type(look)(**{**vars(look), "last_price": True}))
        ]
        rows = np.abs(drawn[1] - drawn[0]).sum(axis=2).any(axis=1).nonzero()[0]
        chart = render(candles, look, frame_of(candles), np.empty((0, 2)), 448)
        y = 40 + chart.plot.y(candles.close[-1])
        assert 10 < len(rows) < 26 and rows.mean() == pytest.approx(y, abs=3)
