"""Shares and probabilities as people read them."""

from __future__ import annotations

from collections.abc import Sequence


def percent(share: float, digits: int = 1) -> str:
    """A share of 0 to 1 in percent, such as ``91.2%``.

    Only 1 is ``100.0%`` and only 0 is ``0.0%``: what would be rounded to them is ``>99.9%`` or ``<0.1%``, which are as
    wide. Every table, picture, page and line that Python writes says shares in this way; ``percent`` in
    ``trainer/serve/page/words.js`` is the same for the page.
    """
    text = f"{share:.{digits}%}"
    least = 10.0**-digits
    if share < 1 and text == f"{1:.{digits}%}":
        return f">{100 - least:.{digits}f}%"
    if share > 0 and text == f"{0:.{digits}%}":
        return f"<{least:.{digits}f}%"
    return text


def with_interval(share: float, interval: Sequence[float]) -> str:
    """A share and the two ends of its interval, each of 0 to 1, such as ``91.2% (90.1% to 92.3%)``."""
    low, high = map(percent, interval)
    return f"{percent(share)} ({low} to {high})"
