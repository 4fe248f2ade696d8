"""StockCharts: black outlines when rising, solid red when falling, a fine dotted grid."""

from dataset_builder.drawing.style import Style

STYLE = Style(
    name="stockcharts",
    backgrounds=((255, 255, 255), (253, 253, 250)),
    palettes=(((0, 0, 0), (220, 40, 60)), ((0, 0, 0), (200, 0, 0))),
    grid=(205, 205, 205),
    grid_dash=1.0,
    text=(60, 60, 60),
    kind="hollow",
    averages=0.4,
    weight=0.6,
)
