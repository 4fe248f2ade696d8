"""OHLC bars: a stem with the open to the left and the close to the right."""

from dataset_builder.drawing.style import Style

STYLE = Style(
    name="ohlc_bars",
    backgrounds=((255, 255, 255), (19, 23, 34), (0, 0, 0)),
    palettes=(((38, 166, 154), (239, 83, 80)), ((90, 120, 200), (220, 80, 60))),
    grid=(120, 124, 134),
    grid_opacity=(0.12, 0.3),
    kind="bars",
    body_width=(0.6, 0.95),
    wick_width=(1.0, 1.8),
    weight=0.6,
)
