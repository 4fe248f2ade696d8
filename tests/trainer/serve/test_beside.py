"""What lies beside the model that is served: prices and scans over HTTP, and one sentence where there is none."""

from __future__ import annotations

import io
import json
import shutil

import pytest
from events import make_rows
from finder_file import write_finder, write_reader
from PIL import Image, ImageDraw

from cryptoai_common.errors import UserError
from trainer.models.deployed import Deployed
from trainer.models.pattern_model import PRICE_FINDER
from trainer.scan import newest
from trainer.serve.app import make_app
from trainer.serve.beside import Beside
from trainer.serve.event import BadRequest
from trainer.shipped import SHIPPED, find_shipped

CLASSIFIER = min(find_shipped(SHIPPED).glob("crypto_*_quantized.onnx"))


def csv(count: int, first_line: str = "time,open,high,low,close,volume") -> bytes:
    return "\n".join([first_line, *(",".join(map(str, row)) for row in make_rows(count))]).encode()


@pytest.fixture
def beside(tmp_path) -> Beside:
    write_reader(tmp_path / "crypto_price_reader.onnx")
    shutil.copy(CLASSIFIER, tmp_path / "crypto_chart_classifier_quantized.onnx")
    write_finder(tmp_path / "crypto_pattern_model_quantized.onnx", ("double_top",))
    return Beside(Deployed(tmp_path))


def test_prices_are_read(beside):
    picture = Image.new("RGB", (40, 30), "white")
    ImageDraw.Draw(picture).rectangle((10, 5, 12, 20), "black")
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    assert beside.prices(buffer.getvalue()) == {"x": [10, 11, 12], "high": [5, 5, 5], "low": [20, 20, 20]}
    with pytest.raises(BadRequest, match="is not a picture"):
        beside.prices(b"x")


def test_a_damaged_finder_in_candles_is_told_before_anything_is_served(beside, tmp_path):
    (tmp_path / PRICE_FINDER).write_bytes(b"no model")
    with pytest.raises(UserError, match=f"{PRICE_FINDER} is not an ONNX file"):
        make_app(Deployed(beside.model.place))


def test_a_scan_names_the_file_as_it_was_called_and_can_be_json(beside):
    found = beside.scan(csv(130), "../../BTC.csv")
    json.dumps(found, allow_nan=False)
    (market,) = found["markets"]
    assert market["market"] == "BTC" and market["read_as"].startswith("BTC.csv read as: CSV, 130 hourly candles")
    assert market["candles"] == 130 == len(market["prices"]["close"]) and market["windows"] > 30
    close = market["prices"]["close"]
    for hit in market["hits"]:
        assert 0 <= hit["first"] < hit["last"] < 130
        if hit["stage"] is None:
            assert [hit[name] for name in ("line", "line_first", "line_start", "to_line_atr")] == [None] * 4
            continue
        assert hit["first"] <= hit["line_first"] <= hit["last"]
        assert close[hit["last"]] * (1 + hit["to_line_percent"] / 100) == pytest.approx(hit["line"], rel=1e-5)
    assert {hit["stage"] is None for hit in market["hits"]} == {True, False}
    with pytest.raises(BadRequest, match=r"^BTC\.csv has 25 finished candles of BTC, too few for --window 30"):
        beside.scan(csv(25), "BTC.csv")
    with pytest.raises(BadRequest, match=r"^notes\.txt ") as told:
        beside.scan(b"Dear all,\nhello\n", "notes.txt")
    assert told.value.status == 422 and "/" not in str(told.value)


def test_only_the_newest_candles_are_looked_at_and_that_is_said(beside, monkeypatch):
    monkeypatch.setattr(newest, "MOST_CANDLES", 60)
    (market,) = beside.scan(csv(90), "a.csv")["markets"]
    assert market["candles"] == 60
    assert market["prices"]["time"][0] == make_rows(90)[30][0] // 1000
    assert "the newest 60 of 90 candles were looked at; make scan looks at all" in market["notes"]


def test_without_the_files_one_sentence_says_so(tmp_path):
    alone = Beside(Deployed(write_finder(tmp_path / "crypto_pattern_model_quantized.onnx", ("double_top",))))
    for ask in (lambda: alone.prices(b"x"), lambda: alone.scan(csv(60), "a.csv")):
        with pytest.raises(BadRequest, match="this model has no crypto_") as told:
            ask()
        assert told.value.status == 404
