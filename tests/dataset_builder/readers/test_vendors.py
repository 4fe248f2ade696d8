"""Files and answers of more exchanges, data vendors and programs, and what in them can be read in two ways."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest
from candle_files import DAYS, HEAD, HOURS, NEW_YEAR, check, lines, random_rows, read, refused, seconds
from exchange_answers import answer
from vendor_files import VENDORS

ROUND = [(t, *(round(price * 100, 2) for price in prices), 1500.0) for t, *prices, _ in DAYS]  # about 10,000


@pytest.mark.parametrize("vendor", VENDORS)
def test_vendors_are_read(tmp_path, vendor):
    rows, write = VENDORS[vendor]
    check(read(tmp_path, write(rows)), rows)


@pytest.mark.parametrize(
    "head",
    [
        '"Datum","Zuletzt","Eröffn.","Hoch","Tief","Vol.","+/- %"\n',
        '"Date","Dernier","Ouv."," Plus Haut","Plus Bas","Vol.","Variation %"\n',
        '"Fecha","Último","Apertura","Máximo","Mínimo","Vol.","% var."\n',
        '"Data","Ultimo","Apertura","Massimo","Minimo","Vol.","Var. %"\n',
        '"Data","Último","Abertura","Máxima","Mínima","Vol.","Var%"\n',
    ],
)
def test_investing_com_in_other_languages(tmp_path, head):
    def written(price: float) -> str:
        return f"{price:,.2f}".translate(str.maketrans(",.", ".,"))

    text = lines(
        ROUND,
        lambda t, o, h, low, c, v: (
            f'"{t:%d.%m.%Y}","{written(c)}","{written(o)}","{written(h)}","{written(low)}","1,50K","-0,12%"'
        ),
        head,
        newest_first=True,
    )
    check(read(tmp_path, text), ROUND)


@pytest.mark.parametrize("head", ["open,high,low,close,vol,amount", "open,high,low,close,Volume USDT,Volume BTC"])
def test_of_two_volumes_the_turnover_is_told_by_the_price(tmp_path, head):
    """HTX calls the turnover "vol" and the volume "amount"; Chinese stock data has it the other way round."""
    first, second = head.split(",")[4:]

    def text(line: Callable[..., str]) -> bytes:
        return lines(HOURS, lambda t, *values: f"{seconds(t)},{line(*values)}", f"time,{head}\n")

    turned = read(tmp_path, text(lambda o, h, low, c, v: f"{o!r},{h!r},{low!r},{c!r},{v * (h + low) / 2!r},{v!r}"))
    check(turned, HOURS)
    assert f"the volume is {second}, since {first} is that times the price" in turned.read_as
    plain = read(tmp_path, text(lambda o, h, low, c, v: f"{o!r},{h!r},{low!r},{c!r},{v!r},{v * (h + low) / 20!r}"))
    check(plain, HOURS)
    assert "times the price" not in plain.read_as


def test_near_a_price_of_1_the_named_volume_is_kept(tmp_path):
    rows = [(t, *(price / 100 for price in prices), v) for t, *prices, v in HOURS]
    text = lines(rows, lambda t, *v: f"{seconds(t)},{','.join(map(repr, v))},{v[4]!r}", HEAD.strip() + ",amount\n")
    series = read(tmp_path, text)
    check(series, rows)
    assert "times the price" not in series.read_as


def test_a_file_without_volume_says_so(tmp_path):
    told = "it has no volume, which is taken as 0"
    for head, more in (("time,open,high,low,close\n", ""), ("", ""), (HEAD, ","), (HEAD, ",null")):
        text = lines(HOURS, lambda t, *v, more=more: f"{seconds(t)},{','.join(map(repr, v[:4]))}{more}", head)
        series = read(tmp_path, text)
        assert not series.candles.volume.any() and series.read_as.count(told) == 1
    some = lines(HOURS, lambda t, *v: f"{seconds(t)},{','.join(map(repr, v[:4]))},{v[4] if t.hour else ''}", HEAD)
    assert "volume of 3 rows is empty, and taken as 0" in read(tmp_path, some).read_as
    assert told not in read(tmp_path, VENDORS["HTX"][1](HOURS)).read_as


def test_bid_and_ask_without_a_middle_are_refused_and_one_of_them_is_named(tmp_path):
    def text(*sides: str) -> bytes:
        return answer(
            HOURS,
            lambda t, *v: (
                {"time": t.isoformat(), "volume": v[4]} | {side: dict(zip("ohlc", v, strict=False)) for side in sides}
            ),
        )

    refused(tmp_path, text("bid", "ask"), "holds prices under bid and ask: keep one of them")
    series = read(tmp_path, text("ask"))
    check(series, HOURS)
    assert "prices from ask" in series.read_as


def test_lists_that_only_look_like_phemex_s_are_none(tmp_path):
    """The third column must be the close before."""
    rows = [[seconds(t), 3600, 7, o, h, low, c, v, 1] for t, o, h, low, c, v in HOURS]
    refused(tmp_path, json.dumps(rows), "has no header, and its 9 columns are in no order that is known")


def test_kraken_s_average_is_a_price(tmp_path):
    """Eight columns are Kraken's only if the sixth lies between low and high."""
    text = lines(
        HOURS, lambda t, o, h, low, c, v: f"{seconds(t)},{o!r},{h!r},{low!r},{c!r},{o * (t.hour > 8)!r},{v},12"
    )
    series = read(tmp_path, text)
    check(series, HOURS)
    assert "Kraken OHLC," in series.read_as


def test_points_that_may_stand_between_thousands(tmp_path):
    def text(prices: Callable[[int], str], volume: Callable[[int], str] = lambda day: "5") -> bytes:
        rows = enumerate(DAYS)
        return lines(
            DAYS, lambda t, *_: f"{t:%Y-%m-%d};{prices(i := next(rows)[0])};{volume(i)}", HEAD.replace(",", ";")
        )

    below, above = "980;990;970;985", "1.020;1.030;1.010;1.025"
    refused(
        tmp_path, text(lambda day: above if day > 30 else below), r"line 33: open can be read in two ways \('1.020'"
    )
    refused(
        tmp_path,
        text(lambda day: below, lambda day: "1.500" if day > 30 else "980"),
        r"line 33: volume can be read in two ways \('1.500': a decimal point or one between thousands",
    )
    many = read(tmp_path, text(lambda day: "1.234.567;1.300.000;999.000;1.250.000" if day else above))
    assert many.candles.low[:2].tolist() == [1010, 999_000]  # two points in one number settle it
    thousandths = read(tmp_path, text(lambda day: above))
    assert thousandths.candles.open[0] == 1.02
    mixed = read(tmp_path, text(lambda day: "980;990.125;970;985" if day % 2 else "980;1020;970;985"))
    assert mixed.candles.high[:2].tolist() == [1020, 990.125]


def test_hourly_then_daily_candles_leave_holes(tmp_path):
    """A market that closes has several candles a session."""
    hours, days = random_rows(100, timedelta(hours=1), NEW_YEAR), random_rows(40, timedelta(days=1), NEW_YEAR)
    for count in (34, 4):
        rows = [*hours, *days[5 : 6 + count]]
        series = read(tmp_path, lines(rows, lambda t, *values: f"{seconds(t)},{','.join(map(repr, values))}", HEAD))
        assert series.missing[101:].tolist() == [23] * count


def test_what_a_reading_is_called(tmp_path):
    text = lines(
        HOURS,
        lambda t, *values: f"{seconds(t)},{','.join(map(repr, values))},3,0",
        HEAD.strip() + ",spread,real_volume\n",
    )
    assert read(tmp_path, text).read_as.startswith("prices read as: CSV, ")  # small letters: not TradingView's
    answers = {"HTX": "HTX", "OANDA": "OANDA", "Poloniex": "Poloniex candles", "Phemex": "Phemex klines"}
    for vendor, told in answers.items():
        assert read(tmp_path, VENDORS[vendor][1](HOURS)).read_as.startswith(f"prices read as: {told}")
    assert "the volume is Volume_(BTC)" in read(tmp_path, VENDORS["two volumes"][1](HOURS)).read_as


def _zip(**files: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("_dot_", "."), text)
    return buffer.getvalue()


def test_archives_that_can_not_be_read(tmp_path):
    refused(tmp_path, _zip(mimetype="x", content_dot_xml="y"), "is an OpenDocument spreadsheet: save its sheet as CSV")
    text = lines(HOURS, lambda t, *values: f"{seconds(t)},{','.join(map(repr, values))}", HEAD).decode()
    check(read(tmp_path, _zip(prices=text, _dot_DS_Store="x")), HOURS)
    for offset, entry, value in ((6, 8, 1), (8, 10, 9)):  # a password; a method of packing that is not known
        content = bytearray(_zip(prices=text))
        content[offset] = content[content.find(b"PK\x01\x02") + entry] = value
        refused(tmp_path, bytes(content), "is a ZIP archive that can't be read here .*: unpack it first")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("x," * 100_000, "its first line is x, x, .*; rename its columns to time, open"),
        ("x" * 200_000, "holds no table of candles: its first line is"),
        ('"' + "a,b,c,d\n" * 30_000, "has no column open, high, low, close|holds no table"),
        ("\n\n<!DOCTYPE html>", "is a web page"),
        (f"Date,Close_BTC,Open_BTC\n{'2024-01-01,1,1'}\n", "rename its columns to time, open, high, low, close"),
        (
            "Time,Open,High,Low,Close\n93000,1,1,1,1\n100000,1,1,1,1\n93000,1,1,1,1\n",
            "hours in its column Time, but no",
        ),
        (
            "Date,Hour,Open,High,Low,Close\n"
            + "".join(f"2024-01-0{day},{hour},1,1,1,1\n" for day in (1, 2) for hour in (1, 24)),
            "line 3 repeats",
        ),
        ("time,open,high,low,close\n202401,1,1,1,1\n202402,1,1,1,1\n", "counts no unit that is known"),
    ],
)
def test_what_is_no_file_of_candles(tmp_path, content, words):
    refused(tmp_path, content, words)
