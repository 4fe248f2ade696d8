"""The times of candles in files: each way to write them is told from the others, or refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from candle_files import DAY, DAYS, HEAD, HOUR, HOURS, NEW_YEAR, Rows, check, lines, random_rows, read, refused, seconds

from cryptoai_common.errors import UserError


def test_the_unit_of_time_is_told_row_by_row(tmp_path):
    """Binance's dumps went from milliseconds to microseconds at the new year of 2025."""
    text = lines(
        HOURS,
        lambda t, o, h, low, c, v: f"{seconds(t) * (1000 if t.year < 2025 else 10**6)},{o!r},{h!r},{low!r},{c!r}",
        "open_time,open,high,low,close\n",
    )
    series = read(tmp_path, text)
    check(series, HOURS, volume=False)
    assert series.gaps == 0 and "milliseconds, then microseconds since 1970" in series.read_as


@pytest.mark.parametrize(
    ("rows", "written", "told"),
    [
        (DAYS, lambda t: (t - datetime(1899, 12, 30, tzinfo=UTC)).days, "times as spreadsheet days"),
        (HOURS, lambda t: f"{(t - datetime(1899, 12, 30, tzinfo=UTC)) / DAY:.9f}", "times as spreadsheet days"),
        (DAYS, lambda t: f"{t:%Y%m%d}", "times as YYYYMMDD"),
        (HOURS, lambda t: f"{t:%Y%m%d%H}", "times as YYYYMMDDHH;"),
        (HOURS, lambda t: f"{t:%Y%m%d%H%M}", "times as YYYYMMDDHHMM;"),
        (HOURS, lambda t: f"{t:%Y%m%d%H%M%S}", "times as YYYYMMDDHHMMSS;"),
        (HOURS, lambda t: f"{t:%Y%m%d%H%M%S}000", "times as YYYYMMDDHHMMSSsss;"),
        (HOURS, lambda t: f"{t.timestamp()}", "UTC"),
        (HOURS, lambda t: f"{seconds(t) * 10**9}", "times as nanoseconds since 1970"),
        (HOURS, lambda t: f"{t.astimezone(tz=None).isoformat()}", "UTC"),
        (HOURS, lambda t: f"{t + timedelta(hours=1):%d.%m.%Y %H:%M:%S}.000 GMT+0100", "day before month"),
        (HOURS, lambda t: f"{t:%m/%d/%Y %I:%M:%S %p}", "month before day; its times name no zone"),
        (HOURS, lambda t: f"{t:%Y-%m-%d %I-%p}", "its times name no zone, and are taken as UTC"),
        (DAYS, lambda t: f'"{t:%A, %B %d, %Y}"', "UTC"),
        (DAYS, lambda t: f"{t:%d-%b-%y}", "UTC"),
        (DAYS, lambda t: f"{t.year}/{t.month}/{t.day}", "UTC"),
    ],
)
def test_times(tmp_path, rows, written, told):
    text = lines(
        rows, lambda t, o, h, low, c, v: f"{written(t)},{o!r},{h!r},{low!r},{c!r}", "date,open,high,low,close\n"
    )
    series = read(tmp_path, text)
    check(series, rows, volume=False)
    assert told in series.read_as


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (lambda t: f"01/02/2024 {t:%H:%M}", r"line 2: date can be read in two ways \('01/02/2024 00:00': day before"),
        (lambda t: seconds(t) // 3600, "line 61: date counts no unit that is known"),
        (lambda t: seconds(t) // 60, "line 61: date counts no unit that is known"),
        (lambda t: seconds(t) // 86_400, "line 2: date counts rows or days from an unknown one"),
        (
            lambda t: seconds(t) * 10**7 + 621_355_968 * 10**9,
            "line 2: date can be read as nanoseconds since 1970 or as t",
        ),
        (
            lambda t: seconds(t) * 10**6 + 11_644_473_600 * 10**6,
            "line 2: date is no time that is known .* lies outside",
        ),
        (lambda t: f"{seconds(t) * 1000:.5E}", "line 2: date has lost its last digits in a spreadsheet"),
        (lambda t: f"{t:%H:%M}", "has hours in its column date, but no day"),
        (lambda t: f"{t:%Y-%m-%d %H:%M} EST", "line 2: date is no time that is known"),
        (lambda t: f"{t:%Y-%m-%d %H:%M}" + "Z" * (t.hour != 5), "line 7: date names no zone, unlike the first"),
        (
            lambda t: f"{t:%Y-%m-%d %H:%M}" if t.hour != 5 else "1735603200",
            "line 7: date is a number, unlike the other",
        ),
        (lambda t: seconds(t) if t.hour != 5 else "soon", "line 7: date is no number as the other times are"),
        (
            lambda t: f"{t:%Y%m%d%H%M}".replace("202412310500", "202413310500"),
            "line 7: date is no date as the other tim",
        ),
        (lambda t: t.hour, "line 2: date counts rows"),
        (lambda t: f"{t:%Y-%d-%m}", "line 2: date is no time|line 2: date is no date"),
    ],
)
def test_times_that_can_not_be_told_are_refused_with_their_line(tmp_path, written, words):
    text = lines(
        HOURS, lambda t, o, h, low, c, v: f"{written(t)},{o!r},{h!r},{low!r},{c!r}", "date,open,high,low,close\n"
    )
    with pytest.raises(UserError, match=words):
        read(tmp_path, text)


def test_even_steps_tell_day_from_month(tmp_path):
    """From the first to the third of February: read the other way, it would jump from month to month."""
    rows = random_rows(60, HOUR, datetime(2024, 2, 1, tzinfo=UTC))
    text = lines(
        rows, lambda t, o, h, low, c, v: f"{t:%d/%m/%Y %H:%M},{o!r},{h!r},{low!r},{c!r}", "date,open,high,low,close\n"
    )
    check(read(tmp_path, text), rows, volume=False)


def test_a_row_number_is_no_time_beside_a_date(tmp_path):
    numbered = iter(range(60))
    text = lines(
        DAYS,
        lambda t, o, h, low, c, v: f"{next(numbered)},{t:%Y-%m-%d},{o!r},{h!r},{low!r},{c!r}",
        "timestamp,Date,open,high,low,close\n",
    )
    series = read(tmp_path, text)
    check(series, DAYS, volume=False)
    assert "times from Date, since timestamp counts rows or days from an unknown one" in series.read_as


def test_the_time_of_a_download_is_not_that_of_the_candles(tmp_path):
    text = lines(
        DAYS,
        lambda t, o, h, low, c, v: f"2025-03-01T10:00:00Z,{t:%Y-%m-%d},{o!r},{h!r},{low!r},{c!r}",
        "timestamp,Date,open,high,low,close\n",
    )
    check(read(tmp_path, text), DAYS, volume=False)


def test_an_hour_beside_a_whole_time_is_left_alone(tmp_path):
    text = lines(
        HOURS,
        lambda t, o, h, low, c, v: f"10:00,{t.isoformat()},{o!r},{h!r},{low!r},{c!r}",
        "time,timestamp,open,high,low,close\n",
    )
    check(read(tmp_path, text), HOURS, volume=False)


@pytest.mark.parametrize("clock", ["%H:%M", "%H:%M:%S", "%I:%M %p", "%H%M", "%H%M%S"])
def test_date_and_time_in_two_columns(tmp_path, clock):
    text = lines(
        HOURS,
        lambda t, o, h, low, c, v: f"{t:%m/%d/%Y},{t.strftime(clock)},{o!r},{h!r},{low!r},{c!r}",
        "Date,Time,Open,High,Low,Close\n",
    )
    series = read(tmp_path, text)
    check(series, HOURS, volume=False)
    assert "times from the columns Date and Time" in series.read_as


def test_the_opening_time_is_taken_of_several_and_the_difference_said(tmp_path):
    """CoinMarketCap names the end of a day its timestamp."""
    text = lines(
        DAYS,
        lambda t, o, h, low, c, v: (
            f"{t:%Y-%m-%d}T00:00:00Z;2781;{o!r};{h!r};{low!r};{c!r};{v};{t:%Y-%m-%d}T23:59:59.999Z"
        ),
        "timeOpen;name;open;high;low;close;volume;timestamp\n",
        newest_first=True,
    )
    series = read(tmp_path, text)
    check(series, DAYS)
    assert "timestamp differs by up to 24 hours" in series.read_as and "turned round" in series.read_as


def test_years_that_no_coin_has_seen_and_those_to_come_are_warned_of(tmp_path):
    head = "date,open,high,low,close\n"

    def warnings(start: datetime) -> tuple[str, ...]:
        rows = random_rows(30, DAY, start)
        return read(tmp_path, lines(rows, lambda t, o, *_: f"{t:%Y-%m-%d},{o},{o},{o},{o}", head)).warnings

    (old,) = warnings(datetime(1999, 3, 1, tzinfo=UTC))
    assert "starts at 1999-03-01, before 2009, and ends at 1999-03-30" in old
    (future,) = warnings(datetime(2090, 3, 1, tzinfo=UTC))
    assert "starts at 2090-03-01, and ends in the future, at 2090-03-30" in future
    assert warnings(datetime(2020, 3, 1, tzinfo=UTC)) == ()


def test_candles_of_two_intervals_are_warned_of(tmp_path):
    rows = [*random_rows(30, DAY, NEW_YEAR), *random_rows(5, HOUR, NEW_YEAR + 30 * DAY)]
    series = read(
        tmp_path, lines(rows, lambda t, o, *_: f"{t.isoformat()},{o},{o},{o},{o}", "date,open,high,low,close\n")
    )
    assert "has 4 candles that follow the one before in less than half the usual time" in series.warnings[0]


def test_a_zone_in_the_name_of_a_column(tmp_path):
    def text(rows: Rows, name: str, form: str = "%Y-%m-%d %H:%M") -> bytes:
        return lines(rows, lambda t, *values: f"{t:{form}},{','.join(map(repr, values))}", HEAD.replace("time", name))

    for name, hours in (("Time (UTC+8)", 8), ("Date (GMT-05:30)", -5.5), ("time_utc+1", 1), ("Time (GMT+0)", 0)):
        moved = [(t - timedelta(hours=hours), *values) for t, *values in HOURS]
        series = read(tmp_path, text(HOURS, name))
        check(series, moved)
        assert f"times moved to UTC from {name}" in series.read_as and "name no zone" not in series.read_as
    for name in ("Time (EST)", "time_est", "Date (America/New_York)"):
        refused(tmp_path, text(HOURS, name), r"times of another zone than UTC in its column .*: write them in UTC")
        check(read(tmp_path, text(DAYS, name, "%Y-%m-%d")), DAYS)  # days have no zone
        check(read(tmp_path, text(HOURS, name, "%Y-%m-%dT%H:%MZ")), HOURS)  # the cells tell theirs
    both = lines(
        HOURS,
        lambda t, *values: f"{t - timedelta(hours=5):%Y-%m-%d %H:%M},{t:%Y-%m-%d %H:%M},{','.join(map(repr, values))}",
        HEAD.replace("time", "Time (EST),Time (UTC)"),
    )
    check(read(tmp_path, both), HOURS)
    for name in ("Time (UTC)", "Date/Time", "bar date/time"):
        check(read(tmp_path, text(HOURS, name)), HOURS)


def test_numbers_of_rows_that_could_be_spreadsheet_days(tmp_path):
    def text(head: str) -> bytes:
        number = iter(range(40_000, 40_060))
        return lines(DAYS, lambda t, *values: f"{next(number)},{t:%Y-%m-%d},{','.join(map(repr, values))}", head)

    names = ",open,high,low,close,volume\n"
    for head in (f"timestamp,Date{names}", f",date{names}", ""):
        check(read(tmp_path, text(head)), DAYS)
    refused(tmp_path, text(f",Day{names}"), "line 2: column 1 can be read in two ways .'40000': numbers of rows or")


@pytest.mark.parametrize("form", ["{:g}", "{:.5e}", "{:.3e}"])
def test_times_that_were_shortened(tmp_path, form):
    text = lines(DAYS, lambda t, *values: f"{form.format(seconds(t))},{','.join(map(repr, values))}", HEAD)
    refused(tmp_path, text, "line 2: time has lost its last digits .'1.704")


@pytest.mark.parametrize("factor", [1, 1000, 10**6])
def test_times_with_a_power_of_ten_and_all_digits(tmp_path, factor):
    for digits in (7, 18):  # whole hours end in two zeros
        text = lines(
            HOURS,
            lambda t, *values, digits=digits: f"{seconds(t) * factor:.{digits}e},{','.join(map(repr, values))}",
            HEAD,
        )
        check(read(tmp_path, text), HOURS)


def test_a_clock_that_is_put_back(tmp_path):
    text = lines(HOURS[:5] + HOURS[4:], lambda t, *values: f"{t:%Y-%m-%d %H:%M},{','.join(map(repr, values))}", HEAD)
    refused(tmp_path, text, "line 7 repeats .* or write times in UTC if the clocks were put back")
