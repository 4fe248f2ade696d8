"""Public market data of an exchange through ccxt: its markets, its clock, its candles. No key is asked for or used."""

from __future__ import annotations

import asyncio
import math
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlsplit

from cryptoai_common.errors import CheckFailed, UserError
from trainer.markets.timeframes import length

T = TypeVar("T")
TRIES = 6  # of one request, while the network or the exchange is at fault
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0  # seconds before the second try, doubled for each further one; and at most
TIMEOUT = 20_000  # milliseconds for an answer
PAGE = 500  # candles a request, where ccxt does not say how many an exchange gives
CLOCK = 2000  # milliseconds by which this machine's clock may differ before it is said
QUOTES = ("USDT", "USD", "USDC")  # in which `top:N` counts volume: the first that the exchange has


class Unreachable(CheckFailed):
    """The network or the exchange failed again and again, as ``reason`` says: the user's input is not at fault."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason}: run the same command again later, and it goes on where it stopped")
        self.reason = reason


class NoMarket(Exception):
    """The exchange has no such market, or no longer; the text says which."""


class Exchange:
    """An exchange with its markets loaded. Use ``await Exchange.open(...)``, and ``await close()`` at the end."""

    def __init__(self, client: Any, errors: Any) -> None:
        self.client, self._errors = client, errors
        self.ahead = 0  # milliseconds by which the exchange's clock is ahead of this machine's

    @classmethod
    async def open(cls, name: str, timeframe: str, url: str | None = None, spot: bool = True) -> Exchange:
        """Connect. ``url`` is another host with the same interface, such as a mirror; ``spot``: no other markets.

        Raises UserError for an exchange or interval that ccxt does not know, Unreachable if it does not answer.
        """
        import ccxt.async_support as ccxt

        if name not in ccxt.exchanges:
            raise UserError.unknown("exchange", name, ccxt.exchanges)
        settings = {"enableRateLimit": True, "timeout": TIMEOUT, "aiohttp_trust_env": True}
        client = getattr(ccxt, name)(settings)
        if not client.has.get("fetchOHLCV"):
            await client.close()
            raise UserError(f"{name} hands out no candles: choose another --exchange")
        if spot:
            client.options["defaultType"] = "spot"
            kinds = client.options.get("fetchMarkets")
            if isinstance(kinds, dict) and "spot" in kinds.get("types", ()):
                kinds["types"] = ["spot"]
        if url is not None:
            client.urls["api"] = _moved(client.urls["api"], url)
        exchange = cls(client, ccxt)
        try:
            await exchange.ask(client.load_markets)
            known = client.timeframes or {}
            if timeframe not in known:
                raise UserError.unknown(f"--timeframe of {name}", timeframe, known)
            await exchange.set_clock()
        except BaseException:
            await client.close()
            raise
        return exchange

    async def close(self) -> None:
        await self.client.close()

    @property
    def name(self) -> str:
        return str(self.client.id)

    def now(self) -> int:
        """The exchange's time, in milliseconds since 1970: what is finished does not hang on this machine's clock."""
        return int(time.time() * 1000) + self.ahead

    async def set_clock(self) -> None:
        """Ask for the exchange's time, and remember how far this machine's clock is off.

        The answer's way here is counted as no time, and so is a try that failed: an exchange whose clock seems too late
        makes a candle come later, one whose clock seems too early would make an unfinished candle count as finished.
        """
        if not self.client.has.get("fetchTime"):
            return

        async def times() -> tuple[int | None, float]:
            theirs = await self.client.fetch_time()
            return theirs, time.time()

        theirs, answered = await self.ask(times)
        self.ahead = math.floor(theirs - 1000 * answered) if theirs else 0

    @property
    def clock_note(self) -> str | None:
        """A sentence if this machine's clock is wrong."""
        if abs(self.ahead) < CLOCK:
            return None
        way = "behind" if self.ahead > 0 else "ahead of"
        seconds = abs(self.ahead) / 1000
        return f"this machine's clock is {seconds:.0f} s {way} {self.name}'s, which says what is finished"

    async def choose(self, symbols: Sequence[str]) -> tuple[list[str], list[str]]:
        """The markets that words such as "BTC/USDT" and "top:200" name, and those of the words that name none.

        ``top:N`` are the active spot markets with the largest volume of a day in USDT, or in what ``top:N:EUR`` names.
        Raises UserError for a word that can't be understood.
        """
        chosen: dict[str, None] = {}
        absent = []
        for word in symbols:
            top = re.fullmatch(r"top:(\d+)(?::(\w+))?", word)
            if top:
                chosen |= dict.fromkeys(await self._top(int(top[1]), top[2]))
            elif word in self.client.markets and self.client.markets[word].get("active") is not False:
                chosen[word] = None
            else:
                absent.append(word)
        return list(chosen), absent

    async def _top(self, number: int, quote: str | None) -> list[str]:
        markets = [
            each for each in self.client.markets.values() if each.get("spot") and each.get("active") is not False
        ]
        quotes = {each["quote"] for each in markets}
        quote = quote or next((each for each in QUOTES if each in quotes), None)
        if quote not in quotes:
            raise UserError(f"{self.name} has no markets in {quote}: name another as in top:{number}:EUR")
        tickers = await self.ask(self.client.fetch_tickers)
        volumes = {each["symbol"]: _quote_volume(tickers.get(each["symbol"], {})) for each in markets}
        own = [each["symbol"] for each in markets if each["quote"] == quote]
        return sorted(own, key=lambda symbol: (-volumes[symbol], symbol))[:number]

    def page_size(self, symbol: str) -> int:
        """How many candles one request brings at most."""
        try:
            return int(self.client.feature_value(symbol, "fetchOHLCV", "limit") or PAGE)
        except Exception:  # of exchanges whose description in ccxt is not complete
            return PAGE

    async def page(self, symbol: str, timeframe: str, since: int) -> list[list[Any]]:
        """Rows [time, open, high, low, close, volume] from that time on, as many as one request brings.

        Raises NoMarket if the exchange does not know the symbol, Unreachable if it does not answer.
        """
        limit = self.page_size(symbol)
        try:
            rows = await self.ask(lambda: self.client.fetch_ohlcv(symbol, timeframe, since, limit))
        except self._errors.BadSymbol as error:
            raise NoMarket(f"{self.name} has no market {symbol} (any more): {_short(error)}") from None
        except self._errors.BaseError as error:
            raise NoMarket(f"{self.name} gives no candles of {symbol}: {_short(error)}") from None
        return list(rows)

    def page_span(self, symbol: str, timeframe: str) -> int:
        """Milliseconds that one request covers at most."""
        return self.page_size(symbol) * length(timeframe)

    async def ask(self, request: Callable[[], Awaitable[T]]) -> T:
        """A request, tried again while the network or the exchange is at fault, as slowly as the exchange asks for."""
        wait = FIRST_WAIT
        for left in reversed(range(TRIES)):
            try:
                return await request()
            except self._errors.BaseError as error:
                if not self._will_pass(error):
                    raise
                if not left:
                    raise Unreachable(f"{self.name} did not answer {TRIES} times ({_short(error)})") from None
                await asyncio.sleep(max(wait, self._asked_to_wait(error)))
                wait = min(2 * wait, LONGEST_WAIT)
        raise AssertionError

    def _will_pass(self, error: Exception) -> bool:
        """Whether the network or the exchange is at fault, and not the question."""
        errors = self._errors
        if isinstance(error, (errors.NetworkError, errors.BadResponse, errors.NullResponse)):
            return True
        return type(error.__cause__).__module__.startswith("aiohttp")  # an answer that broke off: an ExchangeError

    def _asked_to_wait(self, error: Exception) -> float:
        """Seconds that an exchange asks for after too many requests."""
        if not isinstance(error, (self._errors.DDoSProtection, self._errors.RateLimitExceeded)):
            return 0.0
        headers = {str(k).lower(): v for k, v in dict(self.client.last_response_headers or {}).items()}
        try:
            return min(float(headers.get("retry-after", 0)), LONGEST_WAIT)
        except ValueError:
            return 0.0


def _moved(urls: Any, url: str) -> Any:
    """ccxt's addresses of an exchange on another host."""
    host = urlsplit(url)
    if host.scheme not in ("http", "https") or not host.netloc:
        raise UserError(f"--exchange-url must be an address such as https://data-api.binance.vision, not {url!r}")
    if isinstance(urls, dict):
        return {name: _moved(each, url) for name, each in urls.items()}
    return url.rstrip("/") + urlsplit(urls).path if isinstance(urls, str) else urls


def _quote_volume(ticker: dict[str, Any]) -> float:
    volume = ticker.get("quoteVolume")
    return float(volume or 0) or float(ticker.get("baseVolume") or 0) * float(ticker.get("last") or 0)


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
