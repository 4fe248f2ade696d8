"""Reads the request in an event of API Gateway, payload format 1.0 or 2.0; every field of it is checked.

The HTTP server makes a ``Post`` of each request, too.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cryptoai_common.errors import UserError

MAX_BODY = 6 * 1024 * 1024  # bytes, the limit of AWS Lambda
JSON = "application/json"
NOT_NAMED = "application/octet-stream"  # bytes of a type that is not stated
HOW = f"POST a picture as image/png, or {JSON} with image (base64) or candles"
NO_BODY = f"the request has no body; {HOW}"


class BadRequest(UserError):
    """An error that the client can correct. ``status`` is the HTTP status: 400 not readable, 422 not usable."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True)
class Post:
    """A POST request: ``content_type`` in lower case, without parameters.

    ``cut``: its picture is a chart that is cut to its prices, not a whole screenshot.
    """

    content_type: str
    body: bytes
    cut: bool = False

    def __post_init__(self) -> None:
        """Raises BadRequest for a body that is empty or larger than ``MAX_BODY``."""
        if not self.body:
            raise BadRequest(NO_BODY)
        if len(self.body) > MAX_BODY:
            raise too_large()

    @property
    def is_picture(self) -> bool:
        """Whether the body is a picture file; one of a type that is not stated is taken for one."""
        return self.content_type.startswith("image/") or self.content_type == NOT_NAMED


def read_event(event: Any) -> Post:
    """The POST request in ``event``. Raises BadRequest for any other, or for a body over ``MAX_BODY`` bytes."""
    if not isinstance(event, dict):
        raise BadRequest(f"this is no request that came through API Gateway; {HOW}")
    if _method(event) != "POST":
        raise BadRequest(f"only POST is answered; {HOW}", 405)
    body = event.get("body")
    if not isinstance(body, str) or not body:
        raise BadRequest(NO_BODY)
    encoded = event.get("isBase64Encoded") is True
    if len(body) > (MAX_BODY * 4 / 3 + 4 if encoded else MAX_BODY):
        raise too_large()
    content = decode_base64(body, "the body") if encoded else body.encode(errors="replace")
    request = Post(_content_type(event), content, _cut(event))
    if request.is_picture and not encoded:
        raise BadRequest("the picture arrived as text; add image/* to the API's binary media types")
    return request


def read_cut(values: Sequence[Any]) -> bool:
    """What the query says of ``cut``, given all its values: 1 or 0, or none. Raises BadRequest for any other."""
    if any(value not in ("0", "1") for value in values) or len(values) > 1:
        raise BadRequest("cut must be 1, for a chart that is cut to its prices, or 0, for a whole screenshot")
    return list(values) == ["1"]


def decode_base64(text: str, what: str) -> bytes:
    """Decode base64; line breaks, as the command ``base64`` writes them, are allowed. Raises BadRequest."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except ValueError:
        raise BadRequest(f"{what} is not base64") from None


def too_large() -> BadRequest:
    """The error for a body over ``MAX_BODY`` bytes."""
    return BadRequest(f"the request is larger than {MAX_BODY // 1024**2} MB; send a smaller picture", 413)


def media_type(header: str) -> str:
    """The value of a Content-Type header without its parameters, in lower case."""
    return header.split(";")[0].strip().lower()


def _method(event: dict[str, Any]) -> Any:
    context = event.get("requestContext")
    http = context.get("http") if isinstance(context, dict) else None
    return http.get("method") if isinstance(http, dict) else event.get("httpMethod")  # format 2.0, or else 1.0


def _content_type(event: dict[str, Any]) -> str:
    headers = event.get("headers")
    for name, value in headers.items() if isinstance(headers, dict) else ():
        if isinstance(name, str) and name.lower() == "content-type":
            return media_type(str(value))
    return ""


def _cut(event: dict[str, Any]) -> bool:
    query = event.get("queryStringParameters")
    return read_cut([query["cut"]] if isinstance(query, dict) and "cut" in query else [])
