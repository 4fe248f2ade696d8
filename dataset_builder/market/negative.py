"""Markets without a pattern: random walks with drift, trends with pauses, and stretches that return to a mean."""

from __future__ import annotations

from itertools import accumulate

import numpy as np

from dataset_builder.market.moves import trend
from dataset_builder.market.sketch import Sketch, between, log_uniform, outline

FREE = 1e3  # overshoot without walls: the price may go anywhere between two pivots


def sketch(rng: np.random.Generator, bars: int) -> Sketch:
    """A few random pivots with much noise between them. H is arbitrary."""
    draw = (_walk, _walk, _trend, _reverting)[int(4 * rng.random())]
    durations, levels = draw(rng)
    pivots = len(levels)
    return outline(
        rng,
        durations,
        levels,
        bars=bars,
        stage="none",
        body=(0, pivots - 1),
        volatility=[log_uniform(rng, 0.7, 1.4) for _ in range(pivots)],
        volume=[log_uniform(rng, 0.6, 1.7) for _ in range(pivots)],
        roughness=log_uniform(rng, 0.8, 2.2),
        overshoot=FREE,
    )


def _walk(rng: np.random.Generator) -> tuple[list[float], list[float]]:
    """A random walk of up to six legs."""
    legs = 1 + int(6 * rng.random())
    durations = [log_uniform(rng, 0.3, 3.0) for _ in range(legs)]
    moves = [0.5 * float(rng.standard_normal()) * duration**0.5 for duration in durations]
    return durations, list(accumulate(moves, initial=0.0))


def _trend(rng: np.random.Generator) -> tuple[list[float], list[float]]:
    """Up or down, with pauses, and often a turn."""
    sign = 1.0 if rng.random() < 0.5 else -1.0
    durations, levels = trend(rng, 0.0, sign * between(rng, 0.6, 2.0), 1.0)
    if rng.random() < 0.4:
        more, after = trend(rng, levels[-1], levels[-1] + float(rng.standard_normal()), between(rng, 0.3, 1.0))
        durations, levels = durations + more, levels + after
    return durations, [0.0, *levels]


def _reverting(rng: np.random.Generator) -> tuple[list[float], list[float]]:
    """Around a mean that may itself drift."""
    legs = 3 + int(5 * rng.random())
    drift = float(rng.standard_normal()) * 0.8
    levels = [drift * leg / legs + 0.3 * float(rng.standard_normal()) for leg in range(legs + 1)]
    return [log_uniform(rng, 0.4, 2.5) for _ in range(legs)], levels
