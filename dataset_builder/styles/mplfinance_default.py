"""The default style of mplfinance: white and black candles on grey-blue, under a white grid."""

from dataset_builder.drawing.style import Style

STYLE = Style(
    name="mplfinance_default",
    backgrounds=((220, 227, 239), (234, 234, 242)),
    palettes=(((0, 0, 0), (0, 0, 0)), ((30, 30, 40), (30, 30, 40))),
    grid=(255, 255, 255),
    grid_opacity=(0.7, 1.0),
    text=(40, 40, 40),
    kind="hollow",
    filling=(255, 255, 255),
    body_width=(0.5, 0.7),
    weight=0.5,
)
