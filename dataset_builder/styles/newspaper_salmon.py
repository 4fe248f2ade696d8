"""Candles in claret and oxford blue on salmon paper, as a financial newspaper prints them. Held out of training."""

from dataset_builder.drawing.style import Style

STYLE = Style(
    name="newspaper_salmon",
    backgrounds=((255, 241, 229), (247, 233, 216)),
    palettes=(((15, 84, 153), (153, 15, 61)), ((13, 118, 128), (204, 74, 60))),
    grid=(221, 206, 194),
    text=(102, 96, 92),
    body_width=(0.5, 0.8),
    held_out=True,
)
