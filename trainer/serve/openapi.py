"""The OpenAPI 3.1 description of the server, which is served as /openapi.json."""

from __future__ import annotations

from typing import Any

from trainer.serve.candles import MAX_ROWS
from trainer.serve.event import JSON, NOT_NAMED

Schema = dict[str, Any]
REASONS = {
    400: "No body, no JSON, neither `image` nor `candles`, no base64, another `cut` than 0 or 1, or no HTTP request.",
    408: "The body did not come in time.",
    411: "No Content-Length.",
    413: "More than 6 MB.",
    415: "Another content type.",
    422: "No picture, a damaged one, or more than 16 million pixels; candles that cannot be, with the row at fault;"
    " or a kind of picture that this model has no file for.",
    431: "The head of the request is too long.",
    500: "The server failed; nothing is known to be wrong with the request.",
}
CUT: Schema = {
    "name": "cut",
    "in": "query",
    "description": "1: the picture is a chart that is cut to its prices. Candles are drawn as one, whatever this says.",
    "schema": {"enum": ["0", "1"]},
}
FILE: Schema = {"type": "string", "format": "binary", "minLength": 1}
VALUE: Schema = {"type": ["number", "string"]}
ROW: Schema = {
    "anyOf": [
        {
            "description": "Time (ISO 8601, seconds or milliseconds), open, high, low, close and, if known, volume.",
            "type": "array",
            "items": VALUE,
            "minItems": 5,
            "maxItems": 6,
        },
        {"description": "The same by name; other names are ignored.", "type": "object", "minProperties": 5},
    ]
}
INPUT: Schema = {
    "oneOf": [
        {
            "description": "A picture.",
            "type": "object",
            "properties": {"image": {"type": "string", "description": "Base64, or a data URL."}},
            "required": ["image"],
            "additionalProperties": False,
        },
        {
            "description": "Candles, oldest first. A chart needs some: too few are refused with the least number.",
            "type": "object",
            "properties": {
                "candles": {"type": "array", "items": ROW, "maxItems": MAX_ROWS},
            },
            "required": ["candles"],
            "additionalProperties": False,
        },
    ]
}
ERROR: Schema = {
    "type": "object",
    "properties": {"error": {"type": "string", "minLength": 1, "description": "One sentence."}},
    "required": ["error"],
    "additionalProperties": False,
}
READ = {
    "x": "Columns in which a price is seen.",
    "high": "Its highest point in each.",
    "low": "Its lowest point in each.",
}


def describe(classes: tuple[str, ...], version: str) -> dict[str, Any]:
    """The description for a model with these classes; ``version`` is the model's."""
    classify = {
        "operationId": "classify",
        "summary": "Find the patterns in a whole screenshot, or name the one in a cut chart or in candles.",
        "parameters": [CUT],
        "requestBody": {
            "required": True,
            "content": {
                "image/*": {"schema": FILE},
                NOT_NAMED: {"schema": FILE},
                JSON: {"schema": INPUT},
            },
        },
        "responses": {"200": _json("The answer.", _reference("Answer")), **_errors()},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Chart patterns", "version": version},
        "paths": {
            "/": {"get": _page(), "post": classify},
            "/predict": {"post": {**classify, "operationId": "predict"}},
            "/prices": {"post": _prices()},
            "/scan": {"post": _scan(classes)},
            "/about.json": {"get": _get("about", "What the page can ask for.", _about(classes))},
            "/health": {"get": _get("health", "Whether the server answers, and with which model.", _health())},
            "/openapi.json": {"get": _get("openapi", "This description.", {"type": "object"})},
        },
        "components": {"schemas": {"Answer": _answer(classes), "Error": ERROR}},
    }


def _answer(classes: tuple[str, ...]) -> Schema:
    """``trainer.models.answer.Answer``, and ``candles`` and ``notes``."""
    chance = {"type": "number", "minimum": 0, "maximum": 1}
    at_edge = {"type": ["boolean", "null"], "description": "Whether it ends where the prices end; null if not known."}
    box = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4}
    pattern: dict[str, Schema] = {
        "label": {"enum": [*classes]},
        "probability": chance,
        "box": {**box, "description": "Left, top, right and bottom in pixels; of a cut chart the whole picture."},
        "at_right_edge": at_edge,
    }
    fields: dict[str, Schema] = {
        "patterns": {
            "type": "array",
            "items": _object(pattern),
            "description": "The surest first; empty without a clear pattern.",
        },
        "label": {"enum": [*classes, None], "description": "Class of the surest pattern; null without a clear one."},
        "best_guess": {"enum": [*classes, None], "description": "The most probable class, clear or not; null if none."},
        "score": {**chance, "description": "The probability of best_guess."},
        "clear": {"type": "boolean", "description": "Whether the score reaches the model's threshold."},
        "probabilities": {
            "type": "object",
            "properties": dict.fromkeys(classes, chance),
            "additionalProperties": False,
            "description": "Of each class that the file which answers knows.",
        },
        "model_version": {"type": ["string", "null"], "description": "Which weights answered."},
    }
    shown = {"type": "integer", "minimum": 1, "description": "How many candles the chart shows; for candles only."}
    notes = {
        "type": "array",
        "items": {"type": "string"},
        "description": "What was done to read candles or picture, such as a volume taken as 0; left out if nothing.",
    }
    return {**_object(fields), "properties": {**fields, "candles": shown, "notes": notes}}


def _errors(**more: str) -> dict[str, Schema]:
    """What is answered instead; ``more`` reasons by status, as ``s404``."""
    reasons = {**{str(status): reason for status, reason in REASONS.items()}, **{k[1:]: v for k, v in more.items()}}
    return {status: _json(reason, _reference("Error")) for status, reason in reasons.items()}


def _page() -> Schema:
    """The page for people."""
    page = {"description": "The page.", "content": {"text/html": {"schema": {"type": "string"}}}}
    return {"operationId": "page", "summary": "A page to drop pictures and candles on.", "responses": {"200": page}}


def _prices() -> Schema:
    """The prices in a picture."""
    column: Schema = {"type": "array", "items": {"type": "number"}}
    read = _object({name: {**column, "description": text} for name, text in READ.items()})
    return {
        "operationId": "prices",
        "summary": "Read the prices in a picture: lists of one length, in its pixels, y downwards.",
        "requestBody": {"required": True, "content": {kind: {"schema": FILE} for kind in ("image/*", NOT_NAMED)}},
        "responses": {"200": _json("The prices.", read), **_errors(s404="No reader lies beside the model.")},
    }


def _scan(classes: tuple[str, ...]) -> Schema:
    """The hits in a file of candles."""
    number: Schema = {"type": "number"}
    text: Schema = {"type": "string"}
    row: Schema = {"type": "integer", "minimum": 0}
    hit: dict[str, Schema] = {"pattern": {"enum": [*classes]}, "probability": {**number, "minimum": 0, "maximum": 1}}
    hit |= {"start": text, "end": text, "first": row, "last": row, "missing": row}
    no_line: Schema = {"description": "null where no line of the pattern can be told"}
    hit |= {"stage": {**no_line, "enum": ["complete", "broken", "failed", None]}}
    hit |= {"line_first": {**no_line, "type": ["integer", "null"], "minimum": 0}}
    far = ("line", "line_start", "to_line_percent", "to_line_atr")
    hit |= {name: {**no_line, "type": ["number", "null"]} for name in far}
    prices: dict[str, Schema] = {
        name: {"type": "array", "items": number} for name in ("time", "open", "high", "low", "close")
    }
    market: dict[str, Schema] = {"market": text, "read_as": text, "notes": {"type": "array", "items": text}}
    market |= {"candles": row, "windows": row, "found": row}
    market |= {"hits": {"type": "array", "items": _object(hit)}, "prices": _object(prices)}
    return {
        "operationId": "scan",
        "summary": "Find patterns in the newest candles of a file: CSV, JSON, Parquet or Feather.",
        "parameters": [{"name": "name", "in": "query", "schema": text, "description": "What answers call the file."}],
        "requestBody": {"required": True, "content": {NOT_NAMED: {"schema": FILE}}},
        "responses": {
            "200": _json(
                "The hits.", _object({"markets": {"type": "array", "items": _object(market)}, "advice": text})
            ),
            **_errors(s404="No classifier of cut charts lies beside the model."),
        },
    }


def _about(classes: tuple[str, ...]) -> Schema:
    """What the page asks first."""
    flag = {"type": "boolean"}
    return _object(
        {"classes": {"const": [*classes]}, "model_version": {"type": "string"}, "prices": flag, "candles": flag}
    )


def _health() -> Schema:
    return _object({"status": {"const": "ok"}, "model_version": {"type": "string"}})


def _object(fields: dict[str, Schema]) -> Schema:
    """An object with all of these fields and no others."""
    return {"type": "object", "properties": fields, "required": [*fields], "additionalProperties": False}


def _get(name: str, summary: str, schema: Schema) -> dict[str, Any]:
    return {"operationId": name, "summary": summary, "responses": {"200": _json(summary, schema)}}


def _json(description: str, schema: Schema) -> dict[str, Any]:
    return {"description": description, "content": {JSON: {"schema": schema}}}


def _reference(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}
