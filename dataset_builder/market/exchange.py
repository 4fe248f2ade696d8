"""From a path of the price to what an exchange publishes: bars with wicks and gaps, quoted in ticks, and volume.

Bars are aggregated from the steps of a path, so bodies, wicks and ranges relate as they do in real markets.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from cryptoai_common.candles import Candles
from dataset_builder.market.sketch import between, log_uniform

SESSIONS = 0.25  # of the charts: crypto trades around the clock, but people show screenshots of other markets too
STEPS = 4  # price changes inside a bar; the extremes between them follow the law of a Brownian bridge's


def trade(path, low, high, volatility, variance, rng: np.random.Generator) -> np.ndarray:
    """Open, high, low and close, shape (4, bars), with gaps between bars and extra, fat-tailed wicks.

    ``path`` has shape (bars * STEPS + 1,); ``low`` and ``high``, its walls, and ``variance`` have one entry a step,
    ``volatility`` one a bar.
    """
    bars = len(volatility)
    before, after = path[:-1], path[1:]
    move, both = after - before, after + before
    # Twice the extremes of a Brownian bridge between two prices lie a Rayleigh-distributed reach from their sum.
    # Less than a plain walk's, since moves that are taken back lengthen bars too: bodies are about half of a bar.
    bounce = between(rng, 0.7, 1.7) * variance
    reach = np.sqrt(move * move + bounce * rng.standard_exponential((2, bars * STEPS)))
    ends = np.abs(move)  # beside `both`, twice the higher and the lower end: walls narrow no bar to less than its path
    peak = np.minimum(both + reach[0], np.maximum(2 * high, both + ends))
    trough = np.maximum(both - reach[1], np.minimum(2 * low, both - ends))
    closed = int(rng.random() < SESSIONS)  # steps of each bar in which nobody trades
    opening, close = before[closed::STEPS].copy(), after[STEPS - 1 :: STEPS]
    opening[1:] += (rng.laplace(0, log_uniform(rng, 0.01, 0.3), bars) * volatility)[1:]
    wicks = rng.standard_exponential((2, bars))
    wicks = np.minimum(wicks * np.sqrt(wicks), 6) * (between(rng, 0.02, 0.18) * volatility)
    peak, trough = (extreme.reshape(bars, STEPS)[:, closed:] for extreme in (peak, trough))
    highest = np.maximum(peak.max(axis=1) / 2, np.maximum(opening, close))
    lowest = np.minimum(trough.min(axis=1) / 2, np.minimum(opening, close))
    return np.array((opening, highest + wicks[0], lowest - wicks[1], close))


def quote(ohlc: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, float, float]:
    """From H units to a positive price on an exchange's tick grid. Returns prices, scale and origin."""
    lowest = float(ohlc[2].min())
    top_over_bottom = log_uniform(rng, 0.01, 1.2)  # a window moves between 1 % and 120 % of its lowest price
    bottom = log_uniform(rng, 0.01, 60000)
    scale = bottom * top_over_bottom / (float(ohlc[1].max()) - lowest)
    origin = bottom - scale * lowest
    mean_range = float((ohlc[1] - ohlc[2]).sum()) / ohlc.shape[1] * scale
    decimals = -math.floor(math.log10(mean_range / between(rng, 12, 150)))
    return (origin + scale * ohlc).round(decimals), scale, origin


def draw_volume(candles: Candles, rng: np.random.Generator) -> Candles:
    """Traded volume: follows each bar's range (log-log correlation 0.5-0.85) and the relative volume that is given."""
    spread = candles.high - candles.low
    activity = np.log(spread * (len(spread) / spread.sum()) + 0.05)
    noise = rng.standard_normal(len(spread)) * between(rng, 0.2, 0.6)
    volume = log_uniform(rng, 1, 1e5) * candles.volume * np.exp(between(rng, 0.5, 1.0) * activity + noise)
    return replace(candles, volume=np.round(volume + 0.001, 3))
