"""Hollow candles: rising bodies are outlines."""

from dataset_builder.drawing.style import Style

STYLE = Style(
    name="hollow_candles",
    backgrounds=((255, 255, 255), (250, 250, 246)),
    palettes=(((38, 140, 110), (205, 60, 60)), ((60, 60, 60), (60, 60, 60)), ((20, 110, 190), (200, 40, 60))),
    grid=(232, 232, 232),
    kind="hollow",
    weight=0.8,
)
