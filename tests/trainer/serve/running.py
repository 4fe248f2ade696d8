"""A server that listens on this machine, and ways to ask it."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from trainer.models.deployed import Deployed
from trainer.serve.app import make_app
from trainer.serve.server import listen, make_server


@contextmanager
def running(model: Deployed) -> Iterator[int]:
    """The port of a server in a thread of its own, which must stop at once."""
    with listen("127.0.0.1", 0) as listening:
        server = make_server(make_app(model))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            while not server.started:
                time.sleep(0.01)
            server.should_exit = True
            thread.join(5)
        assert not thread.is_alive()


def post(port: int, body, content_type: str = "application/json", method: str = "POST", path: str = "/", **headers):
    """Status and JSON of the answer."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        client.request(method, path, body, {"Content-Type": content_type, **headers})
        response = client.getresponse()
        return response.status, json.loads(response.read() or "{}")
    finally:
        client.close()


def raw(port: int, request: bytes) -> bytes:
    """All that comes back for these bytes until the server closes the connection."""
    with connect(port) as client:
        client.sendall(request)
        return read_all(client)


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=30)


def status(answer: bytes) -> int:
    """The status in the head of an answer."""
    return int(answer.split()[1])


def read_all(client: socket.socket) -> bytes:
    return b"".join(iter(lambda: client.recv(65536), b""))
