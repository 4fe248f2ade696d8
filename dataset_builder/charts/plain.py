"""The look of a chart of given candles: a style with its own colours and nothing but the price, or price and volume."""

from __future__ import annotations

from cryptoai_common.errors import UserError
from dataset_builder.drawing.look import MARK_COLOURS, Look
from dataset_builder.drawing.style import Style
from dataset_builder.styles import STYLES

# About the middle of the ranges in drawing/random_look.py, so that a model sees nothing unusual.
SIDE_MARGIN, UPRIGHT_MARGIN = 0.03, 0.06  # shares of width and height
BODY_WIDTH, WICK_WIDTH = 0.8, 1.0  # share of the candle spacing; pixels
VOLUME_SHARE = 0.16  # height of the volume pane, as a share of the plot


def find_style(name: str) -> Style:
    """The style of that name. Raises UserError that suggests the most similar name."""
    for style in STYLES:
        if style.name == name:
            return style
    raise UserError.unknown("style", name, [style.name for style in STYLES])


def plain_look(style: Style, bars: int, size: int, volume: bool) -> Look:
    """A look with the style's first colours, sharp edges and no overlays, for ``bars`` candles.

    ``size`` is the width and height of the picture in pixels; ``volume`` adds a pane for volume. The same arguments
    always give the same look.
    """
    up, down = style.palettes[0]
    return Look(
        style=style,
        bars=bars,
        fill=1.0,
        before=1.0,
        width=size,
        height=size,
        background=style.backgrounds[0],
        up=up,
        down=down,
        frame="window",
        room=0.0,
        margins=(SIDE_MARGIN, UPRIGHT_MARGIN, SIDE_MARGIN, UPRIGHT_MARGIN),
        cut=(0.0, 0.0),
        body_width=BODY_WIDTH,
        wick_width=WICK_WIDTH,
        snapped=True,
        blur=1.0,
        grid=(0, 0),
        grid_opacity=0.0,
        sessions=0,
        volume="pane" if volume else "none",
        volume_share=VOLUME_SHARE,
        averages=(),
        bollinger=False,
        line_colours=(0, 1, 2),
        last_price=False,
        axes=False,
        watermark=False,
        legend=False,
        crosshair=(),
        stray_lines=0,
        words=0,
        marks="none",
        mark_colour=MARK_COLOURS[0],
        jpeg=0,
        seed=0,
    )
