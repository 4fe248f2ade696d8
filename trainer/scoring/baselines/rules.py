"""The baseline of the detectors in the ``ta_patterns`` package: https://pypi.org/project/ta-patterns/.

They are written for a live series, and several fire on most charts: ``double_top`` on three of four. Of those that
fire, the one that fires on the fewest training charts gives the answer; it is right twice as often as the last to fire.
Their windows of 30 to 150 daily bars are too long for many of our charts, which have 18 to 130 candles, so windows are
shares of the chart here. Of windows of 0.4, 0.6 and 0.8, and pivots of 2 and 3 bars, those below were right most often.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence

import numpy as np

from cryptoai_common.candles import PRICES

# Our class -> detectors in ta_patterns. It has none for a breakout.
DETECTORS = {
    "head_and_shoulders": ("hs_top",),
    "double_top": ("double_top",),
    "double_bottom": ("double_bottom",),
    "ascending_triangle": ("ascending_triangle",),
    "descending_triangle": ("descending_triangle",),
    "cup_and_handle": ("cup_with_handle",),
    "bullish_flag": ("flag_bull",),
    "bearish_flag": ("flag_bear",),
    "support_resistance": ("rectangle_top", "rectangle_bottom"),
}
SILENT = -1  # in place of a class id if no detector fires
WINDOW, FLAG, POLE, CUP, HANDLE = 0.6, 0.3, 0.15, 0.5, 0.15  # shares of the chart
SHORTEST = 4  # bars: the least length of a window
PIVOT = 3  # bars on each side that a turning point must exceed
LEVEL = 100.0  # prices are scaled to this mean, because the detectors compare slopes with absolute numbers

Candles = Mapping[str, Sequence[float]]  # open, high, low, close


def installed() -> bool:
    """Whether ``ta_patterns`` is installed."""
    return importlib.util.find_spec("ta_patterns") is not None


def rule_based(training: Sequence[Candles], charts: Sequence[Candles], classes: tuple[str, ...]) -> np.ndarray:
    """Class ids [n] of ``charts``, ``SILENT`` where no detector fires; ``training`` says how rare each detector is."""
    watched = [name for name in classes if name in DETECTORS]
    rarest = fired(training, watched).mean(axis=0).argsort(kind="stable")
    ids = np.array([classes.index(name) for name in watched])[rarest]
    hits = fired(charts, watched)[:, rarest]
    return np.where(hits.any(axis=1), ids[hits.argmax(axis=1)], SILENT)


def fired(charts: Sequence[Candles], watched: Sequence[str]) -> np.ndarray:
    """Whether a detector of each class fired on each chart, for an unfinished pattern too: bool [charts, classes]."""
    hits = [
        [any(_fires(chart, name) for name in DETECTORS[label]) for label in watched] for chart in map(_prices, charts)
    ]
    return np.array(hits, dtype=bool).reshape(len(charts), len(watched))


def _prices(chart: Candles) -> list[np.ndarray]:
    prices = [np.asarray(chart[name], dtype=float) for name in PRICES]
    return [each * LEVEL / prices[3].mean() for each in prices]


def _fires(prices: list[np.ndarray], detector: str) -> bool:
    from ta_patterns import chart_patterns

    if detector == "cup_with_handle":
        shares = {"cup_window": CUP, "handle_window": HANDLE}
    elif detector.startswith("flag"):
        shares = {"window": FLAG, "pole_bars": POLE}
    else:
        shares = {"window": WINDOW}
    sizes = {name: max(round(share * len(prices[0])), SHORTEST) for name, share in shares.items()}
    return bool(getattr(chart_patterns, detector)(*prices, mode="forming", pivot_n=PIVOT, **sizes).any())
