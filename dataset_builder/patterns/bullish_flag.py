"""Bullish flag: a steep pole, then a narrow channel against it. Bulkowski's identification guidelines."""

from __future__ import annotations

from itertools import accumulate
from operator import gt, sub

import numpy as np

from dataset_builder.market.pattern import Pattern
from dataset_builder.market.sketch import FAR, Sketch, between, evenly, log_uniform, outline, pick_stage, shares, spread
from dataset_builder.market.swings import View, first_match, fitted_slope

POLE_BARS = 22  # at most: Bulkowski has 14, but a finer time frame shows the same pole with more, up to
POLE_SHARE = 0.3  # of the window, where that is more
FLAG_BARS, FLAG_SHARE = 48, 0.65


def sketch(rng: np.random.Generator, bars: int) -> Sketch:
    """H is the pole: from 0 to 1. The flag is a zigzag between two parallel lines that start at 1."""
    stage = pick_stage(rng, complete=0.5, broken=0.5)
    pole = max(bars * between(rng, 0.14, 0.3), 4)
    flag = max(bars * between(rng, 0.36, 0.62), 8)
    width = between(rng, 0.12, 0.32)
    # Fall of the channel over its length: the way out of a steep flag would widen it, that of a flat one be a breakout.
    least, most = (0.04, 0.42) if stage == "complete" else (0.12, 0.37)
    drop = between(rng, least, most - 0.6 * width)
    swings = min(max(round(flag / between(rng, 2.5, 6.0)), 3), 8)
    legs = [log_uniform(rng, 0.4, 2.2) for _ in range(swings - 1)]
    top_line = [1 - drop * when for when in shares(legs)]
    reach = spread(rng, 0.7, 1.0, swings)
    levels = [
        top - width * (0.6 * (1 - part) if i % 2 == 0 else part)
        for i, (top, part) in enumerate(zip(top_line, reach, strict=True))
    ]
    levels[0] = 1.0
    scale = flag / sum(legs)
    times = [between(rng, 0.3, 1.1) * pole, pole, *[leg * scale for leg in legs]]
    points = [between(rng, -0.2, 0.4), 0.0, *levels]
    if stage == "broken":
        leg = between(rng, max(0.25, 1.12 - levels[-1]), 0.9)  # out of the flag: beyond the pole's end
        times.append(min(leg * pole * between(rng, 0.7, 1.5), sum(times) / 3))
        points.append(levels[-1] + leg)
    out = [FAR] * (stage == "broken")
    sizes = [0.5, 0.45, 0.5, *[between(rng, 0.5, 0.9)] * (swings - 1), 1.0]
    volume = [0.8, 1.6, 1.5, *evenly(1.0, 0.5, swings - 1), 1.6]
    return outline(
        rng,
        times,
        points,
        bars=bars,
        stage=stage,
        body=(1, 1 + swings),
        slope=[1.0, between(rng, 0.3, 1.4), *spread(rng, 0.3, 1.6, swings), 1.0][: len(points)],
        volatility=sizes[: len(points)],
        volume=volume[: len(points)],
        roughness=between(rng, 0.4, 0.95),
        overshoot=0.025,
        floor=[-FAR, -FAR, *[top - width for top in top_line], *[-wall for wall in out]],
        ceiling=[FAR, FAR, *top_line, *out],
        limits=(-FAR if out else top_line[-1] - width - 0.03, FAR),  # the flag goes on until it is left upwards
    )


def check(view: View) -> str | None:
    half = max(view.upper) - 0.55 * view.range
    tops = ((bar, price) for bar, price, top in view.scales[0] if top and price >= half)
    return first_match(view, tops, _refuse, "no top")


def _refuse(view: View, top: int, price: float) -> str | None:
    first = max(top - round(max(POLE_BARS, POLE_SHARE * view.bars)), 0)
    rise = view.lower[first : top + 1]
    low = min(rise)
    pole = price - low
    if pole < 0.4 * view.range or top - (foot := first + rise.index(low)) < 3:
        return "no pole"
    limit = price + 0.05 * pole
    stop = next((bar for bar, close in enumerate(view.close[top + 1 :], top + 1) if close > limit), view.bars)
    if not 6 <= stop - top <= max(FLAG_BARS, FLAG_SHARE * view.bars):
        return "flag too short" if stop - top < 6 else "flag too long"
    closes = view.close[foot : top + 1]
    if sum(map(gt, closes, view.open[foot : top + 1])) < 0.65 * len(closes):
        return "pole not of one colour"
    if max(map(sub, accumulate(closes, max), closes)) > 0.22 * pole:
        return "a pullback in the pole"
    if pole < 5 * view.atr:
        calm = sorted(view.true_range[top + 1 :])
        if pole < 5 * calm[len(calm) // 2]:
            return "pole under 5 ATR"
    if min(view.lower[top:stop]) < price - 0.56 * pole:
        return "flag retraces more than half of the pole"
    return _refuse_channel(view, foot, top, stop, pole)


def _refuse_channel(view: View, foot: int, start: int, stop: int, pole: float) -> str | None:
    slope = fitted_slope([a + b for a, b in zip(view.upper[start:stop], view.lower[start:stop], strict=True)]) / 2
    if not -0.5 * pole <= slope * (stop - start - 1) <= 0.12 * pole:
        return "flag not against the pole"
    levelled = [view.close[bar] - slope * bar for bar in range(start, stop)]
    levelled += [view.open[bar] - slope * bar for bar in range(start + 1, stop)]
    if max(levelled) - min(levelled) > 0.42 * pole:
        return "flag too wide"
    return None if view.fills(foot, stop, 0.55) else "too small in the window"


PATTERN = Pattern(id=6, name="bullish_flag", sketch=sketch, check=check)
