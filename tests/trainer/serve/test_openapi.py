"""The description of the server is true: schemathesis asks the running server what the description allows and forbids.

What is sent stays on this machine, and so does what is found.
"""

from __future__ import annotations

import io
import json

import pytest
import requests
import schemathesis
from events import make_rows
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from PIL import Image
from running import post, running
from schemathesis.specs.openapi.checks import positive_data_acceptance

from dataset_builder.patterns import CLASSES
from trainer.models.answer import Answer, Pattern
from trainer.serve.openapi import describe


def _png(side: int) -> bytes:
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize((side, side)).save(buffer, "PNG")
    return buffer.getvalue()


FILES = st.integers(1, 60).map(_png) | st.binary(min_size=1, max_size=300)
schemathesis.openapi.media_type("image/*", FILES, aliases=["image/png"])
schemathesis.openapi.media_type("application/octet-stream", FILES)


@pytest.fixture(scope="session")
def port(model):
    with running(model) as port:
        yield port


DESCRIPTION = describe(tuple(CLASSES), "1")
schema = schemathesis.openapi.from_dict(DESCRIPTION)


@schema.parametrize()
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_described(case, port):
    # What the description allows may still be no picture or no market: that is 422 or 400, with the reason.
    case.call_and_validate(base_url=f"http://127.0.0.1:{port}", excluded_checks=[positive_data_acceptance])


@pytest.mark.parametrize("query", ["", "?cut=1", "?cut=0"])
@pytest.mark.parametrize("kind", ["image/png", "application/octet-stream", "application/json"])
def test_good_requests_are_described_too(port, kind, query):
    """Random candles are hardly ever a market, and so are not left to chance."""
    body = json.dumps({"candles": make_rows(40)}).encode() if kind == "application/json" else _png(50)
    response = requests.post(f"http://127.0.0.1:{port}/{query}", body, headers={"Content-Type": kind}, timeout=60)
    assert response.status_code == 200 and ("candles" in response.json()) == (kind == "application/json")
    schema["/"]["POST"].validate_response(response)


def test_the_description_is_served_and_has_the_fields_of_the_answer(port, model):
    served = post(port, None, method="GET", path="/openapi.json")[1]
    assert served == {**DESCRIPTION, "info": {**DESCRIPTION["info"], "version": model.version}}
    answer = served["components"]["schemas"]["Answer"]
    assert set(answer["required"]) == set(Answer.__annotations__)
    assert set(answer["properties"]) == {*Answer.__annotations__, "candles", "notes"}
    assert set(answer["properties"]["patterns"]["items"]["required"]) == set(Pattern.__annotations__)


@pytest.mark.parametrize("query", ["?cut=2", "?cut=", "?cut=1&cut=1"])
def test_another_cut_is_refused(port, query):
    response = requests.post(
        f"http://127.0.0.1:{port}/{query}", _png(9), headers={"Content-Type": "image/png"}, timeout=60
    )
    assert response.status_code == 400 and "cut must be 1" in response.json()["error"]
