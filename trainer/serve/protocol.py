"""uvicorn's HTTP/1.1 protocol with two additions: a time limit for the head of a request, and errors in JSON."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time

import h11
from uvicorn.protocols.http.h11_impl import STATUS_PHRASES, H11Protocol

from trainer.serve import limits
from trainer.serve.event import JSON

REFUSAL = json.dumps({"error": "this is no HTTP/1.1 request that is answered here"}).encode()
logger = logging.getLogger(__name__)


class Connection(H11Protocol):
    """One connection for one request; the server closes it after the answer, or if no request arrives in time."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._began = time.perf_counter()
        self._thrown_away: int | None = None  # bytes since the refusal; None before it
        self._limit = self.loop.call_later(limits.SILENCE, self._close_without_request)

    def connection_lost(self, exc: Exception | None) -> None:
        self._limit.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._thrown_away is None:
            super().data_received(data)
            return
        self._thrown_away += len(data)
        if self._thrown_away > limits.UNREAD:
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """Answer bytes that are no HTTP request, without repeating them.

        The connection stays open for reading until the client closes it or the time limit ends: if it were closed with
        bytes unread, the answer might not reach the client.
        """
        self._thrown_away = 0
        if self.cycle is not None:  # a body in broken chunks: the application refuses it without reading
            return
        status = getattr(sys.exception(), "error_status_hint", 400)
        status = status if status < 500 else 400  # h11 calls an unknown version or encoding the server's fault
        headers = [("Content-Type", JSON), ("Content-Length", str(len(REFUSAL))), ("Connection", "close")]
        start = h11.Response(status_code=status, headers=headers, reason=STATUS_PHRASES[status])
        logger.info("%d %.0f ms", status, (time.perf_counter() - self._began) * 1000)
        for event in (start, h11.Data(data=REFUSAL), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event))
        self.transport.write_eof()

    def _close_without_request(self) -> None:
        if self.cycle is None:
            self.transport.close()
