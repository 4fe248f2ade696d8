"""Desktop brokers such as thinkorswim: plain green and red on black."""

from dataset_builder.drawing.style import Style

STYLE = Style(
    name="thinkorswim",
    backgrounds=((0, 0, 0), (12, 12, 12)),
    palettes=(((6, 176, 80), (255, 45, 45)), ((0, 255, 0), (255, 0, 0)), ((64, 196, 64), (216, 60, 60))),
    grid=(48, 48, 48),
    text=(170, 170, 170),
    body_width=(0.5, 0.85),
    weight=0.6,
)
