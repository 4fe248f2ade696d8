"""What a style file defines: how one trading platform or charting library draws its charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dataset_builder.drawing.mixing import Colour

KINDS = ("candles", "hollow", "bars", "line", "area", "heikin_ashi")


@dataclass(frozen=True)
class Style:
    """One chart style. Where a field holds several values, each chart picks one; (low, high) is a range to draw from.

    Probabilities never depend on the pattern. Raises ValueError for an unknown ``kind``.
    """

    name: str
    backgrounds: Sequence[Colour]
    palettes: Sequence[tuple[Colour, Colour]]  # (up, down)
    grid: Colour | None  # None: this platform draws no grid
    grid_opacity: tuple[float, float] = (0.5, 1.0)
    grid_dash: float = 0.0  # length of a dash in screen pixels, 0: solid lines
    text: Colour = (120, 123, 134)
    kind: str = "candles"
    wick: Colour | None = None  # None: the border's colour, or without one the candle's own
    border: Colour | None = None  # outline of the bodies
    filling: Colour | None = None  # inside of hollow candles; None: the background shows through
    sessions: Colour | None = None  # shading of every other trading day; None: there is none
    body_width: tuple[float, float] = (0.6, 1.0)  # share of the candle spacing
    wick_width: tuple[float, float] = (0.7, 1.4)  # screen pixels; of a line chart, the line
    volume: float = 0.3  # probability of a volume pane or overlay
    averages: float = 0.2  # probability of moving averages
    axes: float = 0.15  # probability of price and time labels
    marks: float = 0.07  # probability of lines drawn by hand on the pattern
    weight: float = 1.0  # how often the style is picked, relative to the others
    held_out: bool = False  # kept out of train, validation and test: only in test_unseen_styles

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"style {self.name}: kind {self.kind!r} is none of {', '.join(KINDS)}")
