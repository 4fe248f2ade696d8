"""A dark broker platform that shades every other trading day."""

from dataset_builder.drawing.style import Style

STYLE = Style(
    name="broker_dark_sessions",
    backgrounds=((22, 23, 25), (20, 21, 23), (28, 29, 32)),
    palettes=(((38, 188, 158), (236, 64, 76)), ((38, 188, 158), (236, 64, 76)), ((46, 189, 133), (246, 70, 93))),
    grid=(46, 47, 51),
    text=(160, 160, 165),
    sessions=(34, 35, 39),
    body_width=(0.65, 0.85),
    volume=0.25,
    weight=1.8,
)
