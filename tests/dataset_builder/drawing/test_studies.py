"""Indicators by their definitions, and that every study is drawn in its own pane."""

import numpy as np
import pytest
from drawings import BY_NAME, frame_of, random_candles
from pages import plain_page

from cryptoai_common.candles import Candles
from dataset_builder.drawing.chart import render, render_blank
from dataset_builder.drawing.page import STUDIES, Study
from dataset_builder.drawing.studies import relative_strength, stochastic

NO_MARKS = np.empty((0, 2))


def test_relative_strength_by_wilders_recursion():
    close = random_candles(60).close
    changes = np.diff(close)
    gain, loss = np.maximum(changes[:14], 0).mean(), np.maximum(-changes[:14], 0).mean()
    expected = [100 * gain / (gain + loss)]
    for change in changes:
        gain, loss = (13 * gain + max(change, 0)) / 14, (13 * loss + max(-change, 0)) / 14
        expected.append(100 * gain / (gain + loss))
    assert relative_strength(close, 14) == pytest.approx(np.array(expected))


def test_relative_strength_at_its_ends():
    assert relative_strength(np.arange(5.0), 14) == pytest.approx(100)
    assert relative_strength(np.arange(5.0)[::-1], 14) == pytest.approx(0)
    assert relative_strength(np.ones(5), 14) == pytest.approx(50)


def test_stochastic_by_hand():
    candles = random_candles(40)
    for bar in (20, 39):
        low, high = candles.low[bar - 13 : bar + 1].min(), candles.high[bar - 13 : bar + 1].max()
        assert stochastic(candles, 14)[bar] == pytest.approx(100 * (candles.close[bar] - low) / (high - low))
    flat = Candles(*[np.ones(5)] * 5)
    assert np.isfinite(stochastic(flat, 14)).all()


@pytest.mark.parametrize("kind", STUDIES)
def test_a_study_is_drawn_in_its_pane_and_nowhere_else(kind):
    candles = random_candles(40)
    without = plain_page(BY_NAME["tradingview_light"])
    look = plain_page(BY_NAME["tradingview_light"], studies=(Study(kind, (60, 320, 380, 420)),))
    pixels = [render(candles, each, frame_of(candles), NO_MARKS).pixels.astype(int) for each in (without, look)]
    rows, columns = np.abs(pixels[1] - pixels[0]).sum(axis=2).nonzero()
    assert len(rows) > 100
    assert rows.min() >= 159 and rows.max() <= 210 and columns.min() >= 29 and columns.max() <= 190
    blank = np.asarray(render_blank(look))
    assert (blank == np.asarray(render_blank(without))).mean() > 0.95  # but the lines of a grid and a frame


@pytest.mark.parametrize("kind", STUDIES)
def test_a_study_shows_the_candles(kind):
    look = plain_page(BY_NAME["tradingview_light"], studies=(Study(kind, (60, 320, 380, 420)),))
    one, other = (render(random_candles(40, seed), look, (90.0, 110.0), NO_MARKS).pixels[165:205] for seed in (0, 1))
    assert (one != other).any()
