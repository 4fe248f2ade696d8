"""Black and white, as in books: hollow up, solid down, often with the pattern marked."""

from dataset_builder.drawing.style import Style

STYLE = Style(
    name="monochrome_print",
    backgrounds=((255, 255, 255), (252, 252, 250)),
    palettes=(((10, 10, 10), (10, 10, 10)), ((40, 40, 40), (40, 40, 40))),
    grid=None,
    text=(40, 40, 40),
    kind="hollow",
    body_width=(0.55, 0.85),
    volume=0.2,
    marks=0.35,
    weight=1.5,
)
