"""The API for a few pictures at a time: ``ChartPatternGenerator``."""

from __future__ import annotations

from collections import Counter
from functools import partialmethod

from PIL import Image

from cryptoai_common.errors import UserError
from dataset_builder.charts.sample import draw_sample
from dataset_builder.patterns import PATTERNS


class ChartPatternGenerator:
    """Draws synthetic charts, one PIL RGB picture a call; the same seed gives the same sequence of pictures.

    Has one method a class: ``generate_head_and_shoulders()`` … ``generate_breakout()``.
    """

    def __init__(self, image_size: tuple[int, int] = (224, 224), seed: int = 0):
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


def find_name(name_or_id: str | int) -> str:
    """The class of that name or id. Raises UserError that suggests the nearest name."""
    for pattern in PATTERNS:
        if name_or_id in (pattern.name, pattern.id):
            return pattern.name
    raise UserError.unknown("pattern", str(name_or_id), [pattern.name for pattern in PATTERNS])


for _pattern in PATTERNS:
    setattr(
        ChartPatternGenerator,
        f"generate_{_pattern.name}",
        partialmethod(ChartPatternGenerator.generate_pattern, _pattern.name),
    )
