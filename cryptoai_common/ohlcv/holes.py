"""Candles that are missing in a series, and which gaps are holes: a window across one is no chart.

Markets that close leave gaps that are no holes: nights, lunch breaks, weekends. An hour without a candle counts as
closed if the same hour has none on the days before and after, or in the weeks before and after; and, in a series
without any candle on a Saturday, at weekends.
"""

from __future__ import annotations

import numpy as np

SECOND = 1_000_000  # microseconds
HOUR, DAY = 3600 * SECOND, 86_400 * SECOND
WEEK = 7 * DAY
# A chart with more candles missing in a row than this shows as neighbours what is not: a bank holiday or two beside a
# weekend (Easter, Christmas) leave out up to three days, and illiquid markets trade nothing for a few minutes.
MOST_IN_A_ROW = 3
# The share of a window's candles that may be missing in all, though never fewer than ``MOST_IN_A_ROW``: ten holidays a
# year are 4 % of the daily candles of a stock, twenty (the most that stock exchanges have) 8 %.
MOST_SHARE = 0.1
# A market that trades less often than one in so many of its candles has no hours that could be told from holes.
MOST_CLOSED = 50
# A market with fewer missing candles than this share of those it has is open all the time: an hour a day is 4 %.
LEAST_CLOSED = 0.02
# So many gaps of one length, with no usual step between them, are candles of a longer interval (hourly ones, then daily
# ones), not a market that closes: its sessions have several candles. Four are those from Monday to Friday.
OTHER_INTERVAL = 4
WEEKEND_FROM = (
    4 * DAY + 20 * HOUR
)  # after Monday 00:00 UTC: Wall Street and currencies close on Friday at 20:00 or later
MONDAY = 4 * DAY  # after 1970-01-01, which was a Thursday


def usual_step(micros: np.ndarray) -> int:
    """The spacing of most candles: the (lower) median step, in microseconds; 0 for fewer than two candles."""
    steps = np.sort(np.diff(micros))
    return int(steps[(len(steps) - 1) // 2]) if len(steps) else 0


def missing_before(micros: np.ndarray) -> np.ndarray:
    """How many candles are missing before each, int64 [candles], of times in microseconds, oldest first.

    Hours at which the market is closed are left out (not of gaps longer than a week, which are no closing). Whole
    sessions that are missing between two closings (holidays) count as one candle each.
    """
    missing = np.zeros(len(micros), np.int64)
    step = usual_step(micros)
    if step <= 0:
        return missing
    missing[1:] = np.maximum(np.round(np.diff(micros) / step).astype(np.int64) - 1, 0)
    steps = np.diff(micros, prepend=micros[0])
    short = np.flatnonzero((missing > 0) & (steps <= WEEK) & ~_in_a_row(steps))
    counts = missing[short]
    if step >= WEEK or not LEAST_CLOSED * len(micros) <= counts.sum() <= MOST_CLOSED * len(micros):
        return missing
    gap = np.repeat(np.arange(len(short)), counts)
    number = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    slots = micros[short - 1][gap] + (number + 1) * step
    closed = _closed(slots, micros, micros[short - 1][gap], micros[short][gap], step)
    trading = ~closed
    starts = trading & np.concatenate(([True], closed[:-1] | (gap[1:] != gap[:-1])))
    first, last = np.cumsum(counts) - counts, np.cumsum(counts) - 1
    between = closed[first] & closed[last]  # the gap begins and ends with hours at which the market is closed
    candles = np.bincount(gap, weights=trading, minlength=len(short))
    sessions = np.bincount(gap, weights=starts, minlength=len(short))
    missing[short] = np.where(between, sessions, candles).astype(np.int64)
    return missing


def _in_a_row(steps: np.ndarray) -> np.ndarray:
    """Whether each step is one of ``OTHER_INTERVAL`` or more in a row that are equal: bool [candles]."""
    starts = np.concatenate(([0], np.flatnonzero(np.diff(steps)) + 1, [len(steps)]))
    lengths = np.diff(starts)
    return np.repeat(lengths >= OTHER_INTERVAL, lengths)


def _closed(slots: np.ndarray, micros: np.ndarray, before: np.ndarray, after: np.ndarray, step: int) -> np.ndarray:
    """Whether the market is closed at times without a candle; ``before`` and ``after`` are the ends of their gaps."""
    closed = np.zeros(len(slots), bool)
    for period in (DAY, WEEK):
        if step >= period:
            continue
        known, empty = np.zeros(len(slots), bool), np.ones(len(slots), bool)
        for there in (slots - period, slots + period):
            outside = (there < micros[0]) | (there > micros[-1]) | ((there > before) & (there < after))
            known |= ~outside
            empty &= outside | (_distance(there, micros) > step / 2)
        closed |= known & empty
    if step <= DAY and not ((micros - MONDAY) % WEEK // DAY == 5).any():
        closed |= (slots - MONDAY) % WEEK >= (WEEKEND_FROM if step < DAY else 5 * DAY)
    return closed


def _distance(times: np.ndarray, micros: np.ndarray) -> np.ndarray:
    """To the nearest candle."""
    after = np.clip(np.searchsorted(micros, times), 0, len(micros) - 1)
    distance: np.ndarray = np.minimum(np.abs(micros[after] - times), np.abs(times - micros[np.maximum(after - 1, 0)]))
    return distance


def allowed(bars: int) -> int:
    """How many candles may be missing in a window of so many."""
    return max(MOST_IN_A_ROW, int(MOST_SHARE * bars))


def largest_hole(missing: np.ndarray, first: int, last: int) -> int | None:
    """The candle before which most are missing in the window from ``first`` to ``last``; None if it can be drawn."""
    inside = missing[first + 1 : last + 1]
    if not len(inside) or (inside.max() <= MOST_IN_A_ROW and inside.sum() <= allowed(last - first + 1)):
        return None
    return first + 1 + int(inside.argmax())
