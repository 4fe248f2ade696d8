"""Whatever is sent, the client is told what is wrong with it: 4xx, never 5xx."""

from __future__ import annotations

import io
import json
import warnings

import pytest
from events import make_event, make_rows, read
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from trainer.serve.respond import respond

garbage = settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])

TYPES = st.sampled_from(["image/png", "application/json", "application/octet-stream", "text/plain", None])
SCALARS = st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20)
VALUES = st.recursive(
    SCALARS,
    lambda some: st.lists(some, max_size=6) | st.dictionaries(st.text(max_size=8), some, max_size=6),
    max_leaves=12,
)


def _status(event, model) -> int:
    return read(respond(event, model))[0]


@garbage
@given(body=st.binary(max_size=2000), content_type=TYPES)
def test_any_bytes(model, body, content_type):
    assert 400 <= _status(make_event(body, content_type), model) < 500


@garbage
@given(body=st.text(max_size=200), content_type=TYPES, encoded=st.booleans())
def test_any_text(model, body, content_type, encoded):
    assert 400 <= _status(make_event(body, content_type, isBase64Encoded=encoded), model) < 500


@garbage
@given(content=VALUES | st.fixed_dictionaries({"candles": VALUES}) | st.fixed_dictionaries({"image": VALUES}))
def test_any_json(model, content):
    assert 400 <= _status(make_event(json.dumps(content)), model) < 500


@garbage
@given(place=st.integers(0, 29), column=st.integers(0, 5), value=VALUES | st.text(alphabet="0123456789-:TZ.e+"))
def test_candles_with_one_value_changed(model, place, column, value):
    rows = make_rows(30)
    rows[place][column] = value
    assert _status(make_event(json.dumps({"candles": rows})), model) in (200, 422)


@garbage
@given(
    event=VALUES
    | st.fixed_dictionaries(
        {},
        optional={
            "httpMethod": st.just("POST") | SCALARS,
            "requestContext": st.just({"http": {"method": "POST"}}) | VALUES,
            "headers": st.just({"Content-Type": "image/png"}) | VALUES,
            "body": VALUES,
            "isBase64Encoded": VALUES,
        },
    )
)
def test_any_event(model, event):
    assert 400 <= _status(event, model) < 500


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"])
@garbage
@given(data=st.data())
def test_pictures_with_some_bytes_changed(model, kind, data):
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize((40, 30)).convert("RGB").save(buffer, kind)
    content = bytearray(buffer.getvalue())
    for _ in range(data.draw(st.integers(1, 6))):
        near = st.integers(0, min(len(content), 120) - 1)  # where the headers are
        content[data.draw(near | st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.just(len(content)) | st.integers(0, len(content)))]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as the handler does
        assert _status(make_event(bytes(content), "image/png"), model) in (200, 400, 422)
