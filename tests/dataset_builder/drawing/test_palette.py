"""Colours of candles: near the platform's own, faded on light grounds, alike where the platform's are."""

from dataclasses import replace

import numpy as np
import pytest
from drawings import TRAINING

from dataset_builder.drawing.palette import draw_palette

GREEN, RED = (38, 166, 154), (239, 83, 80)
LIGHT, DARK = (255, 255, 255), (19, 23, 34)
STYLE = replace(TRAINING[0], palettes=((GREEN, RED),))


def palettes(background, style=STYLE, count=600):
    return np.array([draw_palette(style, background, np.random.default_rng(seed)) for seed in range(count)])


def chroma(colours):
    return np.ptp(colours, axis=-1)


def test_a_fading_keeps_the_lightness():
    rising = palettes(LIGHT)[:, 0]
    green = rising[rising[:, 1] > rising[:, 0]]  # the others are swapped
    assert green.mean(axis=(0, 1)) == pytest.approx(np.mean(GREEN), abs=2)


def test_light_grounds_fade_more_charts_than_dark_ones():
    full = chroma(np.array(GREEN))
    faded = {ground: np.mean(chroma(palettes(ground)[:, 0]) < 0.8 * full) for ground in (LIGHT, DARK)}
    assert faded[LIGHT] > 3 * faded[DARK] > 0


def test_colours_are_whole_levels():
    style = replace(STYLE, palettes=(((0, 255, 0), (255, 0, 0)),))
    colours = palettes(DARK, style)
    assert colours.dtype.kind == "i" and colours.min() >= 0 and colours.max() <= 255


def test_one_colour_for_both_stays_one():
    colours = palettes(LIGHT, replace(STYLE, palettes=((RED, RED),)))
    assert (colours[:, 0] == colours[:, 1]).all() and len(np.unique(colours[:, 0], axis=0)) > 100
