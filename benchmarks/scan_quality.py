"""How often a hit of the scanner is right, on drawn markets of which every pattern is known.

    python -m benchmarks.scan_quality [MODEL] [--markets 60] [--json FILE]

The markets are those of ``python -m dataset_builder markets``, from a seed that nothing was trained on: random ones, in
which some stretches were drawn along a sketch, and in which all stretches are known that exactly one check accepts. A
hit is right if one of these has its class and half of their common time (an overlap, IoU, of 0.5). A pattern counts as
found if a hit is right by it. MODEL's classifier is asked alone, and together with the finder beside it.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from tqdm import tqdm

from benchmarks.told import in_percent, tell
from cryptoai_common.errors import UserError
from dataset_builder.charts.draft import Place
from dataset_builder.charts.long_market import BARS, LongMarket, settle_long_market
from trainer.models.pattern_model import CLASSIFIER_QUANTIZED
from trainer.scan.both import WindowModel
from trainer.scan.candles import Series, Window, windows_of
from trainer.scan.hits import Found, find_hits
from trainer.scan.newest import LENGTHS, STRIDE
from trainer.scoring.boxes import span_overlap
from trainer.scoring.metrics import wilson_interval
from trainer.shipped import SHIPPED, find_shipped

SEED = 31  # no markets of this seed are trained on
SHORTEST = max(LENGTHS)  # candles of a market that is looked at
SAME = 0.5  # overlap from which two stretches of time are the same
HOUR = 3_600_000_000  # microseconds
ALONE, BOTH = "classifier alone", "both"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a Markdown table, and store its figures; returns the exit code."""
    parser = argparse.ArgumentParser(prog="benchmarks.scan_quality", description=__doc__.split("\n")[0])
    parser.add_argument("model", type=Path, nargs="?", default=SHIPPED, help="a run (default: the base)")
    parser.add_argument("--markets", type=int, default=60)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    return tell(lambda: measure(find_shipped(options.model), options.markets), table, options.json)


def measure(run: Path, markets: int) -> dict[str, Any]:
    """All figures, ready for JSON."""
    both = WindowModel.open(run / CLASSIFIER_QUANTIZED)
    if both.finder is None:
        raise UserError(f"{run} has no finder of patterns in candles beside its classifier")
    models = {ALONE: WindowModel(both.classifier), BOTH: both}
    told: dict[str, list[Told]] = {name: [] for name in models}
    patterns = 0
    for market in tqdm(_markets(markets), total=markets, unit="market", disable=None):
        bars = len(market.candles)
        series = Series("drawn", np.arange(bars) * HOUR, market.candles, np.zeros(bars, int))
        windows, _ = windows_of(series, LENGTHS, STRIDE)
        for name, model in models.items():
            told[name] += _told(model, series, windows, market, patterns)
        patterns += len(market.places)
    surest = sorted(told[ALONE], key=lambda hit: -hit.probability)[: len(told[BOTH])]
    return {
        "model_version": both.version,
        "markets": markets,
        "candles": [SHORTEST, BARS[1]],
        "patterns": patterns,
        "rows": {
            name: {"hits": len(hits), "right": sum(hit.right for hit in hits), "found": len(_found(hits))}
            for name, hits in (*told.items(), ("classifier alone, the surest", surest))
        },
    }


class Told(NamedTuple):
    """A hit: whether it is ``right``, and the numbers of the clear patterns that it shows."""

    probability: float
    right: bool
    shows: frozenset[int]


def _told(model: WindowModel, series: Series, windows: list[Window], market: LongMarket, first: int) -> list[Told]:
    """The hits in a market whose first clear pattern has the number ``first``."""
    named = model.name(series, windows)
    hits = []
    for hit in find_hits(windows, named.probabilities, named.labels, model.classes):
        window = windows[hit.window]
        shows = frozenset(first + i for i, place in enumerate(market.places) if _shows(window, hit, place))
        right = bool(shows) or any(_shows(window, hit, place) for place in market.overlapping)
        hits.append(Told(hit.probability, right, shows))
    return hits


def _found(hits: Sequence[Told]) -> frozenset[int]:
    return frozenset().union(*(hit.shows for hit in hits))


def _markets(count: int) -> Iterator[LongMarket]:
    """The first markets of the seed that are long enough."""
    drawn = (settle_long_market(SEED, number) for number in itertools.count())
    return itertools.islice((market for market in drawn if len(market.candles) >= SHORTEST), count)


def _shows(window: Window, hit: Found, place: Place) -> bool:
    (first, last), seen = place.match.span, (window.first, 0, window.last + 1, 0)
    return hit.pattern == place.label and span_overlap((first, 0, last + 1, 0), seen) >= SAME


def table(found: dict[str, Any]) -> str:
    """The rows as Markdown, shares in percent with their 95 % interval."""
    lines = ["| asked | hits | of them right | patterns | of them found |", "|---|---:|---:|---:|---:|"]
    for name, row in found["rows"].items():
        shares = (_share(row["right"], row["hits"]), _share(row["found"], found["patterns"]))
        lines.append(f"| {name} | {row['hits']} | {shares[0]} | {found['patterns']} | {shares[1]} |")
    return "\n".join(lines)


def _share(part: int, whole: int) -> str:
    return in_percent(part / max(whole, 1), wilson_interval(part, whole))


if __name__ == "__main__":
    sys.exit(main())
