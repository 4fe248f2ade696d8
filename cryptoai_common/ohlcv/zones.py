"""Zones that a column's name tells, such as "Time (EST)", "Date (UTC+8)" or "time_kst"."""

from __future__ import annotations

import re

from cryptoai_common.ohlcv.texts import MINUTE

AHEAD = re.compile(
    r"(?:[\s_(\[](?:utc|gmt)\s?|[(\[])(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d{2})?[)\]]?\s*", re.I
)
# Zones with daylight saving, or that may be one of several: how far they are from UTC is not guessed.
OTHER = re.compile(
    r"[\s_(\[](?P<zone>(?:africa|america|asia|atlantic|australia|europe|indian|pacific|us)/[\w/]+|e[sd]?t|c[sd]t|m[sd]t|p[sd]t|cest|cet|bst|msk|ist|jst|kst|hkt|sgt|ae[sd]t)"
    r"[)\]]?\s*",
    re.I,
)


def named_zone(name: str) -> int | str | None:
    """Microseconds ahead of UTC, the name of a zone whose distance is not known, or None if UTC or none is named."""
    for at, letter in enumerate(name):
        if letter not in " _([":
            continue
        ahead, other = AHEAD.fullmatch(name, at), OTHER.fullmatch(name, at)
        if ahead:
            minutes = int(ahead["hours"]) * 60 + int(ahead["minutes"] or 0)
            return (minutes if ahead["sign"] == "+" else -minutes) * MINUTE
        if other:
            return other["zone"]
    return None
