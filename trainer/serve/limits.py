"""Limits for one client: bytes, seconds, and how many requests the server reads at once."""

from __future__ import annotations

import asyncio
import logging
import time

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from trainer.serve.event import MAX_BODY, BadRequest, too_large
from trainer.serve.respond import failure

SLOTS = 32  # bodies in memory at once: 32 of 6 MB are 192 MB; a request beyond them waits, its body unread
SILENCE = 10.0  # seconds without a byte from the client, and for the head of a request
READING = 30.0  # seconds for a body
UNREAD = 64 * 1024**2  # bytes of a refused body that are read and dropped, so that the client receives the answer
logger = logging.getLogger(__name__)


async def read_body(request: Request) -> bytes:
    """The body of a request, of at most ``MAX_BODY`` bytes.

    Raises BadRequest before reading if its size is unknown (411) or too large (413), and while reading if it does not
    arrive in time (408) or ends early (400).
    """
    if "transfer-encoding" in request.headers:
        raise BadRequest("the body comes in chunks of unknown number; send its Content-Length", 411)
    length = int(request.headers.get("content-length", "0"))  # a number: the protocol refuses anything else
    if length > MAX_BODY:
        raise too_large()
    body, more = bytearray(), length > 0
    try:
        async with asyncio.timeout(READING):
            while more:
                async with asyncio.timeout(SILENCE):
                    message = await request.receive()
                if message["type"] == "http.disconnect":
                    raise BadRequest(f"the body ended after {len(body)} of {length} bytes")
                body += message.get("body", b"")
                more = message.get("more_body", False)
    except TimeoutError:
        raise BadRequest("the body did not come in time", 408) from None
    return bytes(body)


class OneLogLine:
    """Middleware around the application: logs one line for each request, such as ``200 12 ms``, and no content.

    It also answers 500 if the application fails, and reads and drops the rest of a refused body: if a connection is
    closed with bytes unread, the answer may not reach the client.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange = Exchange(scope, receive, send)
        try:
            await self.app(scope, exchange.receive, exchange.send)
        except Exception:
            status, content = failure()
            if exchange.status is None:
                await JSONResponse(content, status)(scope, exchange.receive, exchange.send)


class Exchange:
    """One request and its response: whether bytes of the request are ``unread``, and the response's ``status``."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self.began, self.status = time.perf_counter(), None
        headers = dict(scope["headers"])
        self.unread = headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers
        if headers.get(b"expect", b"").lower() == b"100-continue":
            self.unread = False  # the client waits with its body until the server asks for it

    async def receive(self) -> Message:
        """The next part of the request."""
        message = await self._receive()
        self.unread = message["type"] == "http.request" and message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        """Send a part of the response; before the last one, log it and drop what is unread of the request."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
        last = message["type"] == "http.response.body" and not message.get("more_body", False)
        if last:
            logger.info("%d %.0f ms", self.status, (time.perf_counter() - self.began) * 1000)
        if last and self.unread:  # the last part is sent after the body is read: nothing can be read after it
            await self._send({**message, "more_body": True})
            await self._throw_away()
            message = {"type": "http.response.body", "body": b""}
        await self._send(message)

    async def _throw_away(self) -> None:
        left = UNREAD
        try:
            async with asyncio.timeout(SILENCE):
                while left > 0 and self.unread:
                    left -= len((await self.receive()).get("body", b""))
        except TimeoutError:
            pass  # the client is slow, or silent
