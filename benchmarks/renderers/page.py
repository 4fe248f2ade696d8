"""Pages of a trading site with room for a chart: toolbars, a watchlist, an order book and a list of orders."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from benchmarks.renderers.browser import open_page, shoot
from benchmarks.renderers.library import Drawing, Size
from dataset_builder.streams import random_stream

if TYPE_CHECKING:
    from playwright.sync_api import Page

SIZE = (1440, 900)
HTML = Path(__file__).with_name("page.html")
SEED, VARIANTS = 21, 8  # pages of different content, light and dark
SYMBOLS = ("BTC", "ETH", "SOL", "XRP", "BNB", "ADA", "DOGE", "AVAX", "LINK", "DOT", "LTC", "ATOM", "UNI", "NEAR", "APT")
SPANS = ("5m", "15m", "1h", "4h", "D")
DEPTH, ORDERS = 9, 5  # rows of each side of the book, and of the list of orders
TRADE = 20_000  # mean value of an order, in the currency of the prices


@dataclass(frozen=True)
class Surroundings:
    """A page without its chart, and the room for it: left, top, right and bottom in pixels."""

    image: Image.Image
    room: tuple[int, int, int, int]

    @property
    def size(self) -> Size:
        """How large the chart must be."""
        left, top, right, bottom = self.room
        return right - left, bottom - top

    def around(self, drawing: Drawing) -> Image.Image:
        """The page with that chart. Raises ValueError if the chart has another size than the room."""
        if drawing.image.size != self.size:
            raise ValueError(f"the chart has {drawing.image.size} pixels, the room for it {self.size}")
        page = self.image.copy()
        page.paste(drawing.image, self.room[:2])
        return page


def draw_surroundings() -> dict[bool, list[Surroundings]]:
    """All pages: by whether they are dark, VARIANTS of each. They need the browser."""
    with open_page(HTML.read_text(encoding="utf-8")) as page:
        page.set_viewport_size({"width": SIZE[0], "height": SIZE[1]})
        return {dark: [_fill(page, dark, number) for number in range(VARIANTS)] for dark in (False, True)}


def _fill(page: Page, dark: bool, number: int) -> Surroundings:
    room = tuple(page.evaluate("content => fill(content)", _content(dark, number)))
    return Surroundings(shoot(page, SIZE), room)


def _content(dark: bool, number: int) -> dict[str, Any]:
    rng = random_stream(SEED, "page", int(dark), number)
    prices = np.exp(rng.uniform(-3, 11, len(SYMBOLS)))
    changes = rng.normal(0, 3, len(SYMBOLS))
    markets = list(zip(rng.permutation(SYMBOLS).tolist(), prices.tolist(), changes.tolist(), strict=True))
    chosen = int(rng.integers(len(markets)))
    symbol, price, change = markets[chosen]
    tick = price * 10 ** rng.uniform(-4.5, -3)
    return {
        "dark": dark,
        "symbol": f"{symbol}USDT",
        "price": _price(price),
        "change": f"{change:+.2f}%",
        "span": str(rng.choice(SPANS)),
        "list": [
            (f"{name}USDT", _price(last), f"{moved:+.2f}%", f"{rng.uniform(1, 900):.1f}M")
            for name, last, moved in markets
        ],
        "asks": _book(rng, [price + tick * level for level in range(DEPTH, 0, -1)]),
        "bids": _book(rng, [price - tick * level for level in range(1, DEPTH + 1)]),
        "orders": [_order(rng, symbol, price) for _ in range(ORDERS)],
    }


def _book(rng: np.random.Generator, prices: list[float]) -> list[tuple[str, str, str]]:
    amounts = rng.exponential(TRADE / prices[0], len(prices)).tolist()
    return [
        (_price(price), f"{amount:.4f}", f"{price * amount:,.0f}")
        for price, amount in zip(prices, amounts, strict=True)
    ]


def _order(rng: np.random.Generator, symbol: str, price: float) -> tuple[str, ...]:
    side, kind = str(rng.choice(("Buy", "Sell"))), str(rng.choice(("Limit", "Stop limit")))
    hour, minute = (int(rng.integers(most)) for most in (24, 60))
    amount, filled = f"{rng.exponential(TRADE / price):.4f}", f"{rng.uniform(0, 60):.1f}%"
    limit = _price(price * rng.uniform(0.95, 1.05))
    return f"{symbol}USDT", side, kind, limit, amount, filled, f"{hour:02d}:{minute:02d}:{int(rng.integers(60)):02d}"


def _price(price: float) -> str:
    return f"{price:,.2f}" if price >= 10 else f"{price:.5f}"
