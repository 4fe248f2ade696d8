"""Binance, light theme."""

from dataset_builder.drawing.style import Style

STYLE = Style(
    name="binance_light",
    backgrounds=((255, 255, 255), (250, 250, 250)),
    palettes=(((14, 203, 129), (246, 70, 93)), ((46, 189, 133), (246, 70, 93))),
    grid=(238, 240, 242),
    text=(112, 122, 138),
    volume=0.45,
    averages=0.4,
    weight=0.8,
)
