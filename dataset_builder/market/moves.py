"""How the price comes into a pattern and leaves it, as legs of a sketch."""

from __future__ import annotations

import numpy as np

from dataset_builder.market.sketch import between

MOST_PAUSES, FEW = 3, 2  # fewer than so many pauses; the exponent makes none the most frequent number
REACHED, BACK = (0.2, 0.85), (0.0, 0.25)  # where a pause begins on the way, and how far it goes back
PAUSE_PACE, PAUSE_LEAST = (0.5, 1.5), 0.12  # its time, in times of an even pace, and at least
AT_EXTREME = 0.2  # share of charts whose window opens where the trend into the pattern starts
OPENING_TIME = (0.1, 0.6)  # time from the opening to the trend, in times of the trend


def trend(rng: np.random.Generator, start: float, stop: float, time: float) -> tuple[list[float], list[float]]:
    """A move from one level to another, straight or with one or two pauses or pullbacks on the way.

    Returns the durations of its legs, which add up to ``time``, and their levels after ``start``.
    """
    pauses = int(MOST_PAUSES * rng.random() ** FEW)
    if not pauses:
        return [time], [stop]
    reached = sorted(between(rng, *REACHED) for _ in range(pauses))
    times, levels, last = [], [], 0.0
    for share in reached:
        back = max(share - between(rng, *BACK), last)
        levels += [start + share * (stop - start), start + back * (stop - start)]
        times += [share - last, between(rng, *PAUSE_PACE) * (share - back) + PAUSE_LEAST]
        last = back
    levels.append(stop)
    times.append(1 - last)
    scale = time / sum(times)
    return [duration * scale for duration in times], levels


def approach(
    rng: np.random.Generator, start: float, stop: float, time: float, reach: float = 0.6
) -> tuple[list[float], list[float]]:
    """A trend into a pattern, in most charts after another leg that leads to where the trend starts.

    Windows open anywhere: only a third of the labelled heads and doubles begin at the extreme before the pattern. The
    other leg starts up to ``reach`` of the way from there to the pattern. Returns the durations of the legs, and their
    levels with the first one's start.
    """
    times, levels = trend(rng, start, stop, time)
    if rng.random() < AT_EXTREME:
        return times, [start, *levels]
    opening = start + between(rng, 0.0, reach) * (stop - start)
    return [time * between(rng, *OPENING_TIME), *times], [opening, start, *levels]
