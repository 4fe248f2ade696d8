"""One connection to the local server: an HTTP request → the event that API Gateway would make of it, within bounds."""

from __future__ import annotations

import base64
import json
import socket
import sys
import time
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

from trainer.serve.event import JSON, MAX_BODY, BadRequest, too_large

if TYPE_CHECKING:
    from trainer.serve.local import Server

SILENCE = 10.0  # seconds that a client may be silent
READING = 30.0  # seconds that a body may take
UNREAD = 64 * 1024**2  # bytes of a refused body that are thrown away, so that the client gets to read why
CHUNK = 64 * 1024


class Connection(BaseHTTPRequestHandler):
    """One request, then the connection is closed."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "trainer", ""
    timeout = SILENCE

    def setup(self) -> None:
        self.began = time.perf_counter()
        super().setup()

    def do_POST(self) -> None:
        try:
            body = self._read(self._length())
        except BadRequest as error:
            self._refuse(error)
            return
        event = {
            "version": "2.0",
            "requestContext": {"http": {"method": self.command}},
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "body": base64.b64encode(body).decode(),
            "isBase64Encoded": True,
        }
        response = self.server.respond(event)
        self._send(response["statusCode"], response["headers"], response["body"])

    do_GET = do_HEAD = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_POST

    def handle_expect_100(self) -> bool:
        """Refuse a body that is too large before it is sent."""
        try:
            self._length()
        except BadRequest as error:
            self._refuse(error)
            return False
        return super().handle_expect_100()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What the library finds wrong with a request, as JSON and without a word of the request.

        It calls an unknown method or version the server's fault, which it is not.
        """
        self.request_version = self.protocol_version  # taken for 0.9, which has no status line, while it is unknown
        status = 405 if code == 501 else code if code < 500 else 400
        self._refuse(BadRequest("this is no HTTP/1.1 request that is answered here", status))

    def log_message(self, *_: Any) -> None:
        """Nothing: the library would log what the client sent."""

    def _length(self) -> int:
        """Raises BadRequest for a body of unknown size or more than ``MAX_BODY``."""
        if "transfer-encoding" in self.headers:
            raise BadRequest("the body comes in chunks of unknown number; send its Content-Length", 411)
        length = self.headers.get("content-length", "0")
        if not (length.isascii() and length.isdecimal()):
            raise BadRequest("Content-Length is no number of bytes")
        if len(length) > 20 or int(length) > MAX_BODY:
            raise too_large()
        return int(length)

    def _read(self, length: int) -> bytes:
        body, until = bytearray(), time.monotonic() + READING
        while len(body) < length:
            try:
                chunk = self.rfile.read1(min(CHUNK, length - len(body)))
            except TimeoutError:
                raise BadRequest("the body did not come in time", 408) from None
            if not chunk or time.monotonic() > until:
                raise BadRequest(f"the body ended after {len(body)} of {length} bytes", 408 if chunk else 400)
            body += chunk
        return bytes(body)

    def _refuse(self, error: BadRequest) -> None:
        self._send(error.status, {"Content-Type": JSON}, json.dumps({"error": str(error)}))
        self._throw_away()

    def _throw_away(self) -> None:
        """Read what is still coming, for a while: closed with bytes unread, the connection would lose the answer."""
        left, until = UNREAD, time.monotonic() + SILENCE
        try:
            self.connection.shutdown(socket.SHUT_WR)
            self.connection.settimeout(1.0)
            while left > 0 and time.monotonic() < until and (chunk := self.rfile.read1(CHUNK)):
                left -= len(chunk)
        except OSError:
            pass  # the client is gone, or silent

    def _send(self, status: int, headers: dict[str, str], text: str) -> None:
        body = text.encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body)), "Connection": "close"}.items():
            self.send_header(name, value)
        self.end_headers()
        if getattr(self, "command", None) != "HEAD":
            self.wfile.write(body)
        print(f"{status} {(time.perf_counter() - self.began) * 1000:.0f} ms", file=sys.stderr, flush=True)
