"""In which stage a pattern is that was found in finished candles, and what else stands in its place."""

from __future__ import annotations

from dataset_builder.market.match import Match
from dataset_builder.market.swings import View

UNSELECTED_STAGE, NO_CHART_STAGE = "unselected", "no_chart"  # a market as it is; a picture without one
UNCHECKED = (UNSELECTED_STAGE, NO_CHART_STAGE)  # charts without a pattern that no check has looked at
SCREENSHOT_STAGE, MIXED = "screenshot", "mixed"  # stage and source of a market with several patterns, or none
BROKEN = 0.05  # of the pattern's height: a close that far outside its turning points ends it


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
