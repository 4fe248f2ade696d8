"""A violet dark theme, as Kraken draws it. Held out of training."""

from dataset_builder.drawing.style import Style

STYLE = Style(
    name="kraken_violet",
    backgrounds=((20, 17, 33), (27, 21, 45)),
    palettes=(((37, 176, 128), (214, 58, 98)), ((104, 196, 178), (133, 91, 251))),
    grid=(43, 37, 62),
    text=(152, 144, 178),
    held_out=True,
)
