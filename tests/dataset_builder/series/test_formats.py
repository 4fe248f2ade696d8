"""Files as exchanges and charting programs write them are read back: the same candles, the same times."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from candle_files import FORMATS, lines, random_rows, seconds
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from cryptoai_common.errors import UserError
from dataset_builder.series.ohlcv import CandleSeries, read_ohlcv

NEW_YEAR = datetime(2024, 12, 31, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HOURS = random_rows(60, HOUR, NEW_YEAR)
DAYS = random_rows(60, DAY, datetime(2024, 1, 1, tzinfo=UTC))


def read(tmp_path: Path, content: bytes | str, symbol: str | None = None, name: str = "prices") -> CandleSeries:
    path = tmp_path / name  # without a suffix: what it is, is told by its content
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_ohlcv(path, symbol)


def check(series: CandleSeries, rows, volume: bool = True) -> None:
    assert series.times.tolist() == [pd.Timestamp(row[0]) for row in rows]
    values = np.array([row[1:] for row in rows])
    np.testing.assert_array_equal(
        np.array(series.candles.series()).T[:, : 5 if volume else 4], values[:, : 5 if volume else 4]
    )


@pytest.mark.parametrize("told", FORMATS)
def test_every_format_is_read_and_named(tmp_path, told):
    series = read(tmp_path, FORMATS[told](HOURS))
    check(series, HOURS)
    assert series.read_as.startswith(f"prices read as: {told}")
    assert "60 hourly candles, 2024-12-31 00:00 to 2025-01-02 11:00, UTC" in series.read_as
    assert series.warnings == () and series.gaps == 0


@given(
    some.sampled_from(sorted(FORMATS)),
    some.integers(20, 90),
    some.sampled_from([60, 300, 3600, 4 * 3600, 86_400]),
    some.datetimes(datetime(2010, 1, 1), datetime(2025, 6, 1)),
    some.integers(0, 9),
    some.sampled_from([1e-5, 0.5, 100.0, 60_000.0]),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_series_is_read_back_from_any_format_or_refused(tmp_path, told, count, step, start, seed, scale):
    start = start.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=UTC)
    rows = random_rows(count, timedelta(seconds=step), start, seed, scale)
    try:
        series = read(tmp_path, FORMATS[told](rows))
    except UserError as error:  # day and month within one day, or within the first days of one month
        assert told == "Dukascopy" and "can be read in two ways" in str(error) and start.day <= 12
        return
    check(series, rows)


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


def test_rows_without_prices_are_left_out_counted_and_said(tmp_path):
    def line(t, o, h, low, c, v):
        return f"{t:%Y-%m-%d}," + ("null,null,null,null,null" if t.day in (7, 8) else f"{o!r},{h!r},{low!r},{c!r},{v}")

    series = read(tmp_path, lines(DAYS, line, "Date,Open,High,Low,Close,Volume\n"))
    check(series, [row for row in DAYS if row[0].day not in (7, 8)])
    assert "4 rows without prices are left out (the first is line 8)" in series.read_as


def test_numbers_with_thousands(tmp_path):
    rows = [(t, *(round(price * 1000, 2) for price in prices), 1500.0) for t, *prices, _ in DAYS]
    head = '"Date","Price","Open","High","Low","Vol.","Change %"\n'
    text = lines(
        rows,
        lambda t, o, h, low, c, v: f'"{t:%m/%d/%Y}","{c:,.2f}","${o:,.2f}","{h:,.2f}","{low:,.2f}","1.5K","-0.1%"',
        head,
        newest_first=True,
    )
    series = read(tmp_path, text)
    check(series, rows)
    assert series.read_as.startswith("prices read as: Investing.com, 60 daily candles, 2024-01-01 to 2024-02-29, UTC")
    whole = lines(DAYS, lambda t, *_: f'{t:%Y-%m-%d},"1,500","1,600","1,400","1,550"', "Date,Open,High,Low,Close\n")
    with pytest.raises(
        UserError, match=r"line 2: Open can be read in two ways \('1,500': a decimal comma or one between"
    ):
        read(tmp_path, whole)


def test_decimal_commas_beside_commas_between_columns_are_refused(tmp_path):
    text = lines(DAYS, lambda t, *_: f"{t:%Y-%m-%d},1,5,1,6,1,4,1,5", "Date,Open,High,Low,Close\n")
    with pytest.raises(UserError, match="line 2 has 9 cells, where the header names 5"):
        read(tmp_path, text)


def test_two_symbols_are_told_apart_or_refused(tmp_path):
    def line(t, o, h, low, c, v):
        return f"{t:%Y-%m-%d},BTC,{o!r},{h!r},{low!r},{c!r}\n{t:%Y-%m-%d},ETH,{o * 2!r},{h * 2!r},{low * 2!r},{c * 2!r}"

    text = lines(DAYS, line, "Date,Symbol,Open,High,Low,Close\n")
    with pytest.raises(UserError, match=r"column Symbol \(BTC, ETH\): keep the rows of one, or name it with --symbol"):
        read(tmp_path, text)
    check(read(tmp_path, text, "btc"), DAYS, volume=False)
    assert read(tmp_path, text, "ETH").candles.close[0] == DAYS[0][4] * 2
    with pytest.raises(UserError, match="has no row of 'XRP': it has BTC, ETH"):
        read(tmp_path, text, "XRP")
    with pytest.raises(UserError, match=r"told apart by its column What \(BTC, ETH\)"):
        read(tmp_path, text.replace(b"Symbol", b"What"))
    later = lines(DAYS[:30], lambda t, o, *_: f"{t:%Y-%m-%d},BTC,{o},{o},{o},{o}", "Date,Symbol,Open,High,Low,Close\n")
    later += lines(DAYS[30:], lambda t, o, *_: f"{t:%Y-%m-%d},ETH,{o},{o},{o},{o}")
    with pytest.raises(UserError, match="holds 2 series"):  # though the times follow each other
        read(tmp_path, later)
    with pytest.raises(UserError, match="holds 2 series"):  # nor has it a header
        read(
            tmp_path,
            "\n".join(
                f"{name},{line}"
                for name, line in zip(
                    ["BTC"] * 30 + ["ETH"] * 30, FORMATS["Kraken OHLCVT"](HOURS).decode().splitlines(), strict=True
                )
            ),
        )


def test_two_tickers_of_yfinance(tmp_path):
    head = "Price,Close,Close,High,High,Low,Low,Open,Open\nTicker,A,B,A,B,A,B,A,B\nDate,,,,,,,,\n"
    text = lines(DAYS, lambda t, o, h, low, c, v: f"{t:%Y-%m-%d},{c!r},1,{h!r},1,{low!r},1,{o!r},1", head)
    with pytest.raises(UserError, match=r"column Ticker \(A, B\)"):
        read(tmp_path, text)
    check(read(tmp_path, text, "a"), DAYS, volume=False)
    assert set(read(tmp_path, text, "B").candles.close) == {1}


def test_intervals_in_one_file_are_refused(tmp_path):
    text = lines(
        DAYS, lambda t, o, *_: f"{t:%Y-%m-%d},{1 + t.day % 2}h,{o},{o},{o},{o}", "Date,interval,Open,High,Low,Close\n"
    )
    with pytest.raises(UserError, match=r"several intervals \(2h, 1h in its column interval\)"):
        read(tmp_path, text)


def test_an_order_of_columns_that_can_not_be_told_is_refused(tmp_path):
    with pytest.raises(UserError, match="has no header, and its columns can be read in several ways"):
        read(tmp_path, lines(HOURS, lambda t, *_: f"{seconds(t)},100,101,101,100,5"))  # Coinbase's order, or KuCoin's
    rising = iter(range(60))
    told = read(
        tmp_path, lines(HOURS, lambda t, *_: f"{seconds(t)},{100 + (i := next(rising))},{101 + i},{101 + i},{100 + i}")
    )
    assert "the order of its columns is told from the candles: open, close, high, low" in told.read_as
    swapped = lines(HOURS, lambda t, o, h, low, c, v: f"{seconds(t)},{c!r},{h!r},{low!r},{o!r},{v}")
    with pytest.raises(UserError, match="with open and close the other way round"):
        read(tmp_path, swapped)
    other = lines(HOURS, lambda t, o, h, low, c, v: f"{seconds(t)},{h!r},{o!r},{c!r},{low!r},{v}")
    with pytest.raises(UserError, match="its 6 columns are in no order that is known"):
        read(tmp_path, other)


def test_flat_and_tiny_candles_stay_right(tmp_path):
    flat = [(t, 1e-9, 1e-9, 1e-9, 1e-9, 0.0) for t, *_ in HOURS]
    for told in ("Kraken OHLCVT", "CSV, ", "ccxt or freqtrade JSON"):
        check(read(tmp_path, FORMATS[told](flat)), flat)


def test_a_fault_in_a_file_without_a_header_is_named_with_its_line(tmp_path):
    text = FORMATS["Kraken OHLCVT"](HOURS).decode().split("\n")
    cells = text[29].split(",")
    text[29] = ",".join([*cells[:2], "0.5", *cells[3:]])
    with pytest.raises(UserError, match="line 30 has its high below"):
        read(tmp_path, "\n".join(text))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04 is no archive", "cannot read .* as a table"),
        (b"\x89HDF\r\n", "is an HDF5 file: save its table as"),
        (b"<!DOCTYPE html><html>", "is a web page"),
        (b"\x1f\x8bbroken", "cannot read"),
        (b"PAR1broken", "cannot read"),
        (b"[1, 2", "cannot read"),
        (b"{}", "holds no candles"),
        (b'{"a": [[1, 2, 3, 4]]}', "holds no candles"),
        (
            b"Date,BidOpen,BidHigh,BidLow,BidClose\n1735603200,1,2,1,2\n",
            "has no column open, high, low, close: it has Date, B",
        ),
        (b"\x93NUMPY\x01\0v\0" + bytes(200), "is neither text nor JSON, Parquet or Feather"),
        (b"some words", "holds no table of candles: its first line is 'some words'"),
        (b"Date,Price\n2024-01-01,5\n", "has no column open, high, low, close: its first line is Date, Price"),
    ],
)
def test_what_is_no_file_of_candles(tmp_path, content, words):
    with pytest.raises(UserError, match=words):
        read(tmp_path, content)


def test_two_pairs_in_one_answer(tmp_path):
    pair = [[seconds(t), *row] for t, *row in HOURS]
    content = json.dumps({"result": {"XBT": pair, "ETH": pair[:30]}})
    with pytest.raises(UserError, match=r"holds 2 series, told apart by its column keys \(XBT, ETH\)"):
        read(tmp_path, content)
    assert len(read(tmp_path, content, "ETH").candles) == 30


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
