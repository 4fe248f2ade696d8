"""A line with the area below it filled, as price widgets draw it."""

from dataset_builder.drawing.style import Style

STYLE = Style(
    name="area",
    backgrounds=((255, 255, 255), (16, 20, 30)),
    palettes=(((41, 98, 255), (41, 98, 255)), ((22, 199, 132), (22, 199, 132)), ((234, 57, 67), (234, 57, 67))),
    grid=(128, 134, 148),
    grid_opacity=(0.12, 0.3),
    kind="area",
    wick_width=(1.0, 2.0),
    weight=0.5,
)
