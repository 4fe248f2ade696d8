"""``ChartPatternGenerator``: draws charts one at a time, for programs that need a few."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from PIL import Image

from cryptoai_common.errors import UserError
from dataset_builder.charts.sample import draw_sample
from dataset_builder.patterns import PATTERNS


class ChartPatternGenerator:
    """Draws synthetic charts, one picture a call; the same seed gives the same sequence of pictures of each class.

    A picture is a ``PIL.Image.Image`` in mode RGB, as wide and high as ``image_size``. Each class has a method,
    ``generate_`` and its name. A class in a new file of ``dataset_builder/patterns`` gets its method when this module
    is imported; the ten published ones stand below, so that editors and type checkers know them.
    """

    def __init__(self, image_size: tuple[int, int] = (224, 224), seed: int = 0) -> None:
        """``image_size`` is (width, height) in pixels. Raises UserError for a size that is not a square of 32-1024."""
        width, height = image_size
        if width != height or not 32 <= width <= 1024:
            raise UserError(f"image_size must be a square between 32 and 1024 pixels, not {width}x{height}")
        self.size, self.seed = width, seed
        self._drawn: Counter[str] = Counter()

    def generate_pattern(self, name_or_id: str | int) -> Image.Image:
        """The next picture of a class, given its name or id. Raises UserError for an unknown one."""
        name = find_name(name_or_id)
        sample = draw_sample(self.seed, name, self._drawn[name], self.size)
        self._drawn[name] += 1
        return sample.image

    def generate_head_and_shoulders(self) -> Image.Image:
        """The next chart of a head and shoulders: three tops, the middle one the highest, over a level neckline."""
        return self.generate_pattern("head_and_shoulders")

    def generate_double_top(self) -> Image.Image:
        """The next chart of a double top: two level tops with a clear valley between, after a rise."""
        return self.generate_pattern("double_top")

    def generate_double_bottom(self) -> Image.Image:
        """The next chart of a double bottom: two level bottoms with a clear peak between, after a fall."""
        return self.generate_pattern("double_bottom")

    def generate_ascending_triangle(self) -> Image.Image:
        """The next chart of an ascending triangle: a flat top, and rising lows that close in on it."""
        return self.generate_pattern("ascending_triangle")

    def generate_descending_triangle(self) -> Image.Image:
        """The next chart of a descending triangle: a flat bottom, and falling highs that close in on it."""
        return self.generate_pattern("descending_triangle")

    def generate_cup_and_handle(self) -> Image.Image:
        """The next chart of a cup and handle: a rounded bottom between level rims, then a shallow pullback."""
        return self.generate_pattern("cup_and_handle")

    def generate_bullish_flag(self) -> Image.Image:
        """The next chart of a bullish flag: a steep rise, then a narrow channel that slopes down."""
        return self.generate_pattern("bullish_flag")

    def generate_bearish_flag(self) -> Image.Image:
        """The next chart of a bearish flag: a steep fall, then a narrow channel that slopes up."""
        return self.generate_pattern("bearish_flag")

    def generate_support_resistance(self) -> Image.Image:
        """The next chart of support and resistance: a range between two levels, or several bounces off one."""
        return self.generate_pattern("support_resistance")

    def generate_breakout(self) -> Image.Image:
        """The next chart of a breakout: a range, then closes beyond it, up or down."""
        return self.generate_pattern("breakout")


def find_name(name_or_id: str | int) -> str:
    """The name of the class with that name or id. Raises UserError that suggests the most similar name."""
    for pattern in PATTERNS:
        if name_or_id in (pattern.name, pattern.id):
            return pattern.name
    raise UserError.unknown("pattern", str(name_or_id), [pattern.name for pattern in PATTERNS])


def _method_of(name: str) -> Callable[[ChartPatternGenerator], Image.Image]:
    """A method ``generate_NAME`` for a class that has none above."""

    def generate(self: ChartPatternGenerator) -> Image.Image:
        return self.generate_pattern(name)

    generate.__doc__ = f"The next chart of class ``{name}``."
    generate.__name__ = f"generate_{name}"
    generate.__qualname__ = f"{ChartPatternGenerator.__name__}.generate_{name}"
    return generate


for _pattern in PATTERNS:
    if not hasattr(ChartPatternGenerator, f"generate_{_pattern.name}"):
        setattr(ChartPatternGenerator, f"generate_{_pattern.name}", _method_of(_pattern.name))
