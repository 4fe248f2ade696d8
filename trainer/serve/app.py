"""The web application: its addresses and what answers them. docs/deployment.md shows how to call it.

A new page or address is one more ``Route`` in ``make_app``; the limits of ``limits`` and the log apply to it too.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from trainer.models.deployed import Deployed
from trainer.serve.event import HOW, BadRequest, Post, media_type, read_cut
from trainer.serve.limits import SLOTS, OneLogLine, read_body
from trainer.serve.openapi import describe
from trainer.serve.respond import answer, outcome


def make_app(model: Deployed) -> Starlette:
    """The application for ``model``, which runs for one request at a time, in its own thread."""
    description = describe(model.classes, model.version)
    slots = asyncio.Semaphore(SLOTS)
    thread = ThreadPoolExecutor(1, "model")  # one thread, as in Lambda: one request uses all cores already

    async def classify(request: Request) -> Response:
        async with slots:
            try:
                cut = read_cut(request.query_params.getlist("cut"))
                post = Post(media_type(request.headers.get("content-type", "")), await read_body(request), cut)
            except BadRequest as error:
                return _error(error)
            work = asyncio.get_running_loop().run_in_executor(thread, outcome, lambda: answer(post, model))
            status, content = await work
        return JSONResponse(content, status)

    async def openapi(request: Request) -> Response:
        return JSONResponse(description)

    async def health(request: Request) -> Response:
        return JSONResponse({"status": "ok", "model_version": model.version})

    app = Starlette(
        routes=[
            Route("/", classify, methods=["POST"]),
            Route("/health", health),
            Route("/openapi.json", openapi),
        ],
        middleware=[Middleware(OneLogLine)],
        exception_handlers={HTTPException: _refuse},
    )
    app.router.redirect_slashes = False
    return app


def _error(error: BadRequest, headers: dict[str, str] | None = None) -> Response:
    """The response to a request with an error."""
    return JSONResponse({"error": str(error)}, error.status, headers)


async def _refuse(request: Request, error: Any) -> Response:
    """The response to what Starlette refuses: an unknown address (404) or method (405)."""
    if error.status_code == 405:
        allowed = ", ".join(sorted(error.headers["Allow"].split(", ")))
        return _error(BadRequest(f"only {allowed} is answered here; {HOW} to /", 405), {"Allow": allowed})
    return _error(BadRequest(f"nothing has this address; {HOW} to /", error.status_code))
