"""Texts of web pages and trading terminals: words, numbers and sentences, chosen by a number, and their masks."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dataset_builder.drawing.overlays import INTERVALS, SYMBOLS
from dataset_builder.drawing.text import text_mask
from dataset_builder.streams import random_stream

VARIANTS = 48  # texts of each kind; masks are kept, so that a page takes little time
WORDS = (
    *("Markets", "Trade", "Orders", "Positions", "Buy", "Sell", "Indicators", "Alerts", "News", "Chart", "Depth"),
    *("History", "Assets", "Wallet", "Overview", "Screener", "Ideas", "Settings", "Compare", "Log in", "Sign up"),
    *("Spot", "Futures", "Limit", "Market", "Open", "Volume", "Price", "Amount", "Total", "Change", "Help", "More"),
)
PROSE = (
    *("the", "price", "of", "bitcoin", "rose", "fell", "after", "traders", "market", "in", "a", "week", "analysts"),
    *("expect", "support", "near", "level", "while", "volume", "has", "been", "to", "and", "report", "shares", "said"),
    *("on", "Monday", "for", "new", "exchange", "with", "funds", "rates", "over", "its", "low", "high", "this", "year"),
)
ICONS = ("+", "=", "/", "#", "o", "x", "%", "@", "*", ">", "v", "T")
SENTENCE_WORDS, HEADING_WORDS = (9, 16), (3, 7)
KINDS = (
    *("words", "symbols", "prices", "percents", "amounts", "times", "sentences", "headings", "addresses", "intervals"),
    *("icons",),
)


def text(kind: str, number: int) -> str:
    """One of VARIANTS texts of a kind, the same for the same number."""
    rng = random_stream("words", kind, number % VARIANTS)
    if kind == "symbols":
        return SYMBOLS[rng.integers(len(SYMBOLS))]
    if kind == "intervals":
        return INTERVALS[rng.integers(len(INTERVALS))]
    if kind == "icons":
        return ICONS[rng.integers(len(ICONS))]
    if kind == "prices":
        return f"{10 ** rng.uniform(-1, 5):.6g}"
    if kind == "percents":
        return f"{rng.normal(0, 3):+.2f}%"
    if kind == "amounts":
        return f"{10 ** rng.uniform(-2, 4):.4f}"
    if kind == "times":
        return f"{rng.integers(24):02d}:{rng.integers(60):02d}:{rng.integers(60):02d}"
    if kind == "addresses":
        return f"https://www.{PROSE[rng.integers(len(PROSE))]}{PROSE[rng.integers(len(PROSE))]}.com/chart/"
    if kind == "words":
        return WORDS[rng.integers(len(WORDS))]
    count = rng.integers(*(SENTENCE_WORDS if kind == "sentences" else HEADING_WORDS))
    return " ".join(PROSE[place] for place in rng.integers(len(PROSE), size=count)).capitalize()


@lru_cache(maxsize=1 << 14)
def word_mask(kind: str, number: int, font: int, bold: bool = False) -> NDArray[np.uint8]:
    """The mask of one of VARIANTS texts of a kind in a font size, shape (height, width), 0 to 255."""
    return text_mask(text(kind, number), font, bold)
