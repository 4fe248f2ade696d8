"""Binance, dark theme."""

from dataset_builder.drawing.style import Style

STYLE = Style(
    name="binance_dark",
    backgrounds=((22, 26, 30), (11, 14, 17)),
    palettes=(((14, 203, 129), (246, 70, 93)), ((2, 192, 118), (248, 73, 96))),
    grid=(34, 38, 43),
    text=(132, 142, 156),
    volume=0.45,
    averages=0.4,
    weight=0.9,
)
