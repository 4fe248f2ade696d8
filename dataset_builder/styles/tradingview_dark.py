"""TradingView, dark theme."""

from dataset_builder.drawing.style import Style

STYLE = Style(
    name="tradingview_dark",
    backgrounds=((19, 23, 34), (24, 28, 39), (15, 17, 24)),
    palettes=(((38, 166, 154), (239, 83, 80)), ((8, 153, 129), (242, 54, 69))),
    grid=(42, 46, 57),
    text=(178, 181, 190),
    weight=1.2,
)
