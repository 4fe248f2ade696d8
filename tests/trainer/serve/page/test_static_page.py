"""The page of ``make site`` in a real browser, with the network off."""

from __future__ import annotations

import base64
import io

import pytest
import requests
from in_browser import DROP, answer_of, drawing, file, no_serious_finding, result, saved
from PIL import Image


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
