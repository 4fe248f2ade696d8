"""True labels: prices are drawn again until the check of their pattern accepts them and all others refuse them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from dataset_builder.drawing.look import Look
from dataset_builder.market.exchange import draw_volume
from dataset_builder.market.pattern import Pattern
from dataset_builder.market.prices import Market, draw_market
from dataset_builder.market.sketch import Sketch
from dataset_builder.market.swings import View
from dataset_builder.patterns import PATTERNS

MAX_DRAWS = 200  # far more than any class needs: reached only by a pattern whose check refuses its own sketch
SHORTEST = 16  # candles of the shortest sketch: the range of a breakout alone needs 14


def refusal(pattern: Pattern | None, view: View, loose: bool = False) -> str | None:
    """Why these candles are not a chart of the pattern alone; None if they are.

    They must pass the pattern's check, and no other one; with ``loose`` those with wider limits. Without a pattern
    (None) they must pass none.
    """
    if pattern is None:
        return found(view)
    reason = pattern.check(view, loose)
    if reason is not None:
        return reason
    others = (p for p in reversed(PATTERNS) if p is not pattern)  # the last ones accept most often: they end the search
    return next((f"also {p.name}" for p in others if p.check(view, loose) is None), None)


def found(view: View) -> str | None:
    """The name of a pattern whose check accepts these candles; None if all refuse them."""
    return next((p.name for p in reversed(PATTERNS) if p.check(view) is None), None)


def draw_accepted(
    sketch: Callable[[np.random.Generator, int], Sketch],
    refuse: Callable[[View], str | None],
    look: Look,
    rng: np.random.Generator,
) -> tuple[Market, str, dict[str, int]]:
    """Draw prices for a look again and again, until ``refuse`` returns no reason against them.

    Returns the market, with its volume, its stage, and how often each reason was given. Raises RuntimeError if none of
    MAX_DRAWS draws is accepted: the sketch or the check is wrong then.
    """
    rejections: Counter[str] = Counter()
    for _ in range(MAX_DRAWS):
        drawn = sketch(rng, max(round(look.bars * look.fill), SHORTEST))
        market = draw_market(drawn, look.bars, look.before, rng)
        reason = refuse(View(market.candles))
        if reason is None:
            market = replace(market, candles=draw_volume(market.candles, rng))
            return market, drawn.stage, dict(rejections)
        rejections[reason] += 1
    raise RuntimeError(f"no draw of {look.bars} candles passes the check: {dict(rejections)}")
