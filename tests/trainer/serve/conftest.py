"""The deployable files of a run, and what to send to them."""

import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from events import make_event, make_rows, read
from finder_file import write_finder, write_price_finder, write_reader
from PIL import Image
from running import running

from trainer.models.deployed import Deployed
from trainer.models.pattern_model import CLASSIFIER_QUANTIZED, FINDER_QUANTIZED, PRICE_FINDER, READER, PatternModel
from trainer.serve.respond import respond


@pytest.fixture(scope="session")
def model_directory(finished_run, tmp_path_factory) -> Path:
    """The deployable files of a run, and nothing else of it."""
    directory = tmp_path_factory.mktemp("deployed")
    classifier = Path(shutil.copy(finished_run / CLASSIFIER_QUANTIZED, directory))
    classes = PatternModel(classifier, threads=1).classes
    write_finder(directory / FINDER_QUANTIZED, classes)
    write_reader(directory / READER)
    write_price_finder(directory / PRICE_FINDER, classes, "breakout", "double_top")
    return directory


@pytest.fixture(scope="session")
def model(model_directory) -> Deployed:
    return Deployed(model_directory, threads=1)


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
