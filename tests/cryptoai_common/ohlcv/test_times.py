"""Times in any form, each read as the time that it was written from, or refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from cryptoai_common.ohlcv.texts import NoTime
from cryptoai_common.ohlcv.times import read_times

moments = some.datetimes(datetime(1974, 1, 1), datetime(2099, 12, 31)).map(
    lambda t: t.replace(microsecond=0, tzinfo=UTC)
)
UNITS = {"s": 1, "ms": 1000, "us": 10**6}


def seconds(time: datetime) -> int:
    return int(time.timestamp())


@given(some.lists(some.tuples(moments, some.sampled_from(sorted(UNITS))), min_size=1, max_size=9), some.booleans())
def test_each_row_may_have_its_own_unit(rows, as_text):
    numbers = [seconds(time) * UNITS[unit] for time, unit in rows]
    digits = {len(str(number)) for number in numbers}
    times = read_times([str(number) for number in numbers] if as_text else numbers)
    if "YYYY" not in times.how:  # a few numbers since 1970 are dates by their digits too
        assert times.micros.tolist() == [seconds(time) * 10**6 for time, _ in rows]
        assert times.zoned and not times.days
    else:
        assert len(digits) == 1 and digits <= {10, 12}


FORMS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y%m%d%H%M%S", "%Y.%m.%d %H:%M:%S", "%b %d, %Y %I:%M:%S %p")
FORMS += ("%d %b %Y %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y%m%d %H%M%S", "%Y-%m-%d %H:%M:%S.000 UTC", "%Y%m%d-%H:%M:%S")


@given(some.lists(moments, min_size=1, max_size=9), some.sampled_from(FORMS))
def test_texts(rows, form):
    times = read_times([time.strftime(form) for time in rows])
    assert times.micros.tolist() == [seconds(time) * 10**6 for time in rows]
    assert times.zoned == (form.endswith(("Z", "UTC")))


@given(some.lists(moments, min_size=1, max_size=9), some.integers(-12, 14))
def test_zones(rows, ahead):
    shifted = [(time + timedelta(hours=ahead)).strftime("%Y-%m-%d %H:%M:%S") + f"{ahead:+03d}:00" for time in rows]
    assert read_times(shifted).micros.tolist() == [seconds(time) * 10**6 for time in rows]


@given(some.lists(moments, min_size=1, max_size=9), some.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%d.%m.%y", "%m-%d-%Y"]))
def test_day_and_month_are_never_exchanged(rows, form):
    rows = sorted(rows)
    if form == "%d.%m.%y":
        rows = [time for time in rows if time.year < 2070] or [rows[0].replace(year=2020, day=1)]
    try:
        times = read_times([time.strftime(form) for time in rows])
    except NoTime as error:
        assert "two ways" in error.what
        return
    days = [time.replace(hour=0, minute=0, second=0) for time in rows]
    exchanged = times.micros.tolist() != [seconds(time) * 10**6 for time in days]
    assert not exchanged or len(rows) > 2  # even steps may tell, and of random days mislead
    assert times.days


@pytest.mark.parametrize(
    ("cells", "row", "words"),
    [
        (["2024-01-01", ""], 1, "is empty"),
        (["2024-01-01", "2024-02-30"], 1, "is no date"),
        (["2024-01-01", "2024-01-02T25:00"], 1, "is no time"),
        (["2024-01-01 10:00", "11:00"], 1, "has no day, unlike the first"),
        (["x" * 99], 0, "is no time"),
        ([True], 0, "is no time"),
        ([1e30], 0, "is no time"),
        ([float("inf")], 0, "is no time"),
        ([1, 2, 3], 0, "counts rows or days from an unknown one"),
        ([19723, 19724], 0, "counts rows or days"),
        ([1735603200, 99_999_999_999], 1, "outside the years"),
        ([28_926_720], 0, "counts no unit that is known"),
        (["2024-01-01 00:00 EST"], 0, "is no time"),
        (["03/04/2024"], 0, "two ways"),
        (["03/04/05"], 0, "two ways"),
        (["03/04/2024 10:00", "03/04/2024 11:00", "03/04/2024 12:00"], 0, "two ways"),
        (["01/01/2024", "02/01/2024", "03/01/2024"], 1, "two ways"),
        (["13/13/2024"], 0, "is no date"),
    ],
)
def test_what_is_no_time(cells, row, words):
    with pytest.raises(NoTime, match=words) as caught:
        read_times(cells)
    assert caught.value.row == row


def test_arrays_of_times_and_hours_alone():
    array = np.array(["2024-01-01", "2024-01-02"], "M8[ns]")
    assert read_times(array.astype("M8[us]")).micros.tolist() == array.astype("M8[us]").astype(int).tolist()
    with pytest.raises(NoTime):
        read_times(np.array(["2024-01-01", "NaT"], "M8[us]"))
    assert read_times(["09:30", "9:30 PM"]).clock
    assert read_times(["09:30", "9:30 PM"]).micros.tolist() == [34_200 * 10**6, 77_400 * 10**6]
