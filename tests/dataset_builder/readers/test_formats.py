"""Files as exchanges and charting programs write them are read back: the same candles, the same times."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from candle_files import DAYS, FORMATS, HOURS, check, lines, random_rows, read, seconds
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from cryptoai_common.errors import UserError


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
