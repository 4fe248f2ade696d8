"""A plain line through the closes."""

from dataset_builder.drawing.style import Style

STYLE = Style(
    name="close_line",
    backgrounds=((255, 255, 255), (19, 23, 34), (248, 249, 250)),
    palettes=(((41, 98, 255), (41, 98, 255)), ((33, 150, 243), (33, 150, 243)), ((240, 150, 40), (240, 150, 40))),
    grid=(128, 134, 148),
    grid_opacity=(0.12, 0.3),
    kind="line",
    wick_width=(1.0, 2.2),
    weight=0.8,
)
