"""The handler behind HTTP on this machine: the events that API Gateway would make of the requests, with bounds.

For trying things out, without TLS or passwords. Like a Lambda container it answers one request at a time.
"""

from __future__ import annotations

import errno
import json
import signal
import socketserver
import sys
from http.server import ThreadingHTTPServer
from threading import BoundedSemaphore, Lock
from typing import Any

from cryptoai_common.errors import UserError
from trainer.config import ServeConfig
from trainer.models.pattern_model import PatternModel
from trainer.serve.connection import Connection
from trainer.serve.respond import respond

SLOTS = 32  # requests being read or answered; more wait in the system's queue
QUEUE = 256


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

    def respond(self, event: dict[str, Any]) -> dict[str, Any]:
        with self.turn:
            return respond(event, self.model)

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
