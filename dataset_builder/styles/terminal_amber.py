"""A trading terminal: white and amber outlines on black under a dotted amber grid. Held out of training."""

from dataset_builder.drawing.style import Style

STYLE = Style(
    name="terminal_amber",
    backgrounds=((0, 0, 0), (10, 8, 4)),
    palettes=(((240, 240, 235), (251, 139, 30)), ((251, 160, 40), (120, 150, 230))),
    grid=(120, 78, 24),
    grid_opacity=(0.3, 0.7),
    grid_dash=1.0,
    text=(251, 139, 30),
    kind="hollow",
    held_out=True,
)
