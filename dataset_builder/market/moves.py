"""Ways of the price into a pattern and out of it, as legs of a sketch."""

from __future__ import annotations

import numpy as np

from dataset_builder.market.sketch import between


def trend(rng: np.random.Generator, start: float, stop: float, time: float) -> tuple[list[float], list[float]]:
    """A move from one level to another, straight or with one or two pauses or pullbacks on the way.

    Returns the durations of its legs, which add up to ``time``, and their levels after ``start``.
    """
    pauses = int(3 * rng.random() ** 2)
    if not pauses:
        return [time], [stop]
    reached = sorted(between(rng, 0.2, 0.85) for _ in range(pauses))
    times, levels, last = [], [], 0.0
    for share in reached:
        back = max(share - between(rng, 0.0, 0.25), last)
        levels += [start + share * (stop - start), start + back * (stop - start)]
        times += [share - last, between(rng, 0.5, 1.5) * (share - back) + 0.12]
        last = back
    levels.append(stop)
    times.append(1 - last)
    scale = time / sum(times)
    return [duration * scale for duration in times], levels


def approach(
    rng: np.random.Generator, start: float, stop: float, time: float, reach: float = 0.6
) -> tuple[list[float], list[float]]:
    """A trend into a pattern, in four of five charts after a way to where it starts: a window opens anywhere.

    A third of the real crops of heads and doubles begin at the extreme of what comes before the pattern. The window
    opens up to ``reach`` of the way from there to the pattern. Returns the durations of the legs, and their levels
    with the first one's start.
    """
    times, levels = trend(rng, start, stop, time)
    if rng.random() < 0.2:
        return times, [start, *levels]
    opening = start + between(rng, 0.0, reach) * (stop - start)
    return [time * between(rng, 0.1, 0.6), *times], [opening, start, *levels]
