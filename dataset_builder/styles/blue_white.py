"""Blue and white candles on navy."""

from dataset_builder.drawing.style import Style

STYLE = Style(
    name="blue_white",
    backgrounds=((18, 28, 48), (12, 20, 38)),
    palettes=(((60, 130, 246), (190, 198, 212)), ((72, 150, 250), (232, 236, 242))),
    grid=(118, 128, 148),
    grid_opacity=(0.12, 0.3),
    weight=0.3,
)
