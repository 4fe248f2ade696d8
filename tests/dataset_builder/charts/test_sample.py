"""Samples: pure functions of (seed, class, index), truly labelled, with the metadata of the contract."""

import json
import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from cryptoai_common.candles import Candles
from dataset_builder import patterns
from dataset_builder.charts import labels, sample
from dataset_builder.charts.draft import BATCH, MOST_OUTSIDE, price_range, render_all
from dataset_builder.charts.labels import found
from dataset_builder.charts.sample import draw_look_again, draw_sample, settle
from dataset_builder.charts.variety import HELD_OUT_STYLES, Variety
from dataset_builder.market.pattern import Pattern
from dataset_builder.market.swings import View
from dataset_builder.patterns import PATTERNS
from dataset_builder.storage.schema import ROW

NAMES = [pattern.name for pattern in PATTERNS]
names, indexes = some.sampled_from(NAMES), some.integers(0, 10**6)


def candles_of(row):
    return Candles(*(np.array(row["ohlcv"][key]) for key in ("open", "high", "low", "close", "volume")))


def same(a, b):
    return a.metadata == b.metadata and a.image.tobytes() == b.image.tobytes() and a.rejections == b.rejections


@given(names, indexes)
@settings(max_examples=60)
def test_stored_candles_pass_the_check_of_their_label_and_of_no_other_class(name, index):
    row = json.loads(json.dumps(draw_sample(5, name, index, 64).metadata))
    view = View(candles_of(row))
    assert [pattern.name for pattern in PATTERNS if pattern.check(view, loose=True) is None] == [name] == [row["label"]]


@given(indexes)
@settings(max_examples=40)
def test_stored_candles_of_a_chart_without_a_pattern_fail_all_checks(index):
    row = json.loads(json.dumps(draw_sample(5, None, index, 64).metadata))
    assert row["label"] is None and row["pivots"] == []
    if row["stage"] == "no_chart":
        assert row["candles"] == 0
    else:
        assert row["stage"] == "none" and row["source"] == "sketch"
        assert found(View(candles_of(row))) is None


@given(names, indexes)
@settings(max_examples=40)
def test_a_picture_cut_to_its_pattern_shows_all_of_that_and_nine_tenths_of_the_rest(name, index):
    draft = settle(5, name, index, 64)
    low, high = draft.market.candles.low, draft.market.candles.high
    own = slice(draft.market.first_bar, draft.market.last_bar + 1)
    bottom, top = price_range(draft.market, replace(draft.look, frame="pattern"))
    assert low.min() <= bottom <= low[own].min() and high[own].max() <= top <= high.max()
    assert max((high < bottom).mean(), (low > top).mean()) <= MOST_OUTSIDE


@given(names, indexes)
@settings(max_examples=15)
def test_a_sample_depends_on_nothing_that_ran_before(name, index):
    first = draw_sample(1, name, index, 64)
    np.random.seed(index)
    random.seed(index)
    draw_sample(2, NAMES[0], 3, 64)
    assert same(first, draw_sample(1, name, index, 64))


def test_seed_class_index_and_stream_each_make_another_sample():
    pictures = [
        draw_sample(1, "double_top", 0, 64),
        draw_sample(2, "double_top", 0, 64),
        draw_sample(1, "double_bottom", 0, 64),
        draw_sample(1, "double_top", 1, 64),
        draw_sample(1, "double_top", 0, 64, Variety(stream="unseen")),
        draw_sample(1, None, 0, 64),
        draw_sample(1, None, 0, 64, Variety(stream="unseen")),
    ]
    assert len({picture.image.tobytes() for picture in pictures}) == len(pictures)
    assert len({tuple(picture.metadata["ohlcv"]["close"]) for picture in pictures}) == len(pictures)


@pytest.mark.parametrize("count", [0, 1, BATCH, BATCH + 3])
def test_charts_drawn_together_are_those_drawn_one_by_one(count):
    jobs = [(name, index) for index in range(3) for name in (*NAMES, None)][:count]
    drafts = (settle(7, name, index, 48) for name, index in jobs)
    together = list(render_all(drafts))
    assert len(together) == count
    assert all(same(one, draw_sample(7, *job, 48)) for one, job in zip(together, jobs, strict=True))


def test_held_out_styles_appear_only_where_asked_for():
    held_out = {style.name for style in HELD_OUT_STYLES}
    assert len(held_out) >= 2
    for index in range(30):
        assert draw_sample(1, "breakout", index, 64, Variety(HELD_OUT_STYLES, "unseen")).metadata["style"] in held_out
        assert draw_sample(1, "breakout", index, 64).metadata["style"] not in held_out


def test_a_new_class_shifts_no_other_classes_streams(monkeypatch):
    """Streams are keyed on names. (A new check may still refuse a chart that was accepted before.)"""
    before = [draw_sample(1, name, 0, 64) for name in NAMES]
    never = Pattern(id=10, name="never_seen", sketch=PATTERNS[0].sketch, find=lambda view: "never")
    for module in (patterns, labels):
        monkeypatch.setattr(module, "PATTERNS", (*PATTERNS, never))
    monkeypatch.setattr(sample, "BY_NAME", sample.BY_NAME | {"never_seen": never})
    assert all(same(old, draw_sample(1, name, 0, 64)) for name, old in zip(NAMES, before, strict=True))


@pytest.mark.parametrize("name", [*NAMES, None])
def test_rows_have_the_columns_and_types_of_the_schema(name):
    for index in range(12):
        drawn = draw_sample(3, name, index)
        row = drawn.metadata | {"id": "made by the writer", "sha256": "made by the writer"}
        assert set(row) == set(ROW)
        for column, kind in ROW.items():
            assert_is(row[column], kind, column)
        bars = row["candles"]
        for column in ("x", "high", "low"):
            assert len(row[column]) == bars
        assert all(len(series) == bars for series in row["ohlcv"].values())
        assert all(high <= low for high, low in zip(row["high"], row["low"], strict=True))


def assert_is(value, kind, where):
    if isinstance(kind, dict):
        assert set(value) == set(kind), where
        for key, inner in kind.items():
            assert_is(value[key], inner, f"{where}.{key}")
    elif isinstance(kind, list):
        assert type(value) is list, where
        for item in value:
            assert_is(item, kind[0], f"{where}[]")
    elif kind == "label":
        assert value is None or value in NAMES
    else:
        expected = {"string": str, "int64": int, "float64": float, "bool": bool}[kind]
        assert type(value) is expected, f"{where} is {value!r}"


@given(names, indexes)
@settings(max_examples=25)
def test_boxes_enclose_the_pivots_of_their_pattern(name, index):
    row = draw_sample(4, name, index).metadata
    left, top, right, bottom = row["bbox"]
    assert left < right and top < bottom
    if row["look"]["style"] not in ("close_line", "area"):  # lines leave out what happens inside a bar
        slack = 0.03 * (bottom - top) + 2
        for x, y in row["pivots"]:
            assert left - 1 <= x <= right + 1 and top - slack <= y <= bottom + slack


def test_the_box_of_a_chart_without_a_pattern_is_that_of_all_candles():
    row = draw_sample(4, None, 2).metadata
    left, top, right, bottom = row["bbox"]
    assert (top, bottom) == (min(row["high"]), max(row["low"]))
    assert left <= row["x"][0] and row["x"][-1] <= right


def test_the_look_of_a_stored_chart_can_be_drawn_again():
    for split, drawn in [
        ("train", draw_sample(6, "breakout", 3)),
        ("test_unseen_styles", draw_sample(6, "breakout", 3, 224, Variety(HELD_OUT_STYLES, "unseen"))),
        ("none", draw_sample(6, None, 3)),
    ]:
        row = json.loads(json.dumps(drawn.metadata))
        look = draw_look_again(split, row)
        assert look.nuisances() == row["look"] and look.bars == row["candles"]


@pytest.mark.parametrize(("found_share", "screens"), [(0.0, 1.0), (1.0, 0.0), (1.0, 1.0)])
def test_the_same_arguments_give_the_same_bytes_at_any_share(found_share, screens):
    kind = Variety(found=found_share, screens=screens)
    for name in ("double_top", "support_resistance", None):
        first, again = (draw_sample(3, name, 5, 64, kind) for _ in range(2))
        assert same(first, again) and first.png == again.png
