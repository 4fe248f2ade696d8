"""Double top: two level tops with a clear valley between, after a rise. Bulkowski's identification guidelines."""

from __future__ import annotations

import numpy as np

from dataset_builder.pattern import Pattern
from dataset_builder.sketch import Sketch, log_uniform, outline, pick_stage
from dataset_builder.swings import View, first_match

END = {"forming": (0.35, 0.75), "complete": (-0.1, 0.2), "broken": (-1.3, -0.25)}
LEVEL = 0.12  # tops within 12 % H: people label real charts up to about 15 % as double tops


def sketch(rng: np.random.Generator, bars: int) -> Sketch:
    """H is the lower top over the valley; the valley lies at 0."""
    second = 1 + np.clip(rng.normal(0, 0.05), -0.1, 0.1)
    stage = pick_stage(rng, forming=0.2, complete=0.3, broken=0.5)
    gap = np.array([1.0, log_uniform(rng, 0.6, 1.6)])
    start = -rng.uniform(-0.25, 1.6)
    approach = rng.uniform(0.5, 1.0) + 0.7 * max(-start, 0)
    end = rng.uniform(*END[stage])
    # Adam and Eve: each extremum sharp or rounded on its own
    slope = [1.0, rng.uniform(0, 2), rng.uniform(0, 2), rng.uniform(0, 2), rng.uniform(0.4, 1.6)]
    return outline(
        rng,
        [approach, *gap, 0.35 + 0.6 * (1 - end) * rng.uniform(0.5, 1.0)],
        [start, 1.0, 0.0, second, end],
        bars=bars,
        stage=stage,
        body=(1, 3),
        slope=slope,
        volume=[1.0, 1.5, 0.9, 1.0, 1.5 if stage == "broken" else 0.9],
        roughness=rng.uniform(0.3, 0.8),
        give=0.03,
    )


def check(view: View) -> str | None:
    return first_match(view.runs(3, top_first=True), lambda run: _refuse(view, run), "no top, valley and top")


def _refuse(view: View, run) -> str | None:
    first, valley, second = run
    height = min(first.price, second.price) - valley.price
    if abs(first.price - second.price) > 1.5 * LEVEL * height:
        return "tops not level"
    if second.bar - first.bar < 4:
        return "tops too close in time"
    reach = max(first.bar - 3 * (second.bar - first.bar), 0)
    start = reach + int(np.argmin(view.lower[reach : first.bar + 1]))
    rise = first.price - view.lower[start]
    if rise < 0.65 * height:
        return "no rise into the first top"
    if height < 0.28 * rise:
        return "valley too shallow for the rise"
    ceiling = max(first.price, second.price)
    if view.upper[start:].max() > ceiling + 0.05 * height:
        return "a higher price before or after the tops"
    others = [s for swings in view.scales for s in swings if s.top and not first.bar - 2 <= s.bar <= second.bar + 2]
    if any(s.price > ceiling - 0.2 * height for s in others):
        return "a third top at the level"
    fall = np.flatnonzero(view.lower[second.bar :] < valley.price - 1.5 * height)
    end = second.bar + int(fall[0]) if len(fall) else len(view.candles) - 1
    if view.lower[second.bar : end + 1].min() > second.price - 0.25 * height:
        return "no fall from the second top"
    return None if view.fills(start, end, 0.55) else "too small in the window"


PATTERN = Pattern(id=1, name="double_top", sketch=sketch, check=check)
