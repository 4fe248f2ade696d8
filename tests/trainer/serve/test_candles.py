"""Candles that are none are refused with the number of the first faulty row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from events import make_rows

from trainer.serve.candles import _from_objects, draw
from trainer.serve.event import BadRequest


def spoilt(row: int, **changes) -> list[dict]:
    """Sixty candles with one changed, as objects."""
    candles = [dict(zip(("time", "open", "high", "low", "close", "volume"), r, strict=True)) for r in make_rows(60)]
    candles[row - 1] |= changes
    return candles


def without(name: str) -> list[dict]:
    candles = spoilt(60)
    del candles[9][name]
    return candles


FIRST, SECOND = make_rows(60)[0][0], make_rows(60)[1][0]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ({}, "candles must be a list of rows"),
        ("x" * 30, "candles must be a list of rows"),
        ([], "send 20 to 1000 candles, not 0"),
        (make_rows(19), "send 20 to 1000 candles, not 19"),
        (make_rows(1001), "send 20 to 1000 candles, not 1001"),
        ([[]] * 30, r"row 1 must be \[time, open, high, low, close, volume\]"),
        ([[0] * 7] * 30, "row 1: column 1 counts rows or days from an unknown one, and is no time"),
        ([[0] * 4] * 30, "row 1 must be"),
        ([[f"{time:.3e}", *values] for time, *values in make_rows(30)], "row 1: column 1 has lost its last digits"),
        ([*make_rows(30), [1, 2, 3, 4, 5]], "row 31 must be .* as long as the others"),
        ([3] * 30, "row 1 must be"),
        ([[[]] * 6] * 30, "row 1 must be"),
        (without("low"), "row 10 has no low"),
        (without("time"), "row 10 has no time"),
        (spoilt(7, high=1), "row 7 has its high below"),
        (spoilt(7, low=1e9), "row 7 has its high below"),
        (spoilt(60, low=0), "row 60 has a price that is not above 0"),
        (spoilt(60, volume=-1), "row 60 has a volume below 0"),
        (spoilt(8, close=float("nan")), "row 8: close is no number"),
        (spoilt(8, close="nan"), "row 8: close is no number"),
        (spoilt(8, close=float("inf")), "row 8 has a value that is no finite number"),
        (spoilt(8, close=10**400), "row 8: close is no number"),
        (spoilt(8, close="1" * 80), "row 8: close is no number"),
        (spoilt(8, close="ten"), "row 8: close is no number"),
        (spoilt(8, close=True), "row 8: close is no number"),
        (spoilt(8, close=None), "row 8: close is no number"),
        (spoilt(2, time=FIRST), "row 2 repeats the time of the row before"),
        (spoilt(1, time=SECOND + 1), "row 2 is older than the row before"),
        (spoilt(3, time=None), "row 3: time is empty"),
        (spoilt(3, close=[1]), "row 3: close is no number"),
        (
            [row | {"symbol": "AB"[at % 2]} for at, row in enumerate(spoilt(1))],
            "holds 2 series, told apart by its column s",
        ),
        ([row | {"time": at} for at, row in enumerate(spoilt(1))], "row 1: time counts rows or days"),
        (make_rows(90)[:30] + make_rows(90)[50:], "20 candles are missing before candle 31 of 70"),
        ([[*row[:1], *row[4:0:-1]] for row in make_rows(60)], "the list of candles has no header"),
        (spoilt(3, time="yesterday"), "row 3: time is no number as the other times are .'yesterday'"),
        (spoilt(3, time="0001-01-01T00:00:00+23:59"), "row "),
        (spoilt(3, time=float("inf")), "row 3: time is no time that is known"),
    ],
)
def test_the_first_fault_is_named(rows, words):
    with pytest.raises(BadRequest, match=words) as caught:
        draw(rows)
    assert caught.value.status == 422


def test_extreme_prices_can_be_drawn():
    assert draw([[FIRST + bar, 1e300, 1.7e308, 1e-308, 1, 1e308] for bar in range(20)])[1] == 20
    assert draw([[FIRST + bar, 1, 1, 1, 1] for bar in range(120)])[1] == 120


@pytest.mark.parametrize(
    "texts",
    [
        [str(FIRST + bar * 60_000) for bar in range(20)],
        [f" {FIRST / 1000 + bar * 0.5} " for bar in range(20)],
        [f"202401{day}" for day in range(10, 30)],
        [f"2024-01-{day}" for day in range(10, 30)],
    ],
    ids=["milliseconds", "seconds", "dates", "ISO 8601"],
)
def test_times_may_be_texts_as_a_csv_has_them(texts):
    rows = [[time, "1.5", "2", "1", "1.5"] for time in texts]
    assert draw(rows)[1] == 20


def same(rows: list) -> bool:
    """Whether rows are drawn as ``make_rows(60)``, of which they are another form."""
    return draw(rows)[0].tobytes() == draw(make_rows(60))[0].tobytes()


@pytest.mark.parametrize(
    "form",
    [
        lambda rows: rows[::-1],
        lambda rows: [[t, low, h, o, c, v] for t, o, h, low, c, v in rows],
        lambda rows: [[t, o, c, h, low, v, 9.5] for t, o, h, low, c, v in rows],
        lambda rows: [[t, *map(str, row), t + 1, "9", 5, "1", "2", "0"] for t, *row in rows],
        lambda rows: [[t * 1000 if at > 20 else t, *row] for at, (t, *row) in enumerate(rows)],
        lambda rows: [dict(zip("tohlcv", row, strict=True)) for row in rows],
        lambda rows: [
            {"time": "10:00", "timestamp": datetime.fromtimestamp(t / 1000, UTC).isoformat()}
            | dict(zip(("Open", "HIGH", "low", "close"), row, strict=False))
            for t, *row in rows
        ],
        lambda rows: [
            {"Date": f"{at:%m/%d/%Y}", "Time": f"{at:%H:%M}", "open": f"${o}", "high": h, "low": low, "close": c}
            for at, o, h, low, c, v in ((datetime.fromtimestamp(row[0] / 1000, UTC), *row[1:]) for row in rows)
        ],
        lambda rows: [*rows[:5], [rows[5][0] - 1, None, None, None, None, None], *rows[5:]],
        lambda rows: [
            {"time": t, "volume": v, "bid": dict.fromkeys("ohlc", 1), "mid": {"o": o, "h": h, "l": low, "c": c}}
            for t, o, h, low, c, v in rows
        ],
        lambda rows: [
            [low, h, o, c, v * c, v, 1, 1, 9, t + 59_000, c, "MINUTE_1", t, t + 59_999] for t, o, h, low, c, v in rows
        ],
    ],
    ids=[
        "newest first",
        "Coinbase",
        "KuCoin",
        "Binance",
        "changing unit",
        "short names",
        "hour and ISO",
        "two",
        "null",
        "OANDA",
        "Poloniex",
    ],
)
def test_the_rules_are_those_for_files(form):
    assert same(form(make_rows(60)))


@pytest.mark.parametrize("lacking", [(0,), (5, 30), (0, 59)])
def test_a_volume_that_some_rows_lack_is_0_there_and_said(monkeypatch, lacking):
    """As in files of objects; not 0 throughout, because the first row has none."""
    candles = spoilt(1)
    for row in lacking:
        del candles[row]["volume"]
    shown = []
    monkeypatch.setattr("trainer.serve.candles.render_candles", lambda series: shown.append(series.volume.tolist()))
    rows = f"{len(lacking)} row{'s' * (len(lacking) > 1)}"
    assert draw(candles).notes == (f"volume of {rows} is empty, and taken as 0",)
    assert shown[0] == [0 if row in lacking else values[5] for row, values in enumerate(make_rows(60))]


def test_what_was_done_to_read_candles_is_said():
    assert draw(make_rows(60)).notes == ()
    assert draw(make_rows(60)[::-1]).notes == ("newest first, and turned round",)
    assert draw([row[:5] for row in make_rows(60)]).notes == ("it has no volume, which is taken as 0",)


def test_names_that_only_later_rows_have_cost_nothing():
    """A request could hold as many as it has bytes, times 1000 rows."""
    rows = [row | {f"x{at}_{number}": 1 for number in range(300)} for at, row in enumerate(spoilt(1))]
    assert len(_from_objects(rows).names) == 306


def test_weekends_are_no_holes():
    days = [datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=day) for day in range(60)]
    rows = [[day.isoformat(), 2, 3, 1, 2] for day in days if day.weekday() < 5]
    assert draw(rows)[1] == len(rows)
