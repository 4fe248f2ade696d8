"""A request → status and answer, for both the Lambda handler and the HTTP server."""

from __future__ import annotations

import json
import logging
import traceback
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cryptoai_common.errors import UserError
from trainer.data.picture import open_rgb
from trainer.models.answer import Answer
from trainer.models.deployed import Deployed
from trainer.serve import candles
from trainer.serve.event import HOW, JSON, BadRequest, Post, decode_base64, read_event

MAX_PIXELS = 16_000_000  # a 5K screen has 15 million; the process peaks at 560 MB with that many in 16-bit grey
PICTURE = "the picture"
logger = logging.getLogger(__name__)


def respond(event: Any, model: Deployed) -> dict[str, Any]:
    """An event of API Gateway (payload format 1.0 or 2.0) → the response that it expects, with a body of JSON."""
    status, content = outcome(lambda: answer(read_event(event), model))
    headers = {"Content-Type": JSON} | ({"Allow": "POST"} if status == 405 else {})
    return {"statusCode": status, "headers": headers, "body": json.dumps(content), "isBase64Encoded": False}


def outcome(work: Callable[[], dict[str, Any]]) -> tuple[int, dict[str, Any]]:
    """The status and the JSON object of a response: 200 and what ``work`` returns, or ``error``, one sentence.

    4xx where ``work`` raises BadRequest; 500 for any other exception, which is logged.
    """
    try:
        return 200, work()
    except BadRequest as error:
        return error.status, {"error": str(error)}
    except Exception:
        return failure()


def failure() -> tuple[int, dict[str, Any]]:
    """Log the current exception on one line, since its text may hold what a client sent; returns status and error."""
    logger.error(json.dumps({"error": traceback.format_exc()}))
    return 500, {"error": "the server failed; nothing is known to be wrong with the request"}


def answer(request: Post, model: Deployed) -> dict[str, Any]:
    """The ``trainer.models.answer.Answer``; for candles, which are drawn as a cut
    chart, also ``candles``, the number that it shows.
    ``notes`` say what was done to read candles or picture, where there is something to say.

    Raises BadRequest for whatever is wrong with the request.
    """
    if request.is_picture:
        return _answer_picture(request.body, model, request.cut)
    if request.content_type != JSON:
        raise BadRequest(f"this content type is not known; {HOW}", 415)
    content = _parse(request.body)
    if set(content) == {"candles"}:
        drawn = candles.draw(content["candles"])
        return {**_ask(model, np.asarray(drawn.picture), cut=True), "candles": drawn.candles, **_noted(drawn.notes)}
    if set(content) != {"image"} or not isinstance(content["image"], str):
        raise BadRequest("the JSON must be an object with either image (a base64 text) or candles (a list of rows)")
    text = content["image"]
    if text.startswith("data:"):  # a data URL, as browsers make them
        text = text.partition(",")[2]
    return _answer_picture(decode_base64(text, "image"), model, request.cut)


def silence_decoders() -> None:
    """Turn off the warnings of picture decoders, which would fill the log."""
    warnings.simplefilter("ignore")
    logging.getLogger("PIL").setLevel(logging.CRITICAL)


def _parse(body: bytes) -> dict[str, Any]:
    """The JSON object in ``body``. Raises BadRequest for anything else."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise BadRequest("the body is not JSON") from None
    if not isinstance(content, dict):
        raise BadRequest("the JSON must be an object with image or candles")
    return content


def _answer_picture(content: bytes, model: Deployed, cut: bool) -> dict[str, Any]:
    notes: list[str] = []
    pixels = decode(content, notes.append)
    return {**_ask(model, pixels, cut), **_noted(notes)}


def _ask(model: Deployed, pixels: np.ndarray, cut: bool) -> Answer:
    """Raises BadRequest if the model has no file that answers for such a picture."""
    try:
        return model.answer(pixels, cut)
    except UserError as error:
        raise BadRequest(str(error), 422) from None


def _noted(notes: Sequence[str]) -> dict[str, list[str]]:
    return {"notes": list(notes)} if notes else {}


def decode(content: bytes, notice: Callable[[str], None]) -> np.ndarray:
    """A picture file → RGB uint8 [height, width, 3]. Raises BadRequest if it cannot be decoded."""
    try:
        return np.asarray(open_rgb(content, PICTURE, MAX_PIXELS, notice))
    except UserError as error:
        raise BadRequest(str(error), 422) from None
    except Exception:  # decoders raise anything at all for bytes that were made to break them
        raise BadRequest(f"{PICTURE} is damaged; save it again", 422) from None
