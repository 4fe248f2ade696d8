"""Blue up and white or grey down on navy, or blue and red on white: the blind-safe palettes."""

from dataset_builder.style import Style

STYLE = Style(
    name="blue_white",
    backgrounds=((18, 28, 48), (255, 255, 255), (236, 240, 246)),
    palettes=(((60, 130, 246), (190, 198, 212)), ((41, 98, 255), (255, 109, 0)), ((32, 96, 150), (240, 110, 60))),
    grid=(118, 128, 148),
    grid_opacity=(0.12, 0.3),
    weight=0.6,
)
