"""Blue up and orange down on white under a dashed grid, which colour-blind people can tell apart."""

from dataset_builder.drawing.style import Style

STYLE = Style(
    name="blue_orange",
    backgrounds=((255, 255, 255), (236, 240, 246)),
    palettes=(((41, 98, 255), (255, 109, 0)), ((32, 96, 150), (240, 110, 60)), ((33, 110, 200), (230, 70, 80))),
    grid=(222, 216, 204),
    grid_dash=4.0,
    weight=0.5,
)
