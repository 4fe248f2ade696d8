"""Statistics of candles, to compare drawn ones with those of real markets: pure functions of windows of candles.

Windows of different markets are pooled, so each is measured in a unit of its own: returns in the window's mean
absolute return, gaps in its mean range. Cut a long series into windows of about sixty bars, as many as a chart has,
before comparing it with charts: over months, volatility changes slowly, which makes tails heavier and the clustering
of volatility stronger. The autocorrelation of absolute returns is then 0.15-0.45 at lag 1 and 0.05-0.25 at lag 10, and
the tail index 2.3-4.6. Cut into windows of sixty bars, the same series lie in RANGES, because the unit of each window
takes the slow changes out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cryptoai_common.arrays import Floats
from cryptoai_common.candles import Candles

# Lowest and highest value of each statistic in real markets: 5-minute, 1-hour and daily candles of several crypto
# markets between 2011 and 2023. The first three hold for windows of about sixty bars; in seven such series they were
# 3.0-7.2, 0.11-0.15 and -0.06-0.00.
RANGES: dict[str, tuple[float, float]] = {
    "tail index": (2.3, 7.3),
    "autocorrelation at lag 1": (0.08, 0.2),
    "autocorrelation at lag 10": (-0.08, 0.03),
    "body share": (0.36, 0.53),
    "upper wick share": (0.20, 0.34),
    "lower wick share": (0.23, 0.33),
    "doji share": (0.10, 0.28),
    "volume-range correlation": (0.25, 0.87),
    "gap share": (0.01, 0.25),
}
FEWEST_BARS = 12  # of a window: eleven returns, the fewest from which lag 10 can be measured
DOJI = 0.1  # largest body of a doji, a candle whose open and close are nearly equal, as a share of its range
TAIL = 0.02  # share of the returns, the largest ones, that the tail index is estimated from


def candle_statistics(windows: Sequence[Candles]) -> dict[str, float]:
    """The statistics named in RANGES, over all windows of at least FEWEST_BARS bars.

    Returns are differences of the logarithms of closes. A body or wick share is the sum of bodies or wicks over the sum
    of ranges in a window, averaged over windows. Bars without a range, in which nothing was traded, do not count.
    Raises ValueError if no window is long enough.
    """
    windows = [window for window in windows if len(window) >= FEWEST_BARS]
    if not windows:
        raise ValueError(f"candle statistics need a window of at least {FEWEST_BARS} candles")
    returns = [scaled_returns(window) for window in windows]
    shares = np.array([candle_shares(window) for window in windows])
    return {
        "tail index": tail_index(np.concatenate(returns)),
        "autocorrelation at lag 1": autocorrelation(returns, 1),
        "autocorrelation at lag 10": autocorrelation(returns, 10),
        **dict(zip(("body share", "upper wick share", "lower wick share"), shares.mean(axis=0), strict=True)),
        "doji share": float(np.concatenate([is_doji(window) for window in windows]).mean()),
        "volume-range correlation": volume_correlation(windows),
        "gap share": float(np.mean([gap_share(window) for window in windows])),
    }


def scaled_returns(window: Candles) -> Floats:
    """Absolute log returns between closes, shape (bars - 1,), in units of their mean."""
    moves: Floats = np.abs(np.diff(np.log(window.close)))
    mean = moves.mean()
    return moves / mean if mean > 0 else moves


def tail_index(sizes: Floats, share: float = TAIL) -> float:
    """Estimate of the exponent of the tail, from the largest ``share`` of positive ``sizes``, shape (n,), n >= 3.

    Source: Hill, "A simple general approach to inference about the tail of a distribution", Annals of Statistics 3(5),
    1975. A smaller index means a heavier tail: more of the largest moves.
    """
    top = max(round(share * len(sizes)), 2)
    largest = np.sort(sizes)[-top - 1 :]
    return float(1 / np.log(largest[1:] / largest[0]).mean())


def autocorrelation(windows: Sequence[Floats], lag: int) -> float:
    """Autocorrelation at ``lag`` within windows, each of shape (n,) with n > lag, about the mean of all of them.

    Subtracting each window's own mean instead would lower the estimate by about 1/bars, more than half of its value at
    lag 10. Windows are in units of their own mean, so differences between windows do not count.
    """
    mean = np.concatenate(windows).mean()
    products = np.concatenate([(w[lag:] - mean) * (w[:-lag] - mean) for w in windows])
    return float(products.mean() / np.mean((np.concatenate(windows) - mean) ** 2))


def candle_shares(window: Candles) -> tuple[float, float, float]:
    """Summed bodies, upper wicks and lower wicks of a window, each as a share of its summed ranges."""
    total = max(float((window.high - window.low).sum()), np.finfo(float).tiny)
    top, bottom = np.maximum(window.open, window.close), np.minimum(window.open, window.close)
    bodies, upper, lower = top - bottom, window.high - top, bottom - window.low
    return float(bodies.sum()) / total, float(upper.sum()) / total, float(lower.sum()) / total


def is_doji(window: Candles) -> npt.NDArray[np.bool]:
    """Whether each bar that has a range is a doji: its body is under the share DOJI of the range."""
    spread = window.high - window.low
    traded = spread > 0
    doji: npt.NDArray[np.bool] = np.abs(window.close - window.open)[traded] < DOJI * spread[traded]
    return doji


def volume_correlation(windows: Sequence[Candles]) -> float:
    """Correlation of the logarithms of volume and range, both about each window's own mean; 0.0 if none can be found.

    Bars without volume or range are left out, and windows with fewer than three other bars.
    """
    pairs = []
    for window in windows:
        spread = window.high - window.low
        traded = (spread > 0) & (window.volume > 0)
        if traded.sum() > 2:
            logs = np.log(np.array((window.volume[traded], spread[traded])))
            pairs.append(logs - logs.mean(axis=1, keepdims=True))
    return float(np.corrcoef(np.concatenate(pairs, axis=1))[0, 1]) if pairs else 0.0


def gap_share(window: Candles) -> float:
    """Mean gap between a close and the next open, as a share of the mean range; 0.0 if no bar has a range."""
    spread = float((window.high - window.low).mean())
    return float(np.abs(window.open[1:] - window.close[:-1]).mean()) / spread if spread > 0 else 0.0
