"""Files of candles: what exchanges write is read, what is wrong is named with its line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from cryptoai_common.errors import UserError
from dataset_builder.readers.ohlcv import read_ohlcv

HEAD = "time,open,high,low,close,volume\n"
DAYS = [f"2024-01-0{day},10,12,9,11,{day}\n" for day in range(1, 6)]


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "prices.csv"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("head", "times"),
    [
        ("Date,Open,High,Low,Close,Volume BTC,Volume", ["2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z"]),
        ("TIME,open,high,low,close,x,volume", [20240101, 20240102]),
        ("open_time,open,high,low,close,x,volume", [1704067200000000, 1704153600000000]),
        ("date,open,high,low,close,x,volume", ["2024-01-01T01:00+01:00", "2024-01-02T00:00:00.000Z"]),
        ("unix,open,high,low,close,x,volume", [1704067200, 1704153600]),
        ("Timestamp,OPEN,HIGH,LOW,CLOSE,x,VOLUME", [1704067200000, 1704153600000]),
        ("datetime, open, high, low, close, x, volume", ["2024-01-01", "2024-01-02 00:00:00"]),
    ],
)
def test_exports_of_exchanges(tmp_path, head, times):
    market = read_ohlcv(write(tmp_path, f"{head}\n{times[0]},10,12,9,11,5,7\n{times[1]},11,13,10,12,5,8\n"))
    assert market.times.tolist() == [pd.Timestamp("2024-01-01", tz="UTC"), pd.Timestamp("2024-01-02", tz="UTC")]
    np.testing.assert_array_equal(market.candles.close, [11, 12])
    np.testing.assert_array_equal(market.candles.volume, [7, 8])


@pytest.mark.parametrize(
    "shape",
    [
        lambda table: table,
        lambda table: table.set_index(pd.DatetimeIndex(table.pop("time"), tz="UTC", name=None)),
        lambda table: table.assign(time=pd.to_datetime(table.time).astype("datetime64[ms]")).convert_dtypes(),
        lambda table: pd.concat([table.head(3), table]).iloc[3:],  # an index that counts from elsewhere
    ],
)
def test_parquet_without_volume(tmp_path, shape):
    table = pd.read_csv(write(tmp_path, HEAD + "".join(DAYS))).drop(columns="volume")
    shape(table).to_parquet(tmp_path / "prices.parquet")
    market = read_ohlcv(tmp_path / "prices.parquet")
    assert market.times.tolist() == list(pd.date_range("2024-01-01", periods=5, tz="UTC"))
    assert not market.candles.volume.any()


def test_parquet_names_rows(tmp_path):
    table = pd.read_csv(write(tmp_path, HEAD + "".join(DAYS)))
    table.loc[2, "low"] = 11
    table.to_parquet(tmp_path / "prices.parquet")
    with pytest.raises(UserError, match="row 3 has its low above"):
        read_ohlcv(tmp_path / "prices.parquet")


def test_gaps_are_found(tmp_path):
    days = [*DAYS, "2024-01-06,10,12,9,11,1\n", "2024-01-10,10,12,9,11,1\n"]
    market = read_ohlcv(write(tmp_path, HEAD + "".join(days)))
    assert market.gaps == 3 and market.missing.tolist() == [0, 0, 0, 0, 0, 0, 3]


def test_a_weekend_is_no_gap_in_a_market_that_never_trades_on_saturdays_and_that_is_said(tmp_path):
    market = read_ohlcv(write(tmp_path, HEAD + "".join([*DAYS, "2024-01-09,10,12,9,11,1\n"])))
    assert market.missing.tolist() == [0, 0, 0, 0, 0, 1]  # the Monday
    market = read_ohlcv(write(tmp_path, HEAD + "".join([*DAYS, "2024-01-08,10,12,9,11,1\n"])))
    assert market.gaps == 0 and "1 gap taken for a closed market, up to 3 days long" in market.read_as


def test_blank_lines_and_commas_at_the_end_of_lines_do_no_harm(tmp_path):
    market = read_ohlcv(write(tmp_path, HEAD + (DAYS[0] + "\n" + "".join(DAYS[1:])).replace("\n", ",\r\n") + "\n\n"))
    assert len(market.candles) == len(market.times) == 5


days = some.lists(some.floats(1e-9, 1e9), min_size=3, max_size=8)


@given(days, some.integers(0, 7), some.sampled_from(["", "nan", "x", "-1", "inf", "1e400"]), some.integers(1, 4))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_market_is_read_as_it_is_written_and_any_one_fault_is_named_with_its_line(tmp_path, closes, at, bad, field):
    rows = [[f"2024-01-{day + 1:02d}", c, c * 1.5, c * 0.5, c, day] for day, c in enumerate(closes)]
    text = "".join(",".join(map(repr, row)).replace("'", "") + "\n" for row in rows)
    market = read_ohlcv(write(tmp_path, HEAD + text))
    np.testing.assert_array_equal(np.array(market.candles.series()).T, [row[1:] for row in rows])
    rows[at % len(rows)][field] = bad
    spoiled = "".join(",".join(map(str, row)) + "\n" for row in rows)
    with pytest.raises(UserError, match=rf" line {at % len(rows) + 2}\b"):
        read_ohlcv(write(tmp_path, HEAD + spoiled))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD + DAYS[0] + DAYS[0], "line 3 repeats the time"),
        (HEAD + DAYS[1] + DAYS[0] + DAYS[2], "line 3 is older than the line before"),
        (HEAD + DAYS[3] + DAYS[1] + DAYS[2] + DAYS[0], "line 4 is newer than the line before"),
        (HEAD + DAYS[0] + "2024-01-02,10,10.5,9,11,1\n", "line 3 has its high below"),
        (HEAD + DAYS[0] + "2024-01-02,10,12,10.5,11,1\n", "line 3 has its low above"),
        (HEAD + DAYS[0] + "2024-01-02,10,,9,11,1\n", "line 3: high is no number"),
        (HEAD + DAYS[0] + "2024-01-02,10,abc,9,11,1\n", "line 3: high is no number .'abc'"),
        (HEAD + DAYS[0] + "yesterday,10,12,9,11,1\n", "line 3: time is no time that is known"),
        (HEAD + "2024-01-02,0,12,0,11,1\n", "line 2 has a price that is not above 0"),
        (HEAD + "2024-01-02,10,12,9,11,-1\n", "line 2 has a volume below 0 .*volume -1"),
        (HEAD + DAYS[0] + "\n\n" + DAYS[2] + "2024-01-02,10,12,9,11,1\n", "line 6 is older than the line before"),
        (
            HEAD + "1704067200,1,1,1,1,1\n1704067201,1,1,1,1,1\nnever,1,1,1,1,1\n",
            "line 4: time is no number as the other times are .'never'",
        ),
        (HEAD + "1e30,1,1,1,1,1\n", "line 2: time is no time that is known .'1e30'"),
        ("time,Open,open,high,low,close\n1,1,1,1,1,1\n", "two columns open"),
        (HEAD, "no rows"),
        ("time,open,high,close\n", "no column low"),
        ("open,high,low,close\n1,2,1,1\n", "no time column"),
        ("", "has no rows"),
    ],
)
def test_faults_are_named_with_their_line(tmp_path, text, words):
    with pytest.raises(UserError, match=words):
        read_ohlcv(write(tmp_path, text))


def test_a_missing_file(tmp_path):
    with pytest.raises(UserError, match="does not exist"):
        read_ohlcv(tmp_path / "nowhere.csv")
