"""The style files."""

from pathlib import Path

import pytest

from dataset_builder import styles
from dataset_builder.drawing.style import KINDS, Style
from dataset_builder.styles import STYLES


def test_every_file_is_a_style_of_its_name():
    files = {path.stem for path in Path(styles.__path__[0]).glob("*.py")} - {"__init__"}
    assert files == {style.name for style in STYLES}


def test_there_are_enough_styles_and_some_are_kept_unseen():
    assert sum(not style.held_out for style in STYLES) >= 14
    assert sum(style.held_out for style in STYLES) >= 2
    assert {style.kind for style in STYLES if not style.held_out} == set(KINDS)


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)
def test_colours_are_colours_and_candles_stand_out(style):
    colours = [*style.backgrounds, *(colour for pair in style.palettes for colour in pair), style.text]
    colours += [colour for colour in (style.grid, style.wick, style.border, style.filling, style.sessions) if colour]
    assert all(len(colour) == 3 and all(0 <= value <= 255 for value in colour) for colour in colours)
    for background in style.backgrounds:
        for colour in (colour for pair in style.palettes for colour in pair):
            assert max(abs(a - b) for a, b in zip(colour, background, strict=True)) >= 60


def test_no_unseen_look_can_be_had_from_a_seen_style():
    """Held-out styles differ in their background or in their candles from all that training shows."""
    seen = [style for style in STYLES if not style.held_out]
    for style in (style for style in STYLES if style.held_out):
        for other in seen:
            same_ground = set(style.backgrounds) & set(other.backgrounds)
            assert not (same_ground and set(style.palettes) & set(other.palettes))


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="style x: kind 'candels' is none of candles, hollow"):
        Style(name="x", backgrounds=((0, 0, 0),), palettes=(((1, 1, 1), (2, 2, 2)),), grid=None, kind="candels")
