"""One labelled chart, a pure function of (seed, pattern, index)."""

from __future__ import annotations

from functools import partial
from typing import Any

from cryptoai_common.dataset import NONE, UNSEEN
from dataset_builder.charts.draft import Draft, Sample
from dataset_builder.charts.labels import draw_accepted, refusal
from dataset_builder.drawing.look import Look
from dataset_builder.drawing.random_look import draw_look
from dataset_builder.drawing.style import Style
from dataset_builder.market import negative
from dataset_builder.patterns import BY_NAME
from dataset_builder.streams import random_stream
from dataset_builder.styles import STYLES

TRAINING_STYLES = tuple(style for style in STYLES if not style.held_out)
HELD_OUT_STYLES = tuple(style for style in STYLES if style.held_out)


def draw_sample(
    seed: int,
    pattern_name: str | None,
    index: int,
    image_size: int = 224,
    styles: tuple[Style, ...] = TRAINING_STYLES,
    stream: str = "",
) -> Sample:
    """Draw sample number ``index`` of a class. The same arguments give the same bytes, in any process.

    Without a class (None) it is a chart that all checks refuse: its label is None, it has no pivots, and its box is
    that of all candles. ``image_size`` is the width and height in pixels. Another ``stream`` gives another market and
    look for the same seed, class and index. Raises KeyError for an unknown class, and RuntimeError if no draw passes
    the class's check: the pattern file is wrong then.
    """
    return settle(seed, pattern_name, index, image_size, styles, stream).render()


def settle(
    seed: int,
    pattern_name: str | None,
    index: int,
    image_size: int = 224,
    styles: tuple[Style, ...] = TRAINING_STYLES,
    stream: str = "",
) -> Draft:
    """Draw the look and the market of :func:`draw_sample`, but not the picture."""
    look = _look(seed, pattern_name, index, image_size, styles, stream)
    pattern = BY_NAME[pattern_name] if pattern_name else None
    sketch = pattern.sketch if pattern else negative.sketch
    rng = random_stream(seed, pattern_name or NONE, index, "price", stream)
    market, stage, rejections = draw_accepted(sketch, partial(refusal, pattern), look, rng)
    return Draft(seed, pattern_name, index, look, market, stage, rejections, image_size)


def _look(seed: int, label: str | None, index: int, image_size: int, styles: tuple[Style, ...], stream: str) -> Look:
    return draw_look(styles, random_stream(seed, label or NONE, index, "look", stream), image_size)


def variety(split: str) -> tuple[tuple[Style, ...], str]:
    """The styles and the random stream that a split's charts are drawn from."""
    return (HELD_OUT_STYLES, "unseen") if split == UNSEEN else (TRAINING_STYLES, "")


def draw_look_again(split: str, row: dict[str, Any], image_size: int = 224) -> Look:
    """The look that a chart of a dataset was drawn with, from its split and its row of metadata."""
    return _look(row["seed"], row["label"], row["index"], image_size, *variety(split))
