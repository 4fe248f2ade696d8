"""TradingView, light theme: teal and red on white; the most frequent style on the web."""

from dataset_builder.drawing.style import Style

STYLE = Style(
    name="tradingview_light",
    backgrounds=((255, 255, 255), (253, 253, 254)),
    palettes=(((38, 166, 154), (239, 83, 80)), ((8, 153, 129), (242, 54, 69)), ((34, 128, 118), (196, 70, 84))),
    grid=(240, 243, 250),
    weight=3.0,
)
