"""Heikin-Ashi candles: averaged bodies, long runs of one colour."""

from dataset_builder.drawing.style import Style

STYLE = Style(
    name="heikin_ashi",
    backgrounds=((255, 255, 255), (19, 23, 34)),
    palettes=(((38, 166, 154), (239, 83, 80)), ((0, 170, 90), (220, 50, 60))),
    grid=(128, 134, 148),
    grid_opacity=(0.12, 0.3),
    kind="heikin_ashi",
    weight=0.4,
)
