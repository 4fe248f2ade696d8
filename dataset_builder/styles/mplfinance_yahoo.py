"""The `yahoo` style of mplfinance and of brokers' web charts: pale grey, a strong grid, dark wicks."""

from dataset_builder.drawing.style import Style

STYLE = Style(
    name="mplfinance_yahoo",
    backgrounds=((250, 250, 250), (247, 247, 247), (255, 255, 255)),
    palettes=(((0, 176, 96), (254, 48, 50)), ((38, 177, 112), (236, 76, 71))),
    grid=(208, 208, 208),
    wick=(96, 96, 96),
    body_width=(0.5, 0.75),
    volume=0.15,
    weight=1.4,
)
