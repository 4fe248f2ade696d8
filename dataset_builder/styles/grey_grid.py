"""Green and red on pale grey with a strong grid and dark wicks, as brokers' web charts draw it."""

from dataset_builder.style import Style

STYLE = Style(
    name="grey_grid",
    backgrounds=((250, 250, 250), (247, 247, 247), (255, 255, 255)),
    palettes=(((38, 177, 112), (236, 76, 71)), ((22, 160, 93), (228, 66, 61))),
    grid=(216, 216, 216),
    wick=(90, 90, 90),
    body_width=(0.5, 0.75),
    volume=0.15,
    weight=1.5,
)
