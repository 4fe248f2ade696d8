"""The answers to good requests, and one clear sentence for each kind of bad one."""

from __future__ import annotations

import base64
import io
import json
import struct
import zlib

import numpy as np
import pytest
from events import make_event, make_rows, read
from PIL import Image

from dataset_builder import render_candles
from trainer.models.deployed import Deployed
from trainer.models.pattern_model import CLASSIFIER_QUANTIZED, FINDER_QUANTIZED, PatternModel
from trainer.serve.event import MAX_BODY
from trainer.serve.respond import respond


def _expected(model: Deployed, picture: Image.Image) -> dict:
    """Of a whole screenshot: the finder of the tests gives one box of the first class, or none."""
    (found,) = model.finder.find(np.asarray(picture.convert("RGB")))
    box = {"box": list(found.box), "at_right_edge": True}
    return {
        "patterns": [{"label": found.label, "probability": found.probability} | box],
        "label": found.label,
        "best_guess": found.label,
        "score": found.probability,
        "clear": True,
        "probabilities": dict.fromkeys(model.classes, 0.0) | {found.label: found.probability},
        "model_version": "0.0.0+test",
    }


def _expected_cut(model: Deployed, picture: Image.Image) -> dict:
    model = model.cut
    probabilities, labels = model(np.asarray(picture)[np.newaxis])
    clear = bool(labels[0] >= 0)
    best = {"label": model.classes[int(probabilities[0].argmax())], "probability": float(probabilities.max())}
    return {
        "patterns": [best | {"box": [0, 0, *picture.size], "at_right_edge": None}] if clear else [],
        "label": None if labels[0] < 0 else model.classes[labels[0]],
        "best_guess": model.classes[int(probabilities[0].argmax())],
        "score": float(probabilities.max()),
        "clear": bool(labels[0] >= 0),
        "probabilities": dict(zip(model.classes, probabilities[0].tolist(), strict=True)),
        "model_version": model.version,
    }


@pytest.mark.parametrize("content_type", ["image/png", "IMAGE/PNG; x=y", "application/octet-stream"])
def test_a_picture_as_the_body(ask, model, png, content_type):
    assert ask(png, content_type) == (200, _expected(model, Image.open(io.BytesIO(png))))


CUT = {"queryStringParameters": {"cut": "1"}}


def test_a_picture_of_a_cut_chart(ask, model, png):
    expected = 200, _expected_cut(model, Image.open(io.BytesIO(png)))
    assert ask(png, "image/png", **CUT) == expected
    assert ask({"image": base64.b64encode(png).decode()}, **CUT) == expected
    assert ask(png, "image/png", queryStringParameters={"cut": "0"}) == ask(png, "image/png")
    assert ask(png, "image/png", queryStringParameters=None) == ask(png, "image/png")
    for value in ("", "2", "yes", None, ["1"]):
        status, answer = ask(png, "image/png", queryStringParameters={"cut": value})
        assert status == 400 and "cut must be 1" in answer["error"]


def test_a_model_without_the_file_for_it_says_so(png, model_directory):
    for name, query, words in (
        (FINDER_QUANTIZED, {"cut": "1"}, "which answers for cut charts"),
        (CLASSIFIER_QUANTIZED, {}, "which answers for whole screenshots; ask for a cut chart"),
    ):
        half = Deployed(model_directory, threads=1)
        half.finder, half.cut = (half.finder, None) if name == FINDER_QUANTIZED else (None, half.cut)
        status, answer = read(respond(make_event(png, "image/png", queryStringParameters=query), half))
        assert status == 422 and words in answer["error"]


def test_a_picture_in_json(ask, model, png):
    expected = 200, _expected(model, Image.open(io.BytesIO(png)))
    text = base64.b64encode(png).decode()
    wrapped = base64.encodebytes(png).decode()  # with line breaks, as the command base64 writes it
    for image in (text, wrapped, f"data:image/png;base64,{text}"):
        assert ask({"image": image}) == expected
        assert ask(json.dumps({"image": image}).encode(), "application/json; charset=utf-8") == expected


def test_of_an_animated_picture_the_first_frame_is_taken_and_that_is_said(ask, model, png):
    first = Image.open(io.BytesIO(png)).convert("RGB")
    second, expected = Image.new("RGB", first.size, "blue"), _expected(model, first)
    for kind in ("PNG", "WEBP", "TIFF"):
        file = io.BytesIO()
        first.save(file, kind, save_all=True, append_images=[second], lossless=True)
        part = "page" if kind == "TIFF" else "frame"
        notes = [f"the picture has more than one {part}; the first is taken"]
        assert ask({"image": base64.b64encode(file.getvalue()).decode()}) == (200, expected | {"notes": notes})


def test_candles_are_drawn_and_named(ask, model, rows):
    expected = _expected_cut(model, render_candles(np.array(rows)[:, 1:])) | {"candles": 60}
    assert ask({"candles": rows}) == (200, expected)
    without = expected | {"notes": ["it has no volume, which is taken as 0"]}
    assert ask({"candles": [row[:5] for row in rows]}) == (200, without)
    assert ask({"candles": [[row[0] / 1000, *map(str, row[1:])] for row in rows]}) == (200, expected)
    iso = [[f"2024-01-{1 + bar // 24:02}T{bar % 24:02}:00:00Z", *row[1:]] for bar, row in enumerate(rows)]
    assert ask({"candles": iso}) == (200, expected)
    names = ("Timestamp", "OPEN", "High", "low", "close", "Volume")
    objects = [dict(zip(names, row, strict=True), trades=3) for row in rows]
    assert ask({"candles": objects}) == (200, expected)


def test_of_many_candles_the_last_are_shown(ask, model):
    many = make_rows(1000)
    status, answer = ask({"candles": many})
    expected = _expected_cut(model, render_candles(np.array(many)[-120:, 1:])) | {"candles": 120}
    assert (status, answer) == (200, expected)


def test_a_chart_under_the_threshold_has_no_label(model, png, monkeypatch):
    unclear = PatternModel.__call__
    monkeypatch.setattr(PatternModel, "__call__", lambda *given: (unclear(*given)[0], np.array([-1])))
    status, answer = read(respond(make_event(png, "image/png", **CUT), model))
    assert status == 200 and answer["label"] is None and answer["clear"] is False
    assert answer["score"] == answer["probabilities"][answer["best_guess"]] == max(answer["probabilities"].values())


def test_the_older_payload_format(ask, model, png):
    first = {
        "httpMethod": "POST",
        "path": "/",
        "headers": {"Content-Type": "image/png"},
        "requestContext": {"stage": "prod"},
        "body": base64.b64encode(png).decode(),
        "isBase64Encoded": True,
    }
    assert read(respond(first, model)) == ask(png, "image/png")


def _png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("body", "content_type", "status", "words"),
    [
        ("", "application/json", 400, "has no body; POST a picture as image/png"),
        (b"\x89PNG and no more", "image/png", 422, "the picture is not a picture; it must be one of PNG"),
        ("text", "image/png", 400, "arrived as text; add image/* to the API's binary media types"),
        (_png_header(8, 8), "image/png", 422, "is truncated or damaged"),
        (_png_header(4001, 4000), "image/png", 422, "4001×4000, larger than 16 million pixels"),
        (_png_header(60_000, 60_000), "image/png", 422, "larger than 16 million pixels"),
        (b"x" * (MAX_BODY + 1), "image/png", 413, "larger than 6 MB"),
        ("[" * (MAX_BODY + 1), "application/json", 413, "larger than 6 MB"),
        (b"x", "text/html", 415, "content type is not known; POST a picture as image/png, or application/json"),
        (b"x", None, 415, "content type is not known"),
        ("{", "application/json", 400, "the body is not JSON"),
        (b"\xff\xfe\xfd", "application/json", 400, "the body is not JSON"),
        ("[" * 100_000, "application/json", 400, "the body is not JSON"),
        ("1" * 5000, "application/json", 400, "the body is not JSON"),
        ("[]", "application/json", 400, "must be an object with image or candles"),
        ("{}", "application/json", 400, "must be an object with either image"),
        ('{"image": 3}', "application/json", 400, "must be an object with either image"),
        ('{"image": "", "candles": []}', "application/json", 400, "must be an object with either image"),
        ('{"image": "$(id)"}', "application/json", 400, "image is not base64"),
        ('{"image": "é"}', "application/json", 400, "image is not base64"),
        ('{"image": "/etc/passwd"}', "application/json", 400, "image is not base64"),
        ('{"image": "/etc/passwd0"}', "application/json", 422, "the picture is not a picture"),
    ],
)
def test_bad_requests(ask, body, content_type, status, words):
    found, answer = ask(body, content_type)
    assert found == status and words in answer["error"]


def test_other_methods(ask, model):
    response = respond(make_event("x", requestContext={"http": {"method": "GET"}}), model)
    assert response["statusCode"] == 405 and response["headers"]["Allow"] == "POST"
    assert ask("x", requestContext={"http": {"method": 3}})[0] == 405


@pytest.mark.parametrize("event", [None, [], "POST", {}, {"candles": []}, {"httpMethod": "POST"}])
def test_what_is_no_event(model, event):
    status, answer = read(respond(event, model))
    assert 400 <= status < 500 and "POST a picture as image/png" in answer["error"]


def test_a_body_that_only_claims_to_be_base64(ask):
    assert ask("§", "image/png", isBase64Encoded=True) == (400, {"error": "the body is not base64"})


def test_our_own_fault_is_logged_on_one_line_and_not_told(ask, png, monkeypatch, caplog):
    def fail(*_):
        raise RuntimeError("evil\n2024 all is well \x1b[2J")

    monkeypatch.setattr(PatternModel, "__call__", fail)
    status, answer = ask(png, "image/png", **CUT)
    assert status == 500 and "evil" not in answer["error"]
    (log,) = caplog.messages
    assert "\n" not in log and log.isascii() and "\x1b" not in log and "RuntimeError" in json.loads(log)["error"]
