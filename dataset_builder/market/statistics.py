"""How real candles look, in eight numbers: pure functions of windows of candles.

Windows of different markets are pooled, so each is measured in a unit of its own: returns by the window's mean
absolute return, gaps by its mean range. Cut a long series into windows (of some sixty bars, as a chart has) before
comparing it with charts. Left whole, its calm and its wild months add to tails and clustering: over months, the
autocorrelation of absolute returns is 0.15-0.45 at lag 1 and 0.05-0.25 at lag 10, and the tail index 2.3-4.6; cut into
windows of sixty bars, the same series give what RANGES says, because a window's own mean takes out its slow swings.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cryptoai_common.candles import Candles

# Measured on the 5-minute, 1-hour and daily candles of several crypto markets, between 2011 and 2023. The first three
# hold for windows of about sixty bars: seven such series had 3.0-7.2, 0.11-0.15 and -0.06-0.00.
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
DOJI = 0.1  # a doji's body is under a tenth of its range
TAIL = 0.02  # share of the returns that the tail index is estimated from


def candle_statistics(windows: Sequence[Candles]) -> dict[str, float]:
    """The statistics named in RANGES, over all windows of at least twelve bars. Raises ValueError if there are none.

    Returns are differences of log closes; "body share" is the sum of bodies over the sum of ranges; a wick share is
    that of all ranges likewise; bars without a range (no trade) count for nothing.
    """
    windows = [window for window in windows if len(window) >= 12]
    if not windows:
        raise ValueError("candle statistics need a window of at least 12 candles")
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


def scaled_returns(window: Candles) -> np.ndarray:
    """Absolute log returns between closes, shape (bars - 1,), in units of their mean."""
    moves = np.abs(np.diff(np.log(window.close)))
    mean = moves.mean()
    return moves / mean if mean > 0 else moves


def tail_index(sizes: np.ndarray, share: float = TAIL) -> float:
    """Hill's estimate of the exponent of the tail, from the largest ``share`` of positive sizes (Hill 1975)."""
    top = max(round(share * len(sizes)), 2)
    largest = np.sort(sizes)[-top - 1 :]
    return float(1 / np.log(largest[1:] / largest[0]).mean())


def autocorrelation(windows: Sequence[np.ndarray], lag: int) -> float:
    """Autocorrelation at a lag within windows, about the mean of all of them.

    Subtracting each window's own mean instead would push the estimate down by about 1/bars, more than half of what
    is left of it at lag 10. Windows are in units of their own mean, so differences between them don't count.
    """
    mean = np.concatenate(windows).mean()
    products = np.concatenate([(w[lag:] - mean) * (w[:-lag] - mean) for w in windows])
    return float(products.mean() / np.mean((np.concatenate(windows) - mean) ** 2))


def candle_shares(window: Candles) -> tuple[float, float, float]:
    """Bodies, upper wicks and lower wicks, each as a share of the window's summed ranges."""
    total = max(float((window.high - window.low).sum()), np.finfo(float).tiny)
    top, bottom = np.maximum(window.open, window.close), np.minimum(window.open, window.close)
    parts = (top - bottom, window.high - top, bottom - window.low)
    return tuple(float(part.sum()) / total for part in parts)


def is_doji(window: Candles) -> np.ndarray:
    """Whether each bar that has a range has a body under a tenth of it."""
    spread = window.high - window.low
    traded = spread > 0
    return np.abs(window.close - window.open)[traded] < DOJI * spread[traded]


def volume_correlation(windows: Sequence[Candles]) -> float:
    """Correlation of log volume with log range, both about each window's own mean; bars without either left out."""
    pairs = []
    for window in windows:
        spread = window.high - window.low
        traded = (spread > 0) & (window.volume > 0)
        if traded.sum() > 2:
            logs = np.log(np.array((window.volume[traded], spread[traded])))
            pairs.append(logs - logs.mean(axis=1, keepdims=True))
    return float(np.corrcoef(np.concatenate(pairs, axis=1))[0, 1]) if pairs else 0.0


def gap_share(window: Candles) -> float:
    """Mean gap between a close and the next open, over the mean range."""
    spread = float((window.high - window.low).mean())
    return float(np.abs(window.open[1:] - window.close[:-1]).mean()) / spread if spread > 0 else 0.0
