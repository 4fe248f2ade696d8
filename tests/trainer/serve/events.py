"""Requests to send in tests, and how their answers are read."""

import base64
import json

import numpy as np


def make_rows(count: int, volume: bool = True) -> list[list[float]]:
    """Candles of a random walk, an hour apart, as ccxt hands them out: time in milliseconds first."""
    rng = np.random.default_rng(count)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, count)))
    rows = []
    for bar in range(count):
        start = close[max(bar - 1, 0)]
        high, low = max(start, close[bar]) * 1.002, min(start, close[bar]) * 0.998
        row = [1_704_067_200_000 + bar * 3_600_000, *(round(float(p), 4) for p in (start, high, low, close[bar]))]
        rows.append([*row, 7.5] if volume else row)
    return rows


def make_event(body: bytes | str, content_type: str | None = "application/json", **changes) -> dict:
    """An event of payload format 2.0; bytes travel as base64."""
    encoded = isinstance(body, bytes)
    return {
        "version": "2.0",
        "requestContext": {"http": {"method": "POST", "path": "/"}},
        "headers": {"content-type": content_type} if content_type else {},
        "body": base64.b64encode(body).decode() if encoded else body,
        "isBase64Encoded": encoded,
    } | changes


def read(response: dict) -> tuple[int, dict]:
    """Status and answer of a response, whose form is checked."""
    assert set(response) == {"statusCode", "headers", "body", "isBase64Encoded"}
    assert response["headers"]["Content-Type"] == "application/json" and response["isBase64Encoded"] is False
    answer = json.loads(response["body"])
    assert response["body"].isascii() and "\n" not in response["body"]
    assert (response["statusCode"] == 200) == ("error" not in answer)
    return response["statusCode"], answer
