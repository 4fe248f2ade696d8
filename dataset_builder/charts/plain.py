"""The look of a chart of given candles: a style as its platform draws it, with nothing on it but the price."""

from __future__ import annotations

from cryptoai_common.errors import UserError
from dataset_builder.drawing.look import MARK_COLOURS, Look
from dataset_builder.drawing.style import Style
from dataset_builder.styles import STYLES


def find_style(name: str) -> Style:
    """The style of that name. Raises UserError that suggests the nearest."""
    for style in STYLES:
        if style.name == name:
            return style
    raise UserError.unknown("style", name, [style.name for style in STYLES])


def plain_look(style: Style, bars: int, size: int, volume: bool) -> Look:
    """The style's own colours, sharp, at the picture's own size; ``volume`` adds a pane. Nothing is left to chance."""
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
        margins=(0.03, 0.06, 0.03, 0.06),
        cut=(0.0, 0.0),
        body_width=0.8,
        wick_width=1.0,
        snapped=True,
        blur=1.0,
        grid=(0, 0),
        grid_opacity=0.0,
        sessions=0,
        volume="pane" if volume else "none",
        volume_share=0.16,
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
