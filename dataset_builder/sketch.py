"""What a pattern file hands to the market simulator: the skeleton of one pattern, without candles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

STRAIGHT = 1.0  # slope of a leg at its pivot, relative to the leg's mean slope; 0 is rounded, 2 a spike


@dataclass(frozen=True)
class Sketch:
    """Pivots that the price must pass through, and how freely it may move between them.

    Arrays have shape (pivots,). Time is counted in bars from the pattern's first bar; price in units of the
    pattern's height H, with any origin.
    """

    t: np.ndarray
    y: np.ndarray
    stage: str  # "forming", "complete", "broken" or "failed"
    slope: np.ndarray  # shape of the extremum: 0 rounded ("Eve"), 1 straight, 2 spike ("Adam")
    volatility: np.ndarray  # relative size of the bars around each pivot
    volume: np.ndarray  # relative traded volume around each pivot
    body: tuple[int, int]  # first and last pivot of the pattern proper: what lies outside is approach or exit
    roughness: float = 0.6  # standard deviation of the noise over the whole pattern, in H; see prices.py
    give: float = 0.03  # how far the price may pass the end points of a leg, in H
    floor: np.ndarray | None = None  # a wall below, interpolated between the pivots (-inf: none)
    ceiling: np.ndarray | None = None  # a wall above

    @property
    def bars(self) -> int:
        """Number of candles that the sketch covers."""
        return round(self.t[-1])

    def mirrored(self) -> Sketch:
        """The same pattern upside down."""
        return replace(
            self,
            y=-self.y,
            floor=None if self.ceiling is None else -self.ceiling,
            ceiling=None if self.floor is None else -self.floor,
        )


def outline(
    rng: np.random.Generator,
    durations: Sequence[float],
    levels: Sequence[float],
    *,
    bars: int,
    stage: str,
    body: tuple[int, int],
    slope: Sequence[float] | None = None,
    volatility: Sequence[float] | None = None,
    volume: Sequence[float] | None = None,
    **freedom,
) -> Sketch:
    """Make a sketch from leg durations (any unit) and pivot levels (one more than durations).

    ``bars`` is the length of the whole sketch; a leg gets at least a bar and a half where there is room. Pivot
    shapes that are not given are drawn between rounded and spiked. ``freedom`` sets roughness, give, floor and ceiling.
    """
    legs = np.maximum(np.asarray(durations, float), 1e-9)
    legs = np.maximum(legs / legs.sum(), min(1.5 / bars, 0.5 / len(legs)))
    t = np.concatenate(([0.0], np.cumsum(legs))) * bars / legs.sum()
    ones = np.ones(len(t))
    return Sketch(
        t=t,
        y=np.asarray(levels, float),
        stage=stage,
        slope=rng.uniform(0.2, 1.9, len(t)) if slope is None else np.asarray(slope, float),
        volatility=ones if volatility is None else np.asarray(volatility, float),
        volume=ones if volume is None else np.asarray(volume, float),
        body=body,
        **freedom,
    )


def log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    """A number between low and high whose logarithm is uniform."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def pick_stage(rng: np.random.Generator, **weights: float) -> str:
    """One of the stage names, with the given relative weights."""
    names = list(weights)
    shares = np.cumsum(list(weights.values()))
    return names[int(np.searchsorted(shares, rng.uniform(0, shares[-1])))]
