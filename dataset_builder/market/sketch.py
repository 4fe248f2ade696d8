"""What a pattern file hands to the market simulator: the skeleton of one pattern, without candles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any

import numpy as np

from cryptoai_common.arrays import Floats
from dataset_builder.streams import Uniform

FAR = 1e6  # in H: a wall at that distance is never reached


@dataclass(frozen=True)
class Sketch:
    """Pivots that the price must pass through, and how freely it may move between them.

    Arrays have shape (pivots,). Time is counted in bars from the pattern's first bar; price in units of the
    pattern's height H, with any origin.
    """

    t: np.ndarray
    y: np.ndarray
    stage: str  # "forming", "complete", "broken" or "failed"
    slope: np.ndarray  # of a leg at its end, over its mean slope: 0 rounded ("Eve"), 1 straight, 2 a spike ("Adam")
    volatility: np.ndarray  # relative size of the bars around each pivot
    volume: np.ndarray  # relative traded volume around each pivot
    body: tuple[int, int]  # first and last pivot of the pattern proper: what lies outside is approach or exit
    roughness: float = 0.6  # standard deviation of a free walk over the sketch whose moves all last, in H
    overshoot: float = 0.03  # how far the price may pass the end points of a leg, the floor and the ceiling, in H
    leg_overshoot: float = 0.0  # how much further it may pass the end points of a leg
    floor: np.ndarray | None = None  # a wall below, interpolated between the pivots; before them as at the first
    ceiling: np.ndarray | None = None  # a wall above
    limits: tuple[float, float] = (-FAR, FAR)  # the walls of what comes after the sketch
    last: bool = False  # the window ends with it, as with every pattern that is still forming

    @property
    def bars(self) -> int:
        """Number of candles that the sketch covers."""
        return round(float(self.t[-1]))  # numpy rounds a single number slowly

    def mirrored(self) -> Sketch:
        """The same pattern upside down."""
        return replace(
            self,
            y=-self.y,
            floor=None if self.ceiling is None else -self.ceiling,
            ceiling=None if self.floor is None else -self.floor,
            limits=(-self.limits[1], -self.limits[0]),
        )


def outline(
    rng: np.random.Generator,
    durations: Sequence[float],
    levels: Sequence[float],
    *,
    bars: int,
    stage: str,
    body: tuple[int, int],
    slope: Sequence[float] | Floats | None = None,
    volatility: Sequence[float] | None = None,
    volume: Sequence[float] | None = None,
    **freedom: Any,
) -> Sketch:
    """Make a sketch from leg durations (any unit) and pivot levels (one more than durations).

    ``bars`` is the length of the whole sketch; a leg gets at least a bar and a half where there is room. Pivot
    shapes that are not given are drawn between rounded and spiked. ``freedom`` sets the other fields of a Sketch:
    roughness, overshoot, leg_overshoot, floor, ceiling, limits and last.
    """
    total = sum(durations)
    least = min(1.5 / bars, 0.5 / len(durations))
    t = np.array(list(accumulate([max(duration / total, least) for duration in durations], initial=0.0)))
    t *= bars / t[-1]
    ones = np.ones(len(t))
    freedom |= {wall: np.array(freedom[wall], float) for wall in ("floor", "ceiling") if wall in freedom}
    return Sketch(
        t=t,
        y=np.array(levels, float),
        stage=stage,
        slope=0.4 + 1.5 * rng.random(len(t)) if slope is None else np.array(slope, float),
        volatility=ones if volatility is None else np.array(volatility, float),
        volume=ones if volume is None else np.array(volume, float),
        body=body,
        **freedom,
    )


def between(rng: np.random.Generator, low: float, high: float) -> float:
    """A uniform number from low to below high; takes a third of the time of ``rng.uniform``."""
    return low + (high - low) * rng.random()


def spread(rng: np.random.Generator, low: float, high: float, count: int) -> list[float]:
    """That many uniform numbers."""
    return [low + (high - low) * share for share in rng.random(count).tolist()]


def evenly(start: float, stop: float, count: int) -> list[float]:
    """That many numbers at equal distances, from start to stop (or start alone)."""
    step = (stop - start) / max(count - 1, 1)
    return [start + i * step for i in range(count)]


def shares(durations: Sequence[float]) -> list[float]:
    """When each leg ends, from 0 at the first one's beginning to 1 at the last one's end."""
    total = sum(durations)
    return [time / total for time in accumulate(durations, initial=0.0)]


def log_uniform(rng: Uniform, low: float, high: float) -> float:
    """A number between low and high whose logarithm is uniform."""
    number: float = low * (high / low) ** rng.random()
    return number


def pick_stage(rng: np.random.Generator, **weights: float) -> str:
    """One of the stage names, with the given relative weights."""
    mark = sum(weights.values()) * rng.random()
    for stage, weight in weights.items():
        mark -= weight
        if mark < 0:
            return stage
    return stage
