"""Hits and results as tests need them."""

from __future__ import annotations

import numpy as np

from trainer.scan.hits import Hit
from trainer.scan.results import Results
from trainer.scan.work import Excerpt, MarketResult

# What a hit says of a line that can be told, and where the chart draws it.
STANDING = {"stage": "complete", "line": 0.0000123456, "to_line_percent": -1.234, "to_line_atr": -0.56}
ABOUT = {"title": "Chart patterns: <b>x</b>", "version": "1", "latest": True}


class Model:
    version, threshold = "1", 0.5


def a_hit(market="BTC/USDT", pattern="double_top", probability=0.91239, end="2024-01-02T05:00:00Z", **changes) -> Hit:
    values = {"start": "2024-01-01T00:00:00Z", "window": 30, "windows": 2, "missing": 0} | changes
    return Hit(market=market, pattern=pattern, probability=probability, end=end, **values)


def excerpt(bars=32, price=100.0, line=None) -> Excerpt:
    close = price + price / 100 * np.sin(np.arange(bars))
    prices = np.stack([close, close + price / 50, close - price / 50, close], axis=1)
    return Excerpt(1_704_067_200 + 3600 * np.arange(bars), prices, 1, bars - 2, line)


def result(*hits: Hit, market="BTC/USDT", source=None, **changes) -> MarketResult:
    about = {"candles": 100, "windows": 5, "start": "2024-01-01T00:00:00Z", "end": "2024-01-02T05:00:00Z"} | changes
    shown = [(hit, excerpt(line=None if hit.stage is None else (3, 101.0, 99.5))) for hit in hits]
    return MarketResult(market, source or f"{market}.csv", shown, **about)


def results_of(*parts: MarketResult) -> Results:
    results = Results()
    for part in parts:
        results.add(part)
    return results.finish()
