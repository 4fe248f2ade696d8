"""The handler behind HTTP on this machine: the events that API Gateway would make of the requests, with bounds.

For trying things out, without TLS or passwords. Like a Lambda container it answers one request at a time.
"""

from __future__ import annotations

import base64
import errno
import json
import signal
import socket
import socketserver
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import BoundedSemaphore, Lock
from typing import Any

from trainer.config import ServeConfig
from trainer.errors import UserError
from trainer.pattern_model import PatternModel
from trainer.serve.event import JSON, MAX_BODY, BadRequest, too_large
from trainer.serve.respond import respond

SLOTS = 32  # requests being read or answered; more wait in the system's queue
QUEUE = 256
SILENCE = 10.0  # seconds that a client may be silent
READING = 30.0  # seconds that a body may take
UNREAD = 64 * 1024**2  # bytes of a refused body that are thrown away, so that the client gets to read why
CHUNK = 64 * 1024


def serve(config: ServeConfig) -> None:
    """Answer until Ctrl-C or a TERM signal, then finish what was begun. Raises UserError if it cannot start."""
    model = PatternModel(config.model)
    for number in (signal.SIGINT, signal.SIGTERM):  # set anew: a shell starts `command &` with SIGINT ignored
        signal.signal(number, signal.default_int_handler)
    try:
        with open_server(model, config.host, config.port) as server:
            print(f"serving {config.model} on http://{config.host}:{server.server_port}; Ctrl-C stops", flush=True)
            server.serve_forever()
    except KeyboardInterrupt:
        print("stopped", flush=True)


def open_server(model: PatternModel, host: str, port: int) -> Server:
    """A server that listens already; port 0 takes a free one. Raises UserError if it may not."""
    try:
        return Server(model, host, port)
    except (OSError, OverflowError) as error:
        reasons = {
            errno.EADDRINUSE: "the port is in use; choose another with --port, or stop the program that has it",
            errno.EACCES: "no permission; choose a port above 1023",
        }
        reason = reasons.get(getattr(error, "errno", None), f"{error}; check --host and --port")
        raise UserError(f"cannot listen on {host}:{port}: {reason}") from None


class Server(ThreadingHTTPServer):
    """A thread a connection, at most ``SLOTS``. Closing it waits for them."""

    daemon_threads = False
    request_queue_size = QUEUE

    def __init__(self, model: PatternModel, host: str, port: int) -> None:
        self.model, self.turn, self.slots = model, Lock(), BoundedSemaphore(SLOTS)
        super().__init__((host, port), Connection)

    def server_bind(self) -> None:
        socketserver.TCPServer.server_bind(self)  # HTTPServer's asks the network for this machine's name
        self.server_name, self.server_port = self.server_address[:2]

    def process_request(self, request: Any, client_address: Any) -> None:
        self.slots.acquire()
        try:
            super().process_request(request, client_address)
        except BaseException:
            self.slots.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.slots.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no news; anything else is logged on one line."""
        error = sys.exception()
        if not isinstance(error, OSError):
            print(json.dumps({"error": repr(error)}), file=sys.stderr, flush=True)


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
        with self.server.turn:
            response = respond(event, self.server.model)
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
