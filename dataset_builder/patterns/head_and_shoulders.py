"""Head and shoulders: three tops, the middle one the highest, over a nearly level neckline.

Extrema inequalities after Lo, Mamaysky and Wang (2000); symmetry after Osler (1998).
"""

from __future__ import annotations

import numpy as np

from dataset_builder.market.moves import approach, trend
from dataset_builder.market.pattern import Pattern
from dataset_builder.market.sketch import FAR, Sketch, between, log_uniform, outline, pick_stage
from dataset_builder.market.swings import View, first_match

END = {"forming": (0.45, 0.8), "complete": (-0.1, 0.15), "broken": (-2.0, -0.25), "failed": (0.85, 1.0)}
OUTER, INNER = (0.4, 1.1), (0.8, 2.0)  # time of a shoulder's own leg and of a side of the head, which is the wider one


def sketch(rng: np.random.Generator, bars: int) -> Sketch:
    """H is the head over the neckline; both troughs lie near 0."""
    left = 1 / between(rng, 1.5, 3.0)  # real heads stand up to three times as high as the shoulders
    right = min(max(left + between(rng, -0.2, 0.2), 0.31), 0.74)
    tilt = between(rng, -0.24, 0.24)
    stage = pick_stage(rng, forming=0.2, complete=0.3, broken=0.45, failed=0.05)
    low, high = END[stage]
    end = right * between(rng, low, high) if low > 0 else between(rng, low, high) + tilt / 2
    skew = log_uniform(rng, 0.45, 2.2)  # time of the left half over the right half
    halves = [pace * log_uniform(rng, *leg) for pace, leg in ((skew, OUTER), (skew, INNER), (1.0, INNER), (1.0, OUTER))]
    start = -between(rng, 0.3, 2.5)  # real heads end rises, and begin falls, of up to three times their height
    # As steep as the head's own sides, or it would be a wall; above the shoulder in some.
    times, levels = approach(rng, start, left, (left - start) * log_uniform(rng, 0.5, 1.5), reach=1.2)
    times_out, levels_out = trend(rng, right, end, (right - end + 0.4) * log_uniform(rng, 0.6, 1.8))
    first = len(times)
    volume = [1.0] * first + [1.4, 0.9, 1.2, 0.8, 0.8] + [1.5 if stage == "broken" else 0.9] * len(times_out)
    return outline(
        rng,
        [*times, *halves, *times_out],
        [*levels, -tilt / 2, 1.0, tilt / 2, right, *levels_out],
        bars=bars,
        stage=stage,
        body=(first, first + 4),
        volume=volume,
        roughness=between(rng, 0.4, 1.0),
        overshoot=0.04,
        limits=(-FAR, 0.9),  # the head stays the highest
    )


def check(view: View) -> str | None:
    return first_match(view, view.runs(5, top_first=True), _refuse, "no five swings")


def _refuse(view: View, e1, e2, e3, e4, e5) -> str | None:
    neckline = e2.price + (e4.price - e2.price) * (e3.bar - e2.bar) / (e4.bar - e2.bar)
    head = e3.price - neckline
    left, right = e1.price - e2.price, e5.price - e4.price
    if e3.price - max(e1.price, e5.price) < 0.17 * head:
        return "head not 1.2 times the shoulders"
    if min(left, right) < 0.28 * head:
        return "a shoulder is too flat"
    if abs(e1.price - e5.price) > 0.24 * head:  # people label real charts up to a quarter of the head apart
        return "shoulders not level"
    if abs(e2.price - e4.price) > 0.3 * head:
        return "neckline not level"
    if e1.price < (e5.price + e4.price) / 2 or e5.price < (e1.price + e2.price) / 2:
        return "a shoulder below the midpoint of the other side"
    if not 0.3 <= (e3.bar - e1.bar) / (e5.bar - e3.bar) <= 3.3:
        return "lopsided in time"
    start = view.lowest_bar(max(e1.bar - (e5.bar - e1.bar), 0), e1.bar)
    if e1.price - view.lower[start] < 0.75 * left:
        return "no rise into the left shoulder"
    if max(view.upper[start:]) > e3.price:
        return "the head is not the highest price"
    end = min(e5.bar + (e5.bar - e3.bar), view.bars - 1)
    return None if view.fills(start, end) else "too small in the window"


PATTERN = Pattern(id=0, name="head_and_shoulders", sketch=sketch, check=check)
