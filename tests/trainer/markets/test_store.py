import numpy as np
import pyarrow.parquet
from hypothesis import given
from hypothesis import strategies as some
from hypothesis.extra.numpy import arrays

from trainer.markets.store import Kept, Market, file_name, read_market, symbol_of, write_market


def kept(*times: int, asked_from: int = 0) -> Kept:
    return Kept(
        np.array(times, np.int64), np.array([[t, t + 1, t - 1, t, 5] for t in times], float).reshape(-1, 5), asked_from
    )


@given(some.text(min_size=1, max_size=20))
def test_no_two_symbols_share_a_file_and_none_leaves_the_directory(symbol):
    name = file_name(symbol)
    assert symbol_of(name) == symbol
    assert not set(name) & set('/\\:*?"<>|\0_')


def test_names_of_files_are_those_that_people_expect(tmp_path):
    assert Market("binance", "BTC/USDT", "1h").file(tmp_path) == tmp_path / "binance" / "BTC-USDT_1h.parquet"
    assert file_name("BTC/USDT:USDT") == "BTC-USDT%3AUSDT"


@given(
    arrays(np.int64, some.integers(0, 30), elements=some.integers(0, 10**12), unique=True),
    arrays(np.int64, some.integers(0, 30), elements=some.integers(0, 10**12), unique=True),
)
def test_candles_that_are_joined_come_once_and_in_order(first, then):
    one, two = kept(*sorted(first.tolist())), kept(*sorted(then.tolist()))
    both = one.joined(two.times, two.values)
    assert (np.diff(both.times) > 0).all() and len(both.times) == len(both.values)
    assert set(one.times) <= set(both.times) <= set(one.times) | set(two.times)
    if len(one):
        assert {t for t in two.times.tolist() if t > one.times[-1]} <= set(both.times.tolist())


def test_what_is_written_is_read(tmp_path):
    market = Market("binance", "BTC/USDT", "1h")
    write_market(tmp_path / "x.parquet", market, kept(3_600_000, 7_200_000, asked_from=7))
    found, read = read_market(tmp_path / "x.parquet")
    assert found == market and read.asked_from == 7
    assert (
        np.array_equal(read.times, [3_600_000, 7_200_000])
        and read.values[1].tolist() == kept(7_200_000).values[0].tolist()
    )
    assert pyarrow.parquet.read_schema(tmp_path / "x.parquet").names == [
        "time",
        "open",
        "high",
        "low",
        "close",
        "volume",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["x.parquet"]


def test_files_of_others_are_none_of_ours(tmp_path):
    (tmp_path / "a.csv").write_text("time,open\n")
    (tmp_path / "b.parquet").write_bytes(b"PAR1 and no more")
    pyarrow.parquet.write_table(pyarrow.table({"time": [1], "open": [1.0]}), tmp_path / "c.parquet")
    assert [read_market(tmp_path / name) for name in ("a.csv", "b.parquet", "c.parquet", "none")] == [None] * 4
