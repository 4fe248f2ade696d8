"""Shares as people read them."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryptoai_common.percent import percent, with_interval

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("share", "digits", "text"),
    [
        (0.91239, 1, "91.2%"),
        (0.835, 0, "84%"),
        (0.99949, 1, "99.9%"),
        (0.99951, 1, ">99.9%"),
        (0.99999, 0, ">99%"),
        (0.00001, 1, "<0.1%"),
        (0.004, 0, "<1%"),
        (1.0, 1, "100.0%"),
        (0.0, 0, "0%"),
    ],
)
def test_a_share_in_percent(share, digits, text):
    assert percent(share, digits) == text


@given(st.floats(0, 1), st.integers(0, 3))
def test_only_all_is_100_and_only_nothing_is_0(share, digits):
    text = percent(share, digits)
    number = float(text.strip("<>%"))
    assert (number == 100) == (share == 1) and (number == 0) == (share == 0)
    sign = text[0] if text[0] in "<>" else ""
    assert {"<": 100 * share < number, ">": 100 * share > number, "": abs(100 * share - number) <= 0.501 * 10**-digits}[
        sign
    ]
    assert len(text) <= len(f"{1:.{digits}%}")


def test_a_share_with_its_interval():
    assert with_interval(0.912, (0.901, 0.923)) == "91.2% (90.1% to 92.3%)"
    assert with_interval(0.9996, (0.998, 1)) == ">99.9% (99.8% to 100.0%)"


def test_what_is_shown_of_a_share_goes_through_it():
    """A format such as ``:.1%`` rounds 0.9996 up to all. Settings and the example in a model's card are no results."""
    files = [file for package in ("cryptoai_common", "trainer") for file in (ROOT / package).rglob("*.py")]
    found = {file.name for file in files if re.search(r":\d*\.\d%\}", file.read_text())}
    assert found == {"card.py"}
