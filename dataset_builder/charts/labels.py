"""True labels: a market is drawn again until its pattern's check accepts it, and every other pattern's refuses it."""

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

MAX_DRAWS = 200  # far beyond what any class needs: reached only by a pattern whose sketch fails its own check


def refusal(pattern: Pattern | None, view: View) -> str | None:
    """Why these candles are not a clear case of the pattern (None: of no pattern) and no other; None if they are."""
    if pattern is None:
        return found(view)
    reason = pattern.check(view)
    if reason is not None:
        return reason
    others = (p for p in reversed(PATTERNS) if p is not pattern)  # the last ones refuse the most
    return next((f"also {p.name}" for p in others if p.check(view) is None), None)


def found(view: View) -> str | None:
    """A pattern that these candles show, if any."""
    return next((p.name for p in reversed(PATTERNS) if p.check(view) is None), None)


def draw_accepted(
    sketch: Callable[[np.random.Generator, int], Sketch],
    refuse: Callable[[View], str | None],
    look: Look,
    rng: np.random.Generator,
) -> tuple[Market, str, dict[str, int]]:
    """Redraw the price, never the look, until nothing is said against it: market, stage, and how often what was.

    Raises RuntimeError if no draw is accepted: the sketch or the check is wrong then.
    """
    rejections: Counter = Counter()
    for _ in range(MAX_DRAWS):
        drawn = sketch(rng, max(round(look.bars * look.fill), 16))
        market = draw_market(drawn, look.bars, look.before, rng)
        reason = refuse(View(market.candles))
        if reason is None:
            market = replace(market, candles=draw_volume(market.candles, rng))
            return market, drawn.stage, dict(rejections)
        rejections[reason] += 1
    raise RuntimeError(f"no draw of {look.bars} candles passes the check: {dict(rejections)}")
