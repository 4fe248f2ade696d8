"""Files of candles: what exchanges write is read, what is wrong is named with its line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dataset_builder.errors import UserError
from dataset_builder.market.ohlcv import read_ohlcv

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


def test_parquet_without_volume(tmp_path):
    table = pd.read_csv(write(tmp_path, HEAD + "".join(DAYS))).drop(columns="volume")
    table.to_parquet(tmp_path / "prices.parquet")
    assert len(read_ohlcv(tmp_path / "prices.parquet").candles) == 5


def test_gaps_are_counted(tmp_path):
    market = read_ohlcv(write(tmp_path, HEAD + "".join([*DAYS, "2024-01-09,10,12,9,11,1\n"])))
    assert market.gaps == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD + DAYS[0] + DAYS[0], "line 3 repeats the time"),
        (HEAD + DAYS[1] + DAYS[0], "line 3 is older than the line before"),
        (HEAD + DAYS[0] + "2024-01-02,10,10.5,9,11,1\n", "line 3 has its high below"),
        (HEAD + DAYS[0] + "2024-01-02,10,12,10.5,11,1\n", "line 3 has its low above"),
        (HEAD + DAYS[0] + "2024-01-02,10,,9,11,1\n", "line 3 is no number: high"),
        (HEAD + DAYS[0] + "2024-01-02,10,abc,9,11,1\n", "line 3 is no number: high abc"),
        (HEAD + DAYS[0] + "yesterday,10,12,9,11,1\n", "line 3 is no time"),
        (HEAD + "2024-01-02,0,12,0,11,1\n", "line 2 has a price that is not above 0"),
        (HEAD, "no rows"),
        ("time,open,high,close\n", "no column low"),
        ("open,high,low,close\n1,2,1,1\n", "no time column"),
        ("", "cannot read"),
    ],
)
def test_faults_are_named_with_their_line(tmp_path, text, words):
    with pytest.raises(UserError, match=words):
        read_ohlcv(write(tmp_path, text))


def test_a_missing_file(tmp_path):
    with pytest.raises(UserError, match="does not exist"):
        read_ohlcv(tmp_path / "nowhere.csv")
