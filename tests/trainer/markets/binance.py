"""An exchange on localhost that speaks Binance's REST interface for public market data, and can misbehave.

Candles are a function of symbol and time, so that a test knows every one of them.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np

UNITS = {"s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
LIMIT = 1000  # candles in an answer at most, as at Binance


def candle(symbol: str, opens: int) -> list[str]:
    """Open, high, low, close and volume of a candle, as texts."""
    rng = np.random.default_rng([sum(map(ord, symbol)), opens // 1000])
    middle = 100 + 10 * np.sin(opens / UNITS["h"] / 9) + (sum(map(ord, symbol)) % 7)
    a, b = middle + rng.normal(0, 1, 2)
    high, low = max(a, b) + rng.exponential(0.5), min(a, b) - rng.exponential(0.5)
    return [f"{value:.6f}" for value in (a, high, low, b, rng.exponential(100))]


class FakeBinance:
    """What the exchange has and how it misbehaves; change the fields while it runs.

    ``fault`` is asked before every answer with path and parameters: None, an HTTP status, or "cut" for a connection
    that breaks in the middle of the answer. ``holes`` are (from, to) in which no candle was ever made, ``listed`` is
    when each market began; all in milliseconds.
    """

    def __init__(self) -> None:
        self.symbols = ["BTCUSDT", "ETHUSDT", "XRPUSDT"]
        self.halted: set[str] = set()
        self.gone: set[str] = set()
        self.holes: list[tuple[int, int]] = []
        self.listed = 0
        self.ahead = 0  # milliseconds by which its clock is ahead of this machine's
        self.now: Callable[[], int] = lambda: int(time.time() * 1000) + self.ahead
        self.fault: Callable[[str, dict[str, str]], int | str | None] = lambda path, query: None
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.url = ""

    def asked(self, path: str) -> int:
        return sum(each.endswith(path) for each, _ in self.requests)

    def answer(self, path: str, query: dict[str, str]) -> tuple[int, Any]:
        if path == "/api/v3/exchangeInfo":
            return 200, {"timezone": "UTC", "serverTime": self.now(), "symbols": list(map(self._market, self.symbols))}
        if path == "/api/v3/time":
            return 200, {"serverTime": self.now()}
        if path == "/api/v3/ticker/24hr":
            return 200, [self._ticker(n, symbol) for n, symbol in enumerate(self.symbols)]
        if path == "/api/v3/klines":
            if query["symbol"] not in self.symbols or query["symbol"] in self.gone:
                return 400, {"code": -1121, "msg": "Invalid symbol."}
            return 200, list(self.klines(query))
        return 404, {"code": -1, "msg": f"no {path}"}

    def klines(self, query: dict[str, str]) -> Iterator[list[Any]]:
        """Rows from ``startTime`` on, the last of which may be forming still."""
        step = int(query["interval"][:-1]) * UNITS[query["interval"][-1]]
        limit = min(int(query.get("limit", 500)), LIMIT)
        opens = -(-max(int(query.get("startTime", 0)), self.listed) // step) * step
        count = 0
        while opens <= self.now() and count < limit:
            hole = next((end for start, end in self.holes if start <= opens < end), None)
            if hole is not None:
                opens = -(-hole // step) * step
                continue
            *prices, volume = candle(query["symbol"], opens)
            if opens + step > self.now():  # forming: it will be another one
                prices[3] = prices[0]
            yield [opens, *prices, volume, opens + step - 1, "0", 1, "0", "0", "0"]
            opens, count = opens + step, count + 1

    def _market(self, symbol: str) -> dict[str, Any]:
        return {
            "symbol": symbol,
            "status": "BREAK" if symbol in self.halted else "TRADING",
            "baseAsset": symbol[:-4],
            "quoteAsset": symbol[-4:],
            "baseAssetPrecision": 8,
            "quotePrecision": 8,
            "quoteAssetPrecision": 8,
            "isSpotTradingAllowed": True,
            "permissions": ["SPOT"],
            "permissionSets": [["SPOT"]],
            "orderTypes": ["LIMIT", "MARKET"],
            "filters": [{"filterType": "PRICE_FILTER", "minPrice": "0.01", "maxPrice": "1000000", "tickSize": "0.01"}],
        }

    def _ticker(self, number: int, symbol: str) -> dict[str, Any]:
        return {"symbol": symbol, "lastPrice": "100", "volume": "10", "quoteVolume": str(1000 * (number + 1))}


@contextmanager
def serving() -> Iterator[FakeBinance]:
    """A running exchange; its address is ``url``."""
    exchange = FakeBinance()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(address.query).items()}
            exchange.requests.append((address.path, query))
            fault = exchange.fault(address.path, query)
            status, content = exchange.answer(address.path, query)
            if isinstance(fault, int):
                status, content = fault, {"code": -1003, "msg": "Too many requests"}
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            if status in (418, 429):
                self.send_header("Retry-After", "0.2")
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if fault == "cut" else body)
            if fault == "cut":
                self.wfile.flush()
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    exchange.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield exchange
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def first_then_well(times: int, fault: int | str, path: str) -> Callable[[str, dict[str, str]], int | str | None]:
    """A fault of the first so many requests of each query to a path."""
    seen: Counter[str] = Counter()

    def asked(where: str, query: dict[str, str]) -> int | str | None:
        if not where.endswith(path):
            return None
        seen[json.dumps(query, sort_keys=True)] += 1
        return fault if seen[json.dumps(query, sort_keys=True)] <= times else None

    return asked
