"""A request → the answer. What Lambda and the local server have in common: an event in, a response out."""

from __future__ import annotations

import json
import sys
import traceback
from typing import Any

import numpy as np
from PIL import Image

from cryptoai_common.errors import UserError
from trainer.data.picture import open_rgb
from trainer.models.pattern_model import UNCLEAR, PatternModel
from trainer.serve import candles
from trainer.serve.event import HOW, JSON, BadRequest, Request, decode_base64, read_event

MAX_PIXELS = 16_000_000  # a 5K screen has 15 million; the process peaks at 560 MB with that many in 16-bit grey
PICTURE = "the picture"


def respond(event: Any, model: PatternModel) -> dict[str, Any]:
    """An event of API Gateway (payload format 1.0 or 2.0) → the response that it expects, with a body of JSON.

    200 with ``label`` (null without a clear pattern), ``score`` (the highest probability), ``clear``,
    ``probabilities`` by class name and ``model_version``, and for candles ``candles``, how many the chart shows.
    4xx with ``error``, one sentence, for whatever is wrong with the request.
    """
    try:
        status, answer = 200, _answer(read_event(event), model)
    except BadRequest as error:
        status, answer = error.status, {"error": str(error)}
    except Exception:  # our fault; on one line, since the text may hold what the client sent
        print(json.dumps({"error": traceback.format_exc()}), file=sys.stderr, flush=True)
        status, answer = 500, {"error": "the server failed; nothing is known to be wrong with the request"}
    headers = {"Content-Type": JSON} | ({"Allow": "POST"} if status == 405 else {})
    return {"statusCode": status, "headers": headers, "body": json.dumps(answer), "isBase64Encoded": False}


def _answer(request: Request, model: PatternModel) -> dict[str, Any]:
    if request.is_picture:
        return _classify(_decode(request.body), model)
    if request.content_type != JSON:
        raise BadRequest(f"this content type is not known; {HOW}", 415)
    content = _parse(request.body)
    if set(content) == {"candles"}:
        picture, shown = candles.draw(content["candles"])
        return _classify(picture, model) | {"candles": shown}
    if set(content) != {"image"} or not isinstance(content["image"], str):
        raise BadRequest("the JSON must be an object with either image (a base64 text) or candles (a list of rows)")
    text = content["image"]
    if text.startswith("data:"):  # a data URL, as browsers make them
        text = text.partition(",")[2]
    return _classify(_decode(decode_base64(text, "image")), model)


def _parse(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise BadRequest("the body is not JSON") from None
    if not isinstance(content, dict):
        raise BadRequest("the JSON must be an object with image or candles")
    return content


def _decode(content: bytes) -> Image.Image:
    try:
        return open_rgb(content, PICTURE, MAX_PIXELS)
    except UserError as error:
        raise BadRequest(str(error), 422) from None
    except Exception:  # decoders raise anything at all for bytes that were made to break them
        raise BadRequest(f"{PICTURE} is damaged; save it again", 422) from None


def _classify(picture: Image.Image, model: PatternModel) -> dict[str, Any]:
    probabilities, labels = model(np.asarray(picture)[np.newaxis])
    label = int(labels[0])
    return {
        "label": None if label == UNCLEAR else model.classes[label],
        "score": float(probabilities[0].max()),
        "clear": label != UNCLEAR,
        "probabilities": dict(zip(model.classes, probabilities[0].tolist(), strict=True)),
        "model_version": model.version,
    }
