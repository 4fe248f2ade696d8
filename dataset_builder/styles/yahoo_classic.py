"""Green and red bodies with black outlines, as older web charts draw them."""

from dataset_builder.drawing.style import Style

STYLE = Style(
    name="yahoo_classic",
    backgrounds=((255, 255, 255), (255, 255, 250)),
    palettes=(((0, 160, 60), (215, 35, 40)), ((0, 176, 96), (253, 97, 107)), ((0, 99, 64), (160, 33, 40))),
    grid=(205, 205, 215),
    border=(30, 30, 30),
    weight=0.6,
)
