"""HTTP as the Hub speaks it, for the real clients: plumbing, accounts and faults."""

from __future__ import annotations

import json
import re
import threading
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from hub_store import Store

USER, TOKEN = "user", "hf_test"


@dataclass
class Fault:
    """What goes wrong with requests of this method whose path matches: so many times, after ``skip`` that go well."""

    method: str
    path: str
    kind: str  # "drop": the connection breaks off half-way; "slow": an answer after ``seconds``; or a status to answer
    times: int = 1
    seconds: float = 0.0
    skip: int = 0


class Answer(Exception):
    """Ends a request: status, body and headers."""

    def __init__(self, status: int, body: bytes | dict | list = b"", headers: dict[str, str] | None = None) -> None:
        self.status, self.headers = status, dict(headers or {})
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()
        if not isinstance(body, bytes):
            self.headers.setdefault("Content-Type", "application/json")


def refusal(status: int, code: str, message: str) -> Answer:
    return Answer(status, {"error": message}, {"X-Error-Code": code, "X-Error-Message": message})


class Handler(BaseHTTPRequestHandler):
    """One request: account, fault, then the first route that matches."""

    protocol_version = "HTTP/1.1"
    server: HubServer

    def _serve(self) -> None:
        self.body = b""
        try:
            self._suffer_a_fault()
            self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer = self._answer()
        except ConnectionAbortedError:
            self.close_connection = True
            return
        self._send(answer)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _serve

    def _suffer_a_fault(self) -> None:
        for fault in self.server.faults:
            if fault.times and fault.method == self.command and re.search(fault.path, self.path):
                if fault.skip:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                if fault.kind == "drop":
                    self._send_half()
                    raise ConnectionAbortedError
                if fault.kind == "slow":
                    threading.Event().wait(fault.seconds)  # time.sleep is cut short in tests
                else:
                    self.rfile.read(int(self.headers.get("Content-Length") or 0))
                    error = {"error": "a fault that the test asked for"}
                    self._send(Answer(int(fault.kind), error, {"Connection": "close"}))  # or the client reuses it
                    raise ConnectionAbortedError

    def _send_half(self) -> None:
        """Take half of an upload, or give half of a download, and hang up."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0) // 2)
        answer = self._answer() if self.command == "GET" else None
        if answer:
            self._send(answer, len(answer.body) // 2)
        else:
            self.server.log.append((self.command, self.path, 0))

    def _answer(self) -> Answer:
        try:
            for method, pattern, function in self.server.routes:
                match = re.fullmatch(pattern, self.path.split("?")[0])
                if match and self.command in (method, "HEAD" if method == "GET" else method):
                    function(self, **match.groupdict())
            raise refusal(404, "NotFound", "no such page")
        except Answer as answer:
            return answer

    def _send(self, answer: Answer, most: int | None = None) -> None:
        self.server.log.append((self.command, self.path, answer.status if most is None else 0))
        with suppress(BrokenPipeError, ConnectionResetError):  # a client that was killed
            self.send_response(answer.status)
            for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body[:most])

    def user(self) -> str | None:
        """Who asks: None without a token. A token that is not known is refused."""
        given = self.headers.get("Authorization")
        if given is None:
            return None
        if given != f"Bearer {TOKEN}":
            raise Answer(401, {"error": "Invalid credentials in Authorization header"},
                         {"X-Error-Message": "Invalid credentials in Authorization header"})  # fmt: skip
        return USER

    def json(self) -> dict:
        return json.loads(self.body)

    def log_message(self, *args) -> None:
        pass


class HubServer(ThreadingHTTPServer):
    """The server: ``faults`` to suffer, and the ``log`` of (method, path, status), status 0 for a broken connection."""

    daemon_threads = True

    def __init__(self, root: Path, routes: list, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.store, self.routes = Store(root), routes
        self.faults: list[Fault] = []
        self.log: list[tuple[str, str, int]] = []
        self.endpoint = f"http://127.0.0.1:{self.server_port}"

    def uploads(self) -> list[str]:
        """Ids of the large files that were taken in, one for each time."""
        return [path.rsplit("/", 1)[1] for method, path, status in self.log if method == "PUT" and status == 200]
