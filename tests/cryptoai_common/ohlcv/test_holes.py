"""Which gaps in time are holes, and which are hours at which a market is closed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some

from cryptoai_common.ohlcv.holes import MOST_IN_A_ROW, allowed, largest_hole, missing_before, usual_step

SECOND = 10**6


def micros(times: pd.DatetimeIndex) -> np.ndarray:
    return times.tz_convert("UTC").as_unit("us").asi8


def sessions(zone: str, opens: float, bars: int, minutes: int, holidays: tuple[str, ...] = ()) -> np.ndarray:
    """Candles of every working day of 2023, from ``opens`` hours after midnight in the market's zone."""
    days = pd.bdate_range("2023-01-02", "2023-12-29", tz=zone)
    days = days[~days.isin(pd.DatetimeIndex(holidays, tz=zone))]
    start = pd.Timedelta(hours=opens)
    return micros(
        pd.DatetimeIndex([day + start + bar * pd.Timedelta(minutes=minutes) for day in days for bar in range(bars)])
    )


def currencies(minutes: int) -> np.ndarray:
    """Open from Sunday 17:00 to Friday 17:00 in New York."""
    times = pd.date_range("2023-01-01 23:00", "2023-12-31", freq=f"{minutes}min", tz="UTC")
    there = times.tz_convert("America/New_York") + pd.Timedelta(hours=7)  # its days begin at 17:00
    return micros(times[there.day_of_week < 5])


MARKETS = {
    "hourly stock": sessions("America/New_York", 9.5, 7, 60),
    "five-minute stock": sessions("America/New_York", 9.5, 78, 5),
    "daily stock": sessions("UTC", 0, 1, 1440),
    "two bars a day": sessions("America/New_York", 9.5, 2, 240),
    "Tokyo": sessions("Asia/Tokyo", 9, 6, 60),
    "hourly currency": currencies(60),
    "five-minute currency": currencies(5),
    "weekly": micros(pd.date_range("2015-01-01", "2023-12-31", freq="7D", tz="UTC")),
    "monthly": micros(pd.date_range("2010-01-01", "2023-12-31", freq="MS", tz="UTC")),
}


@pytest.mark.parametrize("market", MARKETS)
def test_nights_and_weekends_and_the_change_of_the_clocks_leave_no_candle_missing(market):
    assert not missing_before(MARKETS[market]).any()


@pytest.mark.parametrize("bars", [1, 7, 78])
def test_a_holiday_is_one_candle_whatever_the_interval(bars):
    minutes = {1: 1440, 7: 60, 78: 5}[bars]
    opens = 0 if bars == 1 else 9.5
    zone = "UTC" if bars == 1 else "America/New_York"
    times = sessions(zone, opens, bars, minutes, ("2023-05-29", "2023-07-04", "2023-11-23"))
    missing = missing_before(times)
    assert missing[missing > 0].tolist() == [1, 1, 1]


def test_what_is_missing_while_the_market_is_open_is_counted():
    times = MARKETS["hourly currency"]
    cut = np.delete(times, slice(1000, 1020))
    assert missing_before(cut)[1000] == 20 and missing_before(cut).sum() == 20
    stock = np.delete(MARKETS["hourly stock"], slice(702, 705))
    assert missing_before(stock)[702] == 3


@given(some.integers(1, 1000), some.integers(1, 199), some.sampled_from([1, 60, 86_400]))
def test_a_market_that_never_closes_misses_every_candle_of_a_gap(hole, at, step):
    bars = np.arange(200) + np.where(np.arange(200) >= at, hole, 0)
    missing = missing_before(bars * step * SECOND)
    assert missing.sum() == missing[at] == hole


@pytest.mark.parametrize(("days", "missing"), [(1, 1), (3, 3), (10, 10), (60, 0)])
def test_an_hour_that_is_missing_on_some_days_is_a_hole_and_on_all_days_a_closing(days, missing):
    hours = np.delete(np.arange(24 * 60), 24 * np.arange(days) + 5)
    assert missing_before(hours * 3600 * SECOND).sum() == missing


def test_a_hole_of_forty_days_is_counted_in_full():
    """Though the few candles around it lie on no Saturday."""
    bars = np.arange(60) + np.where(np.arange(60) >= 30, 960, 0)
    start = 1_735_603_200 * SECOND  # 2024-12-31
    assert missing_before(start + bars * 3600 * SECOND)[30] == 960


def test_a_gap_longer_than_a_week_is_no_closing():
    times = MARKETS["daily stock"]
    cut = np.delete(times, slice(50, 56))
    assert missing_before(cut)[50] > MOST_IN_A_ROW


def test_candles_of_no_market_take_no_memory():
    steps = np.where(np.arange(1000) % 2, 1, 6 * 86_400 * SECOND)  # a microsecond, then six days
    assert missing_before(np.cumsum(steps))[2] == 6 * 86_400 * SECOND - 1


def test_the_usual_step_is_one_that_there_is():
    assert usual_step(np.array([0, 1, 11, 12, 22])) == 1
    assert usual_step(np.array([5])) == usual_step(np.array([])) == 0
    assert missing_before(np.array([5])).tolist() == [0]


def test_a_window_may_miss_three_in_a_row_and_a_tenth_in_all():
    missing = np.zeros(100, int)
    missing[50] = MOST_IN_A_ROW
    assert largest_hole(missing, 0, 99) is None
    missing[51] = MOST_IN_A_ROW + 1
    assert largest_hole(missing, 0, 99) == 51
    assert (
        largest_hole(missing, 51, 99) is None and largest_hole(missing, 0, 50) is None
    )  # outside, or before the first
    scattered = np.zeros(100, int)
    scattered[10:20] = 1
    assert allowed(100) == 10 and largest_hole(scattered, 0, 99) is None
    scattered[20] = 1
    assert largest_hole(scattered, 0, 99) == 10 and allowed(20) == 3
