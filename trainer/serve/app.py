"""The web application: its addresses and what answers them. docs/deployment.md shows how to call it.

A new page or address is one more ``Route`` in ``make_app``; the limits of ``limits`` and the log apply to it too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import PurePath
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from trainer.models.deployed import Deployed
from trainer.serve.beside import Beside
from trainer.serve.event import HOW, BadRequest, Post, media_type, read_cut
from trainer.serve.limits import SLOTS, OneLogLine, read_body
from trainer.serve.openapi import describe
from trainer.serve.page_files import ABOUT, INDEX, about, page_files
from trainer.serve.respond import answer, outcome

# The page loads nothing from other hosts, runs no script but its own, and is shown in no other page.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGE_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".txt": "text/plain"}
Work = Callable[[Post, Request], dict[str, Any]]


def make_app(model: Deployed) -> Starlette:
    """The application for ``model``, which runs for one request at a time, in its own thread."""
    description = describe(model.classes, model.version)
    beside = Beside(model)
    slots = asyncio.Semaphore(SLOTS)
    thread = ThreadPoolExecutor(1, "model")  # one thread, as in Lambda: one request uses all cores already

    def post(path: str, work: Work) -> Route:
        async def endpoint(request: Request) -> Response:
            async with slots:
                try:
                    cut = read_cut(request.query_params.getlist("cut"))
                    sent = Post(media_type(request.headers.get("content-type", "")), await read_body(request), cut)
                except BadRequest as error:
                    return _error(error)
                done = asyncio.get_running_loop().run_in_executor(thread, outcome, lambda: work(sent, request))
                status, content = await done
            return JSONResponse(content, status)

        return Route(path, endpoint, methods=["POST"])

    def get(path: str, content: dict[str, Any]) -> Route:
        async def endpoint(request: Request) -> Response:
            return JSONResponse(content)

        return Route(path, endpoint)

    can = {"prices": beside.reader is not None, "candles": beside.windows is not None}
    predict = post("/predict", lambda sent, _: answer(sent, model))
    pages = {f"/{name}": _page(f"/{name}", name, content) for name, content in page_files().items()}
    app = Starlette(
        routes=[
            _either("/", pages[f"/{INDEX}"], predict),
            predict,
            post("/prices", lambda sent, _: beside.prices(sent.body)),
            post("/scan", lambda sent, request: beside.scan(sent.body, request.query_params.get("name", ""))),
            get("/health", {"status": "ok", "model_version": model.version}),
            get("/openapi.json", description),
            get(f"/{ABOUT}", about(model.classes, model.version, **can)),
            *pages.values(),
        ],
        middleware=[Middleware(OneLogLine)],
        exception_handlers={HTTPException: _refuse},
    )
    app.router.redirect_slashes = False
    return app


def _page(path: str, name: str, content: bytes) -> Route:
    """A file of the page."""
    kind = KINDS[PurePath(name).suffix]

    async def endpoint(request: Request) -> Response:
        return Response(content, headers=PAGE_HEADERS, media_type=kind)

    return Route(path, endpoint)


def _either(path: str, get: Route, post: Route) -> Route:
    """One address for both routes: the page for who looks, an answer for who sends."""

    async def endpoint(request: Request) -> Response:
        response: Response = await (post if request.method == "POST" else get).endpoint(request)
        return response

    return Route(path, endpoint, methods=["GET", "POST"])


def _error(error: BadRequest, headers: dict[str, str] | None = None) -> Response:
    """The response to a request with an error."""
    return JSONResponse({"error": str(error)}, error.status, headers)


async def _refuse(request: Request, error: Any) -> Response:
    """The response to what Starlette refuses: an unknown address (404) or method (405)."""
    if error.status_code == 405:
        allowed = ", ".join(sorted(error.headers["Allow"].split(", ")))
        return _error(BadRequest(f"only {allowed} is answered here; {HOW} to /", 405), {"Allow": allowed})
    return _error(BadRequest(f"nothing has this address; {HOW} to /", error.status_code))
