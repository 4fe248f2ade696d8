"""Candles that are none are refused with the number of the first faulty row."""

from __future__ import annotations

import pytest
from events import make_rows

from trainer.serve.candles import draw
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
        ([[0] * 7] * 30, "row 1 must be"),
        ([3] * 30, "row 1 must be"),
        ([[[]] * 6] * 30, "row 1: time is no number"),
        (without("low"), "row 10 has no low"),
        (without("time"), "row 10 has no time"),
        (spoilt(7, high=1), "row 7 has its high below"),
        (spoilt(7, low=1e9), "row 7 has its high below"),
        (spoilt(60, low=0), "row 60 has a price that is not above 0"),
        (spoilt(60, volume=-1), "row 60 has a volume below 0"),
        (spoilt(8, close=float("nan")), "row 8 has a value that is no finite number"),
        (spoilt(8, close="nan"), "row 8 has a value that is no finite number"),
        (spoilt(8, close=10**400), "row 8: close is no number"),
        (spoilt(8, close="1" * 50), "row 8: close is no number"),
        (spoilt(8, close="ten"), "row 8: close is no number"),
        (spoilt(8, close=True), "row 8: close is no number"),
        (spoilt(8, close=None), "row 8: close is no number"),
        (spoilt(2, time=FIRST), "row 2 repeats the time of the row before"),
        (spoilt(1, time=SECOND + 1), "row 2 is older than the row before"),
        (make_rows(60)[::-1], "row 2 is older than the row before"),
        (spoilt(3, time="yesterday"), "row 3: time is neither ISO 8601 nor a number"),
        (spoilt(3, time="0001-01-01T00:00:00+23:59"), "row "),
        (spoilt(3, time=float("inf")), "row 3: time is no finite number"),
    ],
)
def test_the_first_fault_is_named(rows, words):
    with pytest.raises(BadRequest, match=words) as caught:
        draw(rows)
    assert caught.value.status == 422


def test_extreme_prices_can_be_drawn():
    assert draw([[bar, 1e300, 1.7e308, 1e-308, 1, 1e308] for bar in range(20)])[1] == 20
    assert draw([[bar, 1, 1, 1, 1] for bar in range(120)])[1] == 120


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
    with pytest.raises(BadRequest, match="row 2 is older than the row before"):
        draw(rows[::-1])
