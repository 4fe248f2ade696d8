"""Serves the application with uvicorn on an address of this machine, for local use: without TLS or passwords."""

from __future__ import annotations

import errno
import socket

import uvicorn
from starlette.types import ASGIApp

from cryptoai_common.errors import UserError
from trainer.serve.protocol import Connection

QUEUE = 256  # connections that the operating system holds until they are accepted


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free port. Raises UserError if the address cannot be used."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=QUEUE)
    except (OSError, OverflowError) as error:
        reasons = {
            errno.EADDRINUSE: "the port is in use; choose another with --port, or stop the program that has it",
            errno.EACCES: "no permission; choose a port above 1023",
        }
        reason = reasons.get(getattr(error, "errno", None) or 0, f"{error}; check --host and --port")
        raise UserError(f"cannot listen on {host}:{port}: {reason}") from None


def make_server(app: ASGIApp) -> uvicorn.Server:
    """A server to ``run`` on a socket. When told to stop, it accepts no more requests and finishes those begun.

    Of uvicorn's own log only errors are kept: the rest contains addresses and requests.
    """
    config = uvicorn.Config(
        app,
        http=Connection,
        ws="none",
        lifespan="off",
        proxy_headers=False,
        server_header=False,
        headers=[("Connection", "close")],
        backlog=QUEUE,
        log_config=None,
        log_level="error",
        access_log=False,
    )
    return uvicorn.Server(config)
