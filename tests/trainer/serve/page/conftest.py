"""The page in a real browser: that of the server, and that of ``make site``."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from finder_file import write_finder, write_reader
from in_browser import SIZES
from running import running

from cryptoai_common.errors import UserError
from dataset_builder.patterns import CLASSES
from trainer.models.deployed import Deployed
from trainer.shipped import SHIPPED, find_shipped
from trainer.site.build import build_site


@pytest.fixture(scope="module")
def model_directory(tmp_path_factory) -> Path:
    """Finder, reader and classifier, as they lie in a run."""
    folder = tmp_path_factory.mktemp("model")
    write_finder(folder / "crypto_pattern_model_quantized.onnx", tuple(CLASSES), probability=0.83)
    write_reader(folder / "crypto_price_reader.onnx")
    classifier = min(find_shipped(SHIPPED).glob("crypto_*_quantized.onnx"))
    shutil.copy(classifier, folder / "crypto_chart_classifier_quantized.onnx")
    return folder


@pytest.fixture(scope="module")
def server(model_directory) -> Iterator[str]:
    with running(Deployed(model_directory)) as port:
        yield f"http://127.0.0.1:{port}/"


@pytest.fixture(scope="module")
def site(model_directory, tmp_path_factory) -> Iterator[str]:
    """The address of the static page, on a server that knows nothing but files."""
    folder = tmp_path_factory.mktemp("site") / "site"
    try:
        build_site(model_directory, folder)
    except UserError as error:
        if "npm" not in str(error):
            raise
        pytest.skip(str(error))

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{serving.server_port}/"
        serving.shutdown()


@pytest.fixture
def visit(browser):
    """Open an address. Whatever the page asks of other hosts, and every error in it, fails the test."""
    contexts, faults = [], []

    def visit(address: str, size: str = "wide", scheme: str = "light"):
        width, height = SIZES[size]
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address.rstrip("/"))
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda each: None if each.url.startswith((address, "blob:", "data:")) else note(each.url))
        page.on("pageerror", lambda each: note(str(each)))
        page.on("console", lambda each: note(each.text) if each.type == "error" and "422" not in each.text else None)
        page.choosers = []
        # Before any key is pressed: else the browser's own dialog may open.
        page.on("filechooser", lambda each: page.choosers.append(each))
        page.goto(address)
        return page

    note = faults.append
    yield visit
    for context in contexts:
        context.close()
    assert faults == []
