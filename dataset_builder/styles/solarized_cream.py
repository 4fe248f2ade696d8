"""Warm cream paper with olive and rust candles. Held out of training."""

from dataset_builder.style import Style

STYLE = Style(
    name="solarized_cream",
    backgrounds=((253, 246, 227), (238, 232, 213)),
    palettes=(((133, 153, 0), (203, 75, 22)), ((42, 161, 152), (220, 50, 47))),
    grid=(220, 214, 196),
    text=(101, 123, 131),
    wick=(101, 123, 131),
    held_out=True,
)
