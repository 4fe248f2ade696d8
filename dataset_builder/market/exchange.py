"""From a path of the price to what an exchange publishes: bars with wicks and gaps, quoted in ticks, and volume.

Bars are aggregated from the steps of a path, so bodies, wicks and ranges relate as they do in real markets.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from cryptoai_common.arrays import Floats
from cryptoai_common.candles import Candles
from dataset_builder.market.sketch import between, log_uniform

SESSIONS = 0.25  # share of markets that close: crypto trades around the clock, but screenshots show others too
STEPS = 4  # price changes inside a bar; extremes between them follow the distribution of a Brownian bridge's
# Chosen so that the statistics of drawn candles (market/statistics.py) lie in the ranges of real ones.
BOUNCE = (0.7, 1.7)  # variance of the extremes inside a step, in variances of the step: a plain walk has 2
GAP = (0.01, 0.3)  # scale of gaps between bars, in volatilities of a bar (Laplace-distributed)
WICK, LONGEST_WICK = (0.02, 0.18), 6  # scale of extra wicks in volatilities of a bar; longest, in scales
WINDOW_MOVE = (0.01, 1.2)  # range of a window over its lowest price
PRICES = (0.01, 60000)  # lowest price of a window, in any currency
TICKS = (12, 150)  # ticks in the mean range of a bar
VOLUMES = (1, 1e5)  # mean volume of a window
VOLUME_NOISE, VOLUME_OF_RANGE = (0.2, 0.6), (0.5, 1.0)  # deviation of log volume, and its slope against log range
QUIET = 0.05  # added to the relative range: a bar without a range has volume too


def trade(
    path: Floats, low: Floats, high: Floats, volatility: Floats, variance: Floats, rng: np.random.Generator
) -> Floats:
    """Open, high, low and close, shape (4, bars), with gaps between bars and extra, fat-tailed wicks.

    ``path`` has shape (bars * STEPS + 1,); ``low`` and ``high``, its walls, and ``variance`` have one entry a step,
    ``volatility`` one a bar.
    """
    bars = len(volatility)
    before, after = path[:-1], path[1:]
    move, both = after - before, after + before
    # The extremes of a Brownian bridge from a to b are (a + b ± reach) / 2, where reach² = (b - a)² + 2 variance E and
    # E is exponential. BOUNCE is under 2, because moves that are taken back lengthen bars too.
    bounce = between(rng, *BOUNCE) * variance
    reach = np.sqrt(move * move + bounce * rng.standard_exponential((2, bars * STEPS)))
    ends = np.abs(move)  # beside `both`, twice the higher and the lower end: walls narrow no bar to less than its path
    peak = np.minimum(both + reach[0], np.maximum(2 * high, both + ends))
    trough = np.maximum(both - reach[1], np.minimum(2 * low, both - ends))
    closed = int(rng.random() < SESSIONS)  # steps of each bar in which nobody trades
    opening, close = before[closed::STEPS].copy(), after[STEPS - 1 :: STEPS]
    opening[1:] += (rng.laplace(0, log_uniform(rng, *GAP), bars) * volatility)[1:]
    wicks = rng.standard_exponential((2, bars))
    wicks = np.minimum(wicks * np.sqrt(wicks), LONGEST_WICK) * (between(rng, *WICK) * volatility)
    peak, trough = (extreme.reshape(bars, STEPS)[:, closed:] for extreme in (peak, trough))
    highest = np.maximum(peak.max(axis=1) / 2, np.maximum(opening, close))
    lowest = np.minimum(trough.min(axis=1) / 2, np.minimum(opening, close))
    return np.array((opening, highest + wicks[0], lowest - wicks[1], close))


def quote(ohlc: Floats, rng: np.random.Generator) -> tuple[Floats, float, float]:
    """From units of H to positive prices in ticks of an exchange: ``ohlc`` and the prices have shape (4, bars).

    Also returns scale and origin: a price is origin + scale * level, rounded to a tick.
    """
    lowest = float(ohlc[2].min())
    top_over_bottom = log_uniform(rng, *WINDOW_MOVE)
    bottom = log_uniform(rng, *PRICES)
    scale = bottom * top_over_bottom / (float(ohlc[1].max()) - lowest)
    origin = bottom - scale * lowest
    mean_range = float((ohlc[1] - ohlc[2]).sum()) / ohlc.shape[1] * scale
    decimals = -math.floor(math.log10(mean_range / between(rng, *TICKS)))
    return (origin + scale * ohlc).round(decimals), scale, origin


def draw_volume(candles: Candles, rng: np.random.Generator) -> Candles:
    """The candles with their traded volume, from 0.001 in base currency.

    It follows each bar's range (correlation of the logarithms 0.5-0.85) and the relative volume that the candles have.
    """
    spread = candles.high - candles.low
    activity = np.log(spread * (len(spread) / spread.sum()) + QUIET)
    noise = rng.standard_normal(len(spread)) * between(rng, *VOLUME_NOISE)
    volume = log_uniform(rng, *VOLUMES) * candles.volume * np.exp(between(rng, *VOLUME_OF_RANGE) * activity + noise)
    return replace(candles, volume=np.round(volume + 0.001, 3))
