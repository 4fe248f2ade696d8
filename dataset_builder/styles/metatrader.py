"""MetaTrader: lime outlines on black."""

from dataset_builder.drawing.style import Style

STYLE = Style(
    name="metatrader",
    backgrounds=((0, 0, 0), (4, 6, 10)),
    palettes=(((0, 225, 0), (235, 235, 235)), ((0, 200, 40), (230, 40, 40)), ((0, 255, 0), (0, 255, 0))),
    grid=(119, 136, 153),
    grid_opacity=(0.3, 0.7),
    grid_dash=2.0,
    text=(220, 220, 220),
    kind="hollow",
    weight=0.6,
)
