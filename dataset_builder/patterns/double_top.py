"""Double top: two level tops with a clear valley between, after a rise. Bulkowski's identification guidelines."""

from __future__ import annotations

import numpy as np

from dataset_builder.market.moves import approach, trend
from dataset_builder.market.pattern import Pattern
from dataset_builder.market.sketch import FAR, Sketch, between, log_uniform, outline, pick_stage
from dataset_builder.market.swings import View, first_match, merge

END = {"forming": (0.35, 0.75), "complete": (-0.1, 0.2), "broken": (-1.9, -0.25)}
LEVEL = 0.18  # of H: 8 % in the books, but people label real charts up to 15-20 % as double tops
SHORT = 0.58  # pauses on the way stay that far below: another top at the level would make a range


def sketch(rng: np.random.Generator, bars: int) -> Sketch:
    """H is the lower top over the valley; the valley lies at 0."""
    second = 1 + min(max(0.07 * rng.standard_normal() - 0.01, -0.15), 0.15)
    stage = pick_stage(rng, forming=0.2, complete=0.3, broken=0.5)
    gap = log_uniform(rng, 0.45, 2.2)  # time into the second top over time out of the first
    start = -log_uniform(rng, 0.5, 1.9)  # so the valley gives back 34 to 67 % of the rise
    end = between(rng, *END[stage])
    wide = 1.3 if bars > 32 else 1.0  # real tops are near each other, and few bars leave no room between them
    times, levels = approach(rng, start, 1.0, (1 - start) * log_uniform(rng, 0.4, 1.4))
    times_out, levels_out = trend(rng, second, end, wide * (0.5 + 0.9 * (1 - end) * between(rng, 0.4, 1.4)))
    levels, levels_out = [min(level, SHORT) for level in levels[:-1]], [min(level, SHORT) for level in levels_out]
    first = len(times)
    return outline(
        rng,
        [*times, 1.0, gap, *times_out],
        [*levels, 1.0, 0.0, second, *levels_out],
        bars=bars,
        stage=stage,
        body=(first, first + 2),
        slope=2 * rng.random(first + 3 + len(times_out)),  # Adam and Eve: each extremum sharp or rounded
        volume=[1.0] * first + [1.5, 0.9, 1.0] + [1.5 if stage == "broken" else 0.9] * len(times_out),
        roughness=between(rng, 0.5, 1.25),
        overshoot=0.03,
        ceiling=[*[SHORT] * first, 1.0, 0.4, second, *[SHORT] * len(times_out)],  # no third time at the level
        limits=(-FAR, 0.5),  # nor near it afterwards
    )


def check(view: View) -> str | None:
    return first_match(view, view.runs(3, top_first=True), _refuse, "no top, valley and top")


def _refuse(view: View, first, valley, second) -> str | None:
    lower, ceiling = (first.price, second.price) if first.price < second.price else (second.price, first.price)
    height = lower - valley.price
    if ceiling - lower > LEVEL * height:
        return "tops not level"
    if second.bar - first.bar < 4:
        return "tops too close in time"
    start = view.lowest_bar(max(first.bar - 3 * (second.bar - first.bar), 0), first.bar)
    rise = first.price - view.lower[start]
    if rise < 0.65 * height:
        return "no rise into the first top"
    if height < 0.28 * rise:
        return "valley too shallow for the rise"
    if max(view.upper[start:]) > ceiling + 0.05 * height:
        return "a higher price before or after the tops"
    level = ceiling - 0.2 * height
    if sum(s.top and s.price > level for s in merge(view.scales[0], 0.4 * height)) > 2:
        return "a third top at the level"
    after = view.lower[second.bar :]
    end = next((i for i, low in enumerate(after) if low < valley.price - 1.5 * height), len(after) - 1)
    fall = (second.price - min(after[: end + 1])) / height
    if fall < 0.25:
        return "no fall from the second top"
    if fall < 0.55 and view.bottom_share(first.bar, second.bar, valley.price, height) > 0.42:
        return "a cup and its handle"
    return None if view.fills(start, second.bar + end, 0.55) else "too small in the window"


PATTERN = Pattern(id=1, name="double_top", sketch=sketch, check=check)
