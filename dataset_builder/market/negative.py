"""Markets without a pattern: random walks with drift, trends with pauses, and prices that return to a mean."""

from __future__ import annotations

from itertools import accumulate

import numpy as np

from dataset_builder.market.moves import trend
from dataset_builder.market.sketch import Sketch, between, log_uniform, outline

# What is drawn. Levels are in H, which has no meaning of its own here: only their size relative to ROUGHNESS counts.
# The ranges were chosen, not measured. They are wide, so that these charts differ among themselves.
FREE = 1e3  # overshoot so large that the price has no limits between two pivots
VOLATILITY, VOLUME = (0.7, 1.4), (0.6, 1.7)  # relative size of the bars, and relative volume, at each pivot
ROUGHNESS = (0.8, 2.2)  # more noise than most patterns have, so that pivots hardly show
WALK_LEGS, WALK_TIME = 6, (0.3, 3.0)  # random walk: most legs, and their relative durations
WALK_MOVE = 0.5  # standard deviation of a leg's move, in square roots of its duration
TREND_MOVE = (0.6, 2.0)  # trend: its length; half of them fall
TURN, TURN_TIME = 0.4, (0.3, 1.0)  # share of trends that a second move follows; its time, in times of the first
MEAN_LEGS, MEAN_MORE = 3, 5  # prices that return to a mean: fewest legs, and fewer than so many more
MEAN_TIME = (0.4, 2.5)  # relative durations of the legs
MEAN_DRIFT, MEAN_SPREAD = 0.8, 0.3  # standard deviations: of the mean's whole move, of the price about the mean


def sketch(rng: np.random.Generator, bars: int) -> Sketch:
    """Draw pivots at random levels for ``bars`` candles, with much noise between them."""
    draw = (_walk, _walk, _trend, _reverting)[int(4 * rng.random())]  # half are walks
    durations, levels = draw(rng)
    pivots = len(levels)
    return outline(
        rng,
        durations,
        levels,
        bars=bars,
        stage="none",
        body=(0, pivots - 1),
        volatility=[log_uniform(rng, *VOLATILITY) for _ in range(pivots)],
        volume=[log_uniform(rng, *VOLUME) for _ in range(pivots)],
        roughness=log_uniform(rng, *ROUGHNESS),
        overshoot=FREE,
    )


def _walk(rng: np.random.Generator) -> tuple[list[float], list[float]]:
    """Durations and levels of a random walk of up to WALK_LEGS legs."""
    legs = 1 + int(WALK_LEGS * rng.random())
    durations = [log_uniform(rng, *WALK_TIME) for _ in range(legs)]
    moves = [WALK_MOVE * float(rng.standard_normal()) * duration**0.5 for duration in durations]
    return durations, list(accumulate(moves, initial=0.0))


def _trend(rng: np.random.Generator) -> tuple[list[float], list[float]]:
    """Durations and levels of a trend up or down with pauses, in some charts with a second move after it."""
    sign = 1.0 if rng.random() < 0.5 else -1.0
    durations, levels = trend(rng, 0.0, sign * between(rng, *TREND_MOVE), 1.0)
    if rng.random() < TURN:
        more, after = trend(rng, levels[-1], levels[-1] + float(rng.standard_normal()), between(rng, *TURN_TIME))
        durations, levels = durations + more, levels + after
    return durations, [0.0, *levels]


def _reverting(rng: np.random.Generator) -> tuple[list[float], list[float]]:
    """Durations and levels of a price that returns to a mean; the mean moves evenly from start to end."""
    legs = MEAN_LEGS + int(MEAN_MORE * rng.random())
    drift = float(rng.standard_normal()) * MEAN_DRIFT
    levels = [drift * leg / legs + MEAN_SPREAD * float(rng.standard_normal()) for leg in range(legs + 1)]
    return [log_uniform(rng, *MEAN_TIME) for _ in range(legs)], levels
