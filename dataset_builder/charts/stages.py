"""In which stage a pattern is that was found in finished candles, and what else stands in its place."""

from __future__ import annotations

from typing import NamedTuple

from cryptoai_common.candles import Candles
from dataset_builder.limits import FEWEST_BARS
from dataset_builder.market.match import Line, Match
from dataset_builder.market.swings import View
from dataset_builder.patterns import BY_NAME

UNSELECTED_STAGE, NO_CHART_STAGE = "unselected", "no_chart"  # a market as it is; a picture without one
UNCHECKED = (UNSELECTED_STAGE, NO_CHART_STAGE)  # charts without a pattern that no check has looked at
SCREENSHOT_STAGE, MIXED = "screenshot", "mixed"  # stage and source of a market with several patterns, or none
BROKEN = 0.05  # of the pattern's height: a close that far outside its turning points ends it
# A model names a pattern that fills only the newer part of a window, too, and a check asks for most of it: these shares
# of the window, from its end, are looked at in turn. A shorter part would be another window (scan's hits.OVERLAP).
PARTS = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)


class Standing(NamedTuple):
    """How far a pattern has come at the last candle of a window, and how far the price is from its line there.

    ``stage`` is "complete" while no close has broken the line, "broken" after one has, and "failed" if the latest such
    close broke the opposite side instead. ``line`` is the price of the line at the last candle; ``percent`` and
    ``true_ranges`` are how far the price has to rise (negative: to fall) from the last close to get there, in percent
    of that close and in mean true ranges of the window. The line leads from candle ``first``, at ``first_price``.
    """

    stage: str
    line: float
    percent: float
    true_ranges: float
    first: int
    first_price: float


def stage_of(view: View, found: Match) -> str:
    """ "broken" if a close after the pattern, or its last point, lies outside all its other turning points.

    Else "complete". Whether a pattern is still forming, only the future tells.
    """
    *before, (last, price) = found.points
    prices = [point[1] for point in before]
    low, high = min(prices), max(prices)
    room = BROKEN * (high - low)
    after = [price, *view.close[last + 1 :]]
    return "complete" if low - room <= min(after) and max(after) <= high + room else "broken"


def standing(name: str, candles: Candles) -> Standing | None:
    """Where the pattern of that name stands at the last of the candles.

    None if its check with the loose limits does not see it, neither in all of the candles nor in the newer ``PARTS`` of
    them, or if there is no pattern of that name.
    """
    pattern, whole = BY_NAME.get(name), View(candles)
    if pattern is None or min(whole.close) <= 0:
        return None
    for share in PARTS:
        start = whole.bars - round(share * whole.bars)
        view = whole.window(start, whole.bars)
        enough = view.range > 0 and view.bars >= FEWEST_BARS
        found = pattern.see(view, loose=True) if enough else "too few candles"
        if not isinstance(found, str) and found.lines:
            stage, line = _stage_and_line(view, found)
            price, close = line.at(view.bars - 1), view.close[-1]
            to_go = price - close
            return Standing(stage, price, 100 * to_go / close, to_go / whole.atr, start + line.start, line.price)
    return None


def _stage_and_line(view: View, found: Match) -> tuple[str, Line]:
    """The stage by the latest close that broke a line; of several lines the broken one, or else the nearest."""
    last = view.bars - 1
    sides = found.lines if found.opposite is None else (*found.lines, found.opposite)
    for bar in range(last, -1, -1):
        close = view.close[bar]
        for line in sides:
            if (bar >= line.known or bar == last) and line.broken_by(bar, close):
                return ("broken", line) if line in found.lines else ("failed", found.lines[0])
    return "complete", min(found.lines, key=lambda line: abs(line.at(last) - view.close[last]))
