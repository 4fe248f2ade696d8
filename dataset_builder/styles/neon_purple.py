"""Neon on deep purple, as crypto dashboards like it. Held out of training."""

from dataset_builder.style import Style

STYLE = Style(
    name="neon_purple",
    backgrounds=((26, 14, 46), (34, 16, 60)),
    palettes=(((0, 245, 212), (255, 0, 128)), ((120, 255, 120), (190, 80, 255))),
    grid=(62, 44, 92),
    text=(190, 170, 220),
    held_out=True,
)
