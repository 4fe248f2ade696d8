"""A deployable model, and what to send to it."""

import io
import json
from collections.abc import Iterator

import pytest
from events import make_event, make_rows, read
from PIL import Image
from running import running

from trainer.models.pattern_model import CLASSIFIER_QUANTIZED, PatternModel
from trainer.serve.respond import respond


@pytest.fixture(scope="session")
def model_file(finished_run):
    return finished_run / CLASSIFIER_QUANTIZED


@pytest.fixture(scope="session")
def model(model_file) -> PatternModel:
    return PatternModel(model_file, threads=1)


@pytest.fixture(scope="session")
def png() -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise((90, 70), 60).convert("RGB").save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def rows() -> list[list[float]]:
    return make_rows(60)


@pytest.fixture
def ask(model):
    """Send a body (bytes, text, or what becomes JSON) and get the status and the answer."""

    def ask(body, *arguments, **changes) -> tuple[int, dict]:
        body = body if isinstance(body, (bytes, str)) else json.dumps(body)
        return read(respond(make_event(body, *arguments, **changes), model))

    return ask


@pytest.fixture
def server(model) -> Iterator[int]:
    """The port of a running server."""
    with running(model) as port:
        yield port
