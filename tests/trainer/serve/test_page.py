"""The page in a real browser: that of the server, and that of ``make site`` with the network off."""

from __future__ import annotations

import base64
import io
import json
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import requests
from finder_file import write_finder
from PIL import Image, ImageDraw
from reader_file import write_reader
from running import running

from cryptoai_common.errors import UserError
from dataset_builder.patterns import CLASSES
from trainer.models.deployed import Deployed
from trainer.shipped import SHIPPED, find_shipped
from trainer.site.build import build_site

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chromium-browser"))), None)
SIZES = {"wide": (1280, 900), "phone": (390, 844)}
SERIOUS = ("serious", "critical")
DROP = """([kind, files]) => {
  const data = new DataTransfer();
  for (const [name, type, text] of files) {
    const bytes = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
    data.items.add(new File([bytes], name, { type }));
  }
  const event = kind === "paste" ? new ClipboardEvent(kind, { clipboardData: data, bubbles: true })
    : new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true });
  document.getElementById("drop").dispatchEvent(event);
}"""
COPY = """async (text) => {
  const bytes = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
  await navigator.clipboard.write([new ClipboardItem({ "image/png": new Blob([bytes], { type: "image/png" }) })]);
}"""


def drawing(mode: str = "RGB", kind: str = "PNG", **options) -> bytes:
    """A black rectangle, which the finder that tests write takes for a pattern; its box is [100, 60, 251, 181]."""
    picture = Image.new(mode, (400, 240), (0, 0, 0, 0) if mode == "RGBA" else "white")
    ImageDraw.Draw(picture).rectangle((100, 60, 250, 180), "black")
    return saved(picture, kind, **options)


def saved(picture: Image.Image, kind: str = "PNG", **options) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def file(name: str, type_: str, content: bytes) -> tuple[str, str, str]:
    return name, type_, base64.b64encode(content).decode()


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


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed: on Debian, apt-get install chromium")
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        launched.close()


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


def result(page, number: int = 1):
    found = page.locator(f"article:has(#result-{number})")
    found.wait_for(timeout=60_000)
    return found


def answer_of(article) -> dict:
    return json.loads(article.locator("pre").text_content())


def no_serious_finding(page) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(page).response["violations"]
    told = [(each["id"], [node["target"] for node in each["nodes"]]) for each in found if each["impact"] in SERIOUS]
    assert told == []


def test_a_picture_is_pasted_by_keyboard_and_its_pattern_boxed_and_named(visit, server):
    page = visit(server)
    page.evaluate(COPY, base64.b64encode(drawing()).decode())
    page.keyboard.press("Control+V")
    shown = result(page)
    assert shown.get_by_role("heading").first.inner_text() == "Head and shoulders, 83 %"
    box = shown.locator("rect.box").evaluate("each => ['x', 'y', 'width', 'height'].map((n) => +each.getAttribute(n))")
    assert box == [100, 60, 151, 121]
    image, tag = shown.locator("img").bounding_box(), shown.locator(".tag")
    assert tag.inner_text() == "1 head and shoulders"
    assert tag.bounding_box()["x"] - image["x"] == pytest.approx(100 / 400 * image["width"], abs=2)
    assert page.get_by_role("status").inner_text() == "pasted picture: Head and shoulders, 83 %."
    assert shown.get_by_text("may still be forming").count() == 1  # nothing is drawn at the right of it
    bars = shown.locator(".all li")
    assert bars.count() == len(CLASSES) and bars.first.inner_text().split("\n")[0] == "head and shoulders"
    assert shown.locator(".all .chance i").first.evaluate("each => each.style.width").startswith("83")
    shown.get_by_label("Show the prices that were read").check()
    page.wait_for_selector("path.band")
    assert shown.locator("path.band").get_attribute("d").startswith("M100 60L101 60")
    with requests.post(f"{server}predict", drawing(), headers={"Content-Type": "image/png"}, timeout=60) as response:
        assert answer_of(shown) == response.json()
    page.get_by_role("button", name="Remove").click()
    assert page.locator("article").count() == 0 and page.evaluate("document.activeElement.id") == "files"
    page.get_by_role("button", name="Paste").click()
    assert result(page, 2).locator("rect.box").count() == 1


def test_files_are_dropped_and_no_clear_pattern_is_said(visit, server):
    page = visit(server)
    blank = saved(Image.new("RGB", (300, 200), "white"))
    files = [file("one.png", "image/png", drawing()), file("blank.png", "image/png", blank)]
    page.evaluate(DROP, ["dragenter", files])
    assert page.locator("#drop.over").count() == 1
    page.evaluate(DROP, ["drop", files])
    shown = result(page, 2)
    assert shown.get_by_role("heading").first.inner_text() == "No clear pattern"
    assert shown.get_by_text("Nothing in the picture looks like one of the patterns.").is_visible()
    assert page.locator("#drop.over").count() == 0 and result(page, 1).locator("rect.box").count() == 1


def test_candles_are_scanned_and_a_hit_is_shown_in_the_chart(visit, server):
    page = visit(server)
    rng = np.random.default_rng(4)
    close = 100 + np.cumsum(rng.normal(size=240))
    rows = [f"{1_700_000_000 + 3600 * i},{c},{c + 1},{c - 1},{c + 0.3}\n" for i, c in enumerate(close)]
    content = ("time,open,high,low,close\n" + "".join(rows)).encode()
    page.evaluate(DROP, ["drop", [file("BTC <b>.csv", "text/csv", content)]])
    shown = result(page)
    page.wait_for_selector(".chart canvas")
    scan = requests.post(f"{server}scan?name=BTC.csv", content, headers={"Content-Type": "text/csv"}, timeout=60).json()
    (market,) = scan["markets"]
    assert market["candles"] == 240 and market["found"] == len(market["hits"]) > 0
    assert shown.get_by_role("heading").first.inner_text() == f"{market['found']} patterns in 240 candles"
    hits = shown.locator(".hits button")
    assert hits.count() == market["found"]
    surest = market["hits"][0]
    assert market["prices"]["time"][surest["last"]] - market["prices"]["time"][surest["first"]] >= 29 * 3600
    assert surest["pattern"].replace("_", " ") in hits.first.inner_text()
    hits.first.focus()
    page.keyboard.press("Enter")
    assert hits.first.get_attribute("aria-pressed") == "true"
    no_serious_finding(page)


def test_a_bad_file_gets_one_sentence(visit, server):
    page = visit(server)
    files = [
        file("notes.png", "image/png", b"no picture"),
        file("letter.txt", "text/plain", b"Dear all,\nno candles.\n"),
        file("half.png", "image/png", drawing()[:-40]),
    ]
    page.evaluate(DROP, ["drop", files])
    result(page, 3)
    sentences = page.locator("p.error").all_inner_texts()[::-1]
    assert sentences[0] == "notes.png is not a picture; it must be one of PNG, JPEG, WEBP, GIF, BMP, TIFF, AVIF."
    assert sentences[1].startswith("letter.txt ") and sentences[2].startswith("half.png is truncated or damaged")
    assert all(sentence.count(". ") == 0 and sentence.endswith(".") for sentence in sentences)
    assert page.get_by_role("status").inner_text() == sentences[2]
    page.evaluate(DROP, ["paste", []])
    assert page.get_by_role("status").inner_text() == "The clipboard holds no picture."


@pytest.mark.parametrize(("size", "scheme"), [("wide", "dark"), ("phone", "light")])
def test_by_keyboard_on_a_phone_and_in_the_dark(visit, server, size, scheme, tmp_path):
    page = visit(server, size, scheme)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "files"
    page.keyboard.press("Space")
    while not page.choosers:  # pytest's timeout ends it
        page.wait_for_timeout(50)
    (tmp_path / "a picture with a long name, as phones give them, 2026-11-29.png").write_bytes(drawing())
    page.choosers[0].set_files(next(tmp_path.iterdir()))
    shown = result(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert shown.locator("img").bounding_box()["width"] > SIZES[size][0] / 2
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") == (scheme == "light")
    no_serious_finding(page)


def test_the_static_page_answers_as_the_server_does_with_the_network_off(visit, site, server):
    page = visit(site)
    page.get_by_text("no network is needed any more").wait_for(timeout=60_000)
    page.context.set_offline(True)
    pictures = [
        file("plain.png", "image/png", drawing()),
        file("clear.png", "image/png", drawing("RGBA")),
        file("turned.jpg", "image/jpeg", turned()),
        file("blank.png", "image/png", saved(Image.new("RGB", (300, 200), "white"))),
    ]
    page.evaluate(DROP, ["drop", [*pictures, file("bad.png", "image/png", b"x"), file("a.csv", "text/csv", b"x")]])
    result(page, 6)
    for number, (_, kind, text) in enumerate(pictures, 1):
        content = base64.b64decode(text)
        expected = requests.post(f"{server}predict", content, headers={"Content-Type": kind}, timeout=60).json()
        given = answer_of(result(page, number))
        close(given, expected)
    sentences = page.locator("p.error").all_inner_texts()[::-1]
    assert sentences[0] == "bad.png is not one that this browser can read; save it as PNG."
    assert sentences[1].startswith("candles cannot be looked at here") and "make serve" in sentences[1]
    shown = result(page, 1)
    shown.get_by_label("Show the prices that were read").check()
    page.wait_for_selector("path.band")
    no_serious_finding(page)


def test_the_static_page_draws_the_line_at_the_threshold(visit, site):
    """Of three places one is too unsure, and one of the others ends where the prices end."""
    found = {
        "boxes": [10, 20, 59.06, 40, 10, 20, 93, 40, 10, 20, 30, 40],
        "labels": [1, 0, 2],
        "probabilities": [0.75, 0.5, 0.25],
    }
    about = {"classes": ["a", "b", "c", "d"], "threshold": 0.5, "model_version": "1"}
    make = "async ([found, about, x]) => (await import('./answer.js')).makeAnswer(found, about, x)"
    page = visit(site)
    assert page.evaluate(make, [found, about, [5, 50, 95]]) == {
        "patterns": [
            {"label": "b", "probability": 0.75, "box": [10, 20, 59.1, 40], "at_right_edge": False},
            {"label": "a", "probability": 0.5, "box": [10, 20, 93, 40], "at_right_edge": False},
        ],
        "label": "b",
        "best_guess": "b",
        "score": 0.75,
        "clear": True,
        "probabilities": {"a": 0.5, "b": 0.75, "c": 0.25, "d": 0},
        "model_version": "1",
    }
    edges = [page.evaluate(make, [found, about, x])["patterns"][1]["at_right_edge"] for x in ([5, 94.8], [], None)]
    assert edges == [True, None, None]
    unsure = page.evaluate(make, [found, {**about, "threshold": 0.9}, None])
    assert (unsure["patterns"], unsure["label"], unsure["clear"], unsure["best_guess"]) == ([], None, False, "b")
    nothing = page.evaluate(make, [{key: [] for key in found}, about, None])
    assert (nothing["best_guess"], nothing["score"], set(nothing["probabilities"].values())) == (None, 0, {0})


def turned() -> bytes:
    """A photo that lies on its side, and says so."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return saved(Image.open(io.BytesIO(drawing())).rotate(90, expand=True), "JPEG", exif=exif.tobytes(), quality=95)


def close(given: dict, expected: dict) -> None:
    """The same but for rounding, and for two pixels where another decoder read a JPEG file."""
    assert {**given, "patterns": []} == {**expected, "patterns": []}
    assert len(given["patterns"]) == len(expected["patterns"])
    for one, other in zip(given["patterns"], expected["patterns"], strict=True):
        assert {**one, "box": None} == {**other, "box": None}
        assert one["box"] == pytest.approx(other["box"], abs=2)


def test_the_page_forbids_the_browser_what_it_does_not_need(server):
    response = requests.get(server, timeout=30)
    assert response.headers["Content-Type"].startswith("text/html")
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "*" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert requests.get(f"{server}app.js", timeout=30).headers["Content-Type"].startswith("text/javascript")
