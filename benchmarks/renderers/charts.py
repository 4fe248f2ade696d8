"""The charts that every library draws: candles of the generator, alone or with a random market before them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cryptoai_common.candles import Candles
from cryptoai_common.errors import UserError
from dataset_builder.charts.draft import Draft
from dataset_builder.charts.sample import settle
from dataset_builder.charts.variety import Variety
from dataset_builder.market import negative
from dataset_builder.market.exchange import draw_volume
from dataset_builder.market.prices import draw_market
from dataset_builder.patterns import PATTERNS
from dataset_builder.streams import random_stream

# No dataset is drawn from this random stream, whatever its seed, so none of these charts was ever trained on.
SEED, STREAM = 21, "renderers"
CHARTS = 240
FIRST_DAY = pd.Timestamp("2021-01-04")  # of the first chart; each one starts some days and hours after the one before
APART = pd.Timedelta(hours=173)
MOST_DECIMALS = 12


@dataclass(frozen=True)
class Chart:
    """Candles with hourly times from ``start`` on. Their pattern fills all bars from ``first`` to the last."""

    label: str
    candles: Candles
    start: pd.Timestamp
    first: int = 0

    @property
    def times(self) -> pd.DatetimeIndex:
        """When each bar opens."""
        return pd.date_range(self.start, periods=len(self.candles), freq="h")

    @property
    def table(self) -> pd.DataFrame:
        """The candles with times as their index, in the columns that charting libraries expect."""
        names = ("Open", "High", "Low", "Close", "Volume")
        return pd.DataFrame(dict(zip(names, self.candles.series(), strict=True)), index=self.times)

    @property
    def decimals(self) -> int:
        """Digits after the decimal point that the prices are quoted with."""
        return decimals_of(self.candles)

    @property
    def prices(self) -> tuple[float, float]:
        """Lowest and highest price of the pattern's bars."""
        return float(self.candles.low[self.first :].min()), float(self.candles.high[self.first :].max())


def draw_drafts(count: int) -> list[Draft]:
    """The generator's charts, not drawn yet, the ten classes in turn.

    Raises UserError if the classes can't be alike in number.
    """
    if count < 1 or count % len(PATTERNS):
        raise UserError(f"the number of charts must be a multiple of {len(PATTERNS)}, the classes; it is {count}")
    places = (divmod(number, len(PATTERNS)) for number in range(count))
    return [settle(SEED, PATTERNS[rank].name, index, kind=Variety(stream=STREAM)) for index, rank in places]


def alone(drafts: list[Draft]) -> Iterator[Chart]:
    """Each draft's candles as a chart that is all pattern."""
    for number, draft in enumerate(drafts):
        yield Chart(str(draft.label), draft.market.candles, FIRST_DAY + number * APART)


def with_market_before(chart: Chart, times: int) -> Chart:
    """The same chart after that many times its bars of a random market, which ends at the price where it opens."""
    bars = times * len(chart.candles)
    rng = random_stream(SEED, STREAM, str(chart.start), times)
    before = random_market(chart.candles, bars, rng)
    both = zip(before.series(), chart.candles.series(), strict=True)
    start = chart.start - pd.Timedelta(hours=bars)
    return replace(chart, candles=Candles(*map(np.concatenate, both)), start=start, first=bars)


def random_market(after: Candles, bars: int, rng: np.random.Generator) -> Candles:
    """Candles of a random market that closes where ``after`` opens, as restless, and in the same ticks and volumes."""
    drawn = draw_market(negative.sketch(rng, bars), bars, 1.0, rng)
    market = draw_volume(drawn.candles, rng)
    power = restlessness(after) / restlessness(market)
    decimals, end = decimals_of(after), after.open[0]
    prices = [(end * (price / market.close[-1]) ** power).round(decimals) for price in market.series()[:4]]
    return Candles(*prices, market.volume * (np.median(after.volume) / np.median(market.volume)))


def restlessness(candles: Candles) -> float:
    """Mean range of a bar as the logarithm of its high over its low."""
    return float(np.log(candles.high / candles.low).mean())


def decimals_of(candles: Candles) -> int:
    """The fewest digits after the decimal point that show all prices as they are."""
    prices = np.concatenate(candles.series()[:4])
    exact = (digits for digits in range(MOST_DECIMALS) if np.allclose(prices.round(digits), prices, rtol=1e-12, atol=0))
    return next(exact, MOST_DECIMALS)
