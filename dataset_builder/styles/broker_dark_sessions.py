"""A dark broker platform that shades every other trading day."""

from dataset_builder.drawing.style import Style

STYLE = Style(
    name="broker_dark_sessions",
    backgrounds=((24, 25, 26), (20, 21, 23), (30, 31, 33)),
    palettes=(((38, 191, 160), (240, 72, 84)), ((46, 189, 133), (246, 70, 93))),
    grid=(48, 49, 52),
    text=(160, 160, 165),
    sessions=(34, 35, 38),
    body_width=(0.65, 0.85),
    volume=0.25,
    weight=1.8,
)
