from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from cryptoai_common.errors import UserError
from trainer.markets.timeframes import end_of, length, next_end


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    "timeframe, now, end",
    [
        ("1h", "2024-02-28T10:59:59", "2024-02-28T11:00"),
        ("1h", "2024-02-28T11:00:00", "2024-02-28T12:00"),
        ("15m", "2024-02-28T10:50", "2024-02-28T11:00"),
        ("1d", "2024-02-28T10:50", "2024-02-29T00:00"),
        ("1w", "2024-02-28T10:50", "2024-03-04T00:00"),  # a Monday
        ("1M", "2024-12-28T10:50", "2025-01-01T00:00"),
    ],
)
def test_the_next_candle_ends(timeframe, now, end):
    assert next_end(at(now), timeframe) == at(end)


def test_a_month_ends_with_its_last_day():
    assert end_of(at("2024-02-01T00:00"), "1M") == at("2024-03-01T00:00")
    assert end_of(at("2024-11-01T00:00"), "3M") == at("2025-02-01T00:00")


@given(some.integers(0, 4 * 10**12), some.sampled_from(["1s", "5m", "4h", "1d", "1w"]))
def test_a_candle_is_as_long_as_it_is(now, timeframe):
    end = next_end(now, timeframe)
    assert 0 < end - now <= length(timeframe)
    assert end_of(end - length(timeframe), timeframe) == end


@pytest.mark.parametrize("timeframe", ["", "h", "0h", "1H", "1.5h", "1y"])
def test_other_words_are_refused(timeframe):
    with pytest.raises(UserError, match="--timeframe must be a number and one of"):
        length(timeframe)
