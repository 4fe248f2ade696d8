"""Times that are texts: ISO 8601, day and month in either order, names of months, hours with AM and PM, zones."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Literal

import numpy as np

from cryptoai_common.ohlcv.table import LONGEST_TEXT, Column, quoted

SECOND, MINUTE = 1_000_000, 60_000_000  # microseconds
DAY = 24 * 60 * MINUTE
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
TEXT = re.compile(
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?"
    r"(?:"
    r"(?P<a>\d{1,4})(?P<mark>[-/. ])(?P<b>\d{1,2}|[a-z]{3,9}\.?)(?:(?P=mark)|,? )(?P<c>\d{1,4})"
    r"|(?P<month>[a-z]{3,9})\.? (?P<day>\d{1,2}),? (?P<year>\d{4})"
    r"|(?P<digits>\d{8})"
    r"|(?P<months>\d{4}[-/.]\d{1,2})"
    r")?"
    r"(?:(?:^|[t,\s-]\s*)(?:"
    r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"(?:[\s-]*(?P<half>[ap])\.?m\.?)?"
    r"|(?P<packed>\d{4}(?:\d{2})?))"
    r")?"
    r"\s*(?P<zone>z|\[?utc\]?|gmt|(?:utc|gmt)?[+-]\d{1,2}(?::?\d{2})?(?:\[[\w/]+\])?|\(utc\))?",
    re.IGNORECASE,
)
ISO = {10: "0000-00-00", 16: "0000-00-00 00:00", 19: "0000-00-00 00:00:00"}  # forms that numpy reads all at once
REMEDY = "write times as 2024-12-31T09:00:00Z"
# By this many times its usual step a series may jump before it counts as uneven; weekends and holidays are less.
UNEVEN = 12


class NoTime(Exception):
    """A row, counted from 0, whose time can't be read, and what is wrong with it, as the end of a sentence."""

    def __init__(self, row: int, what: str) -> None:
        super().__init__(row, what)
        self.row, self.what = row, what


def from_texts(column: Column) -> tuple[np.ndarray, str, bool, bool, bool]:
    """Microseconds int64 [rows], how they were read, whether UTC, whether days without hours, or hours without days.

    Raises NoTime for the first row that is no time, or if day and month can't be told apart in the whole column.
    """
    texts = [str(cell).strip() for cell in column]
    fast = _iso(texts)
    return fast if fast is not None else _slow(texts)


def _iso(texts: list[str]) -> tuple[np.ndarray, str, bool, bool, bool] | None:
    """ISO 8601 of one form throughout, without a zone or with Z; None for anything else."""
    zoned = texts[0][-1:] in "zZ"
    length = len(texts[0])
    form = ISO.get(length - zoned)
    if form is None or any(len(text) != length for text in texts):
        return None
    letters = np.array(texts, dtype=f"U{length}").view("U1").reshape(len(texts), length)
    if zoned and not np.isin(letters[:, -1], ("z", "Z")).all():
        return None
    for at, letter in enumerate(form):
        own = letters[:, at]
        allowed = ("T", " ", "t") if letter == " " else tuple("0123456789") if letter == "0" else (letter,)
        if not np.isin(own, allowed).all():
            return None
    try:
        micros = np.array([text[: length - zoned] for text in texts], dtype="M8[us]").astype(np.int64)
    except ValueError:
        return None  # read again, row by row, to find the one at fault
    return micros, "ISO 8601", bool(zoned), len(form) == 10, False


def _slow(texts: list[str]) -> tuple[np.ndarray, str, bool, bool, bool]:
    parts: list[Parts | None] = []
    clocks: list[int] = []
    zones: list[int | None] = []
    has_clock = False
    for row, text in enumerate(texts):
        match = TEXT.fullmatch(text) if len(text) <= LONGEST_TEXT else None
        parsed = match and _parts(match)
        if not match or parsed is None:
            raise NoTime(row, f"is no time that is known ({quoted(text)}); {REMEDY}")
        own, clock, zone = parsed
        if row and (own is None) != (parts[0] is None):
            raise NoTime(row, f"has {'no day' if own is None else 'a day'}, unlike the first ({quoted(text)})")
        if row and clock is not None and (zone is None) != (zones[0] is None) and own is not None:
            raise NoTime(row, f"{'names no zone' if zone is None else 'names a zone'}, unlike the first ({text})")
        has_clock |= clock is not None
        parts.append(own)
        clocks.append(clock or 0)
        zones.append(zone)
    micros = np.array(clocks, np.int64) - np.array([zone or 0 for zone in zones], np.int64)
    zoned = zones[0] is not None
    if parts[0] is None:
        return micros, "hours", zoned, False, True
    days, how = _days([part for part in parts if part is not None], micros, texts)
    return days * DAY + micros, how, zoned, not has_clock, False


Parts = tuple[str, int, int, int]  # the order of the fields if it is known ("ymd") or else "?" with what was written


def _parts(match: re.Match[str]) -> tuple[Parts | None, int | None, int | None] | None:
    """The date's fields, microseconds since midnight, and the zone's; None if there is no such time."""
    clock = _clock(match)
    day = _day(match)
    if clock == -1 or day is False or (day is None and (clock is None or match["packed"] or match["zone"])):
        return None
    return day, clock, _zone(match["zone"])


def _day(match: re.Match[str]) -> Parts | Literal[False] | None:
    if match["months"]:  # the first day of a month
        return "ymd", int(match["months"][:4]), int(match["months"][5:]), 1
    if match["digits"]:
        number = int(match["digits"])
        return "ymd", number // 10_000, number // 100 % 100, number % 100
    if match["month"]:
        month = _month(match["month"])
        return ("ymd", int(match["year"]), month, int(match["day"])) if month else False
    if not match["a"]:
        return None
    a, b, c = match["a"], match["b"], match["c"]
    if b[0].isalpha():
        month = _month(b)
        if not month or (len(a) <= 2 and len(c) not in (2, 4)):
            return False
        return ("ymd", int(a), month, int(c)) if len(a) == 4 else ("ymd", _year(c), month, int(a))
    if match["mark"] == " " or 3 in (len(a), len(c)):
        return False
    if len(a) == 4:
        return ("ymd", int(a), int(b), int(c)) if len(c) <= 2 else False
    if len(c) == 4:
        return "?", int(a), int(b), int(c)
    return ("??", int(a), int(b), int(c)) if len(c) == 2 else False


def _year(text: str) -> int:
    """Two digits are of the years 1970 to 2069."""
    number = int(text)
    return number if len(text) == 4 else number + (1900 if number >= 70 else 2000)


def _month(name: str) -> int:
    """1 to 12, or 0 if it is no English month."""
    short = name.rstrip(".").lower()[:3]
    return MONTHS.index(short) + 1 if short in MONTHS else 0


def _clock(match: re.Match[str]) -> int | None:
    """Microseconds since midnight; None if none is written, -1 if there is no such hour."""
    if match["packed"]:
        digits = match["packed"]
        hour, minute, second, fraction = int(digits[:2]), int(digits[2:4]), int(digits[4:] or 0), 0
    elif match["hour"] is None:
        return None
    else:
        if match["minute"] is None and match["half"] is None:
            return -1  # "09" alone is no hour
        hour, minute, second = (int(match[name] or 0) for name in ("hour", "minute", "second"))
        fraction = int((match["fraction"] or "").ljust(6, "0")[:6])
        if match["half"]:
            if not 1 <= hour <= 12:
                return -1
            hour = hour % 12 + (12 if match["half"].lower() == "p" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return -1
    return (hour * 60 + minute) * MINUTE + second * SECOND + fraction


def _zone(text: str | None) -> int | None:
    """What the zone is ahead of UTC, in microseconds; None if none is named."""
    if not text:
        return None
    found = re.search(r"([+-])(\d{1,2}):?(\d{2})?", text)
    if not found:
        return 0
    ahead = int(found[2]) * 60 + int(found[3] or 0)
    return (ahead if found[1] == "+" else -ahead) * MINUTE


def _days(parts: list[Parts], clocks: np.ndarray, texts: list[str]) -> tuple[np.ndarray, str]:
    """Days since 1970, and how they were read. Which field is the day is settled by the whole column."""
    unclear = [part[0] for part in parts if part[0] != "ymd"]
    orders = ("ymd",) if not unclear else ("dmy", "mdy") if "??" not in unclear else ("dmy", "mdy", "ymd")
    found = {}
    last = -1
    for order in orders:
        days, wrong = _ordered(parts, order)
        if wrong is None:
            found[order] = np.array(days, np.int64)
        else:
            last = max(last, wrong)
    if not found:
        raise NoTime(last, f"is no date that is known ({quoted(texts[last])}); {REMEDY}")
    if not unclear:
        return found["ymd"], "dates" if not clocks.any() else "dates and hours"
    names = {"dmy": "day before month", "mdy": "month before day", "ymd": "year, month, day"}
    if len({days.tobytes() for days in found.values()}) > 1:
        even = {order: days for order, days in found.items() if _is_even(days * DAY + clocks)}
        if len(even) != 1:
            first = next(row for row in range(len(parts)) if len({int(days[row]) for days in found.values()}) > 1)
            ways = " or ".join(names[order] for order in found)
            raise NoTime(first, f"can be read in two ways ({quoted(texts[first])}: {ways}); {REMEDY}")
        found = even
    order = next(iter(found))
    return found[order], f"dates with the {names[order]}"


def _ordered(parts: Iterable[Parts], order: str) -> tuple[list[int], int | None]:
    """Days since 1970, and the first row that is no date in this order."""
    days: list[int] = []
    for row, (known, a, b, c) in enumerate(parts):
        if known == "ymd":
            year, month, day = a, b, c
        else:
            year, month, day = {"dmy": (c, b, a), "mdy": (c, a, b), "ymd": (a, b, c)}[order]
            if known == "??":
                year = _year(f"{year:02d}")
            elif order == "ymd":
                return days, row
        try:
            days.append(date(year, month, day).toordinal() - 719_163)
        except ValueError:
            return days, row
    return days, None


def _is_even(micros: np.ndarray) -> bool:
    """Whether times go one way only, without a jump that is out of proportion to the usual step."""
    steps = np.diff(micros)
    if len(steps) < 2:
        return False
    if steps[0] < 0:
        steps = -steps
    usual = np.sort(steps)[(len(steps) - 1) // 2]
    return bool(usual > 0 and (steps > 0).all() and steps.max() <= UNEVEN * max(usual, DAY / UNEVEN * 6))
