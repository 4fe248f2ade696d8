"""Samples: pure functions of (seed, class, index), truly labelled, with the metadata of the contract."""

import json
import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy.stats import ks_2samp

from cryptoai_common.candles import Candles
from dataset_builder import patterns
from dataset_builder.audit.leaks import nuisance_table
from dataset_builder.charts import labels, sample
from dataset_builder.charts.draft import BATCH, MOST_OUTSIDE, price_range, render_all
from dataset_builder.charts.labels import draw_accepted, found, refusal
from dataset_builder.charts.sample import BESIDE, NO_CHART, UNSELECTED, draw_look_again, draw_sample, settle
from dataset_builder.charts.variety import HELD_OUT_STYLES, TRAINING_STYLES, Variety
from dataset_builder.drawing.random_look import draw_look
from dataset_builder.market.match import Match
from dataset_builder.market.pattern import Pattern
from dataset_builder.market.series import RANDOM
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
    assert [pattern.name for pattern in PATTERNS if pattern.check(view) is None] == [name] == [row["label"]]


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


EVERY = [*NAMES, None]  # and the charts without a pattern
MIXED = Variety(found=0.5, screens=0.4)


@pytest.fixture
def looks_only(monkeypatch):
    """All of the way to a draft but its price, which takes a hundred times as long as its look."""
    monkeypatch.setattr(sample, "draw_accepted", lambda sketch, refuse, look, rng: (None, "none", {}))
    monkeypatch.setattr(sample, "find_market", lambda pattern, bars, markets, rng: (None, "none", RANDOM))
    monkeypatch.setattr(sample, "_without_pattern", lambda share, bars, markets, rng: (None, "none", RANDOM))


def nuisances(look) -> dict:
    return look.nuisances() | {"bars": look.bars, "seed": look.seed}


def test_a_look_knows_its_class_from_its_random_stream_alone(looks_only, monkeypatch):
    """With one stream for all classes, all have the very same look: in every field, and in the size of the picture."""
    monkeypatch.setattr(sample, "random_stream", lambda seed, name, index, use, stream: np.random.default_rng(index))
    for index in range(200):
        drafts = [settle(8, name, index, kind=MIXED) for name in EVERY]
        assert all(nuisances(draft.look) == nuisances(drafts[0].look) for draft in drafts), index
        assert {draft.image_size for draft in drafts} == {224}


def test_the_price_is_drawn_for_the_look_that_is_drawn(monkeypatch):
    """No step on the way to the picture alters the look that was settled before the pattern was known."""
    given = []

    def spy(sketch, refuse, look, rng):
        given.append(look)
        return draw_accepted(sketch, refuse, look, rng)

    monkeypatch.setattr(sample, "draw_accepted", spy)
    for name in EVERY:
        draft = settle(8, name, 1)
        row = draft.render().metadata
        assert draft.look is given[-1] and row["look"] == given[-1].nuisances()
        assert row["candles"] == given[-1].bars == len(draft.market.candles) and row["style"] == given[-1].style.name


def test_every_field_of_a_look_is_distributed_alike_in_all_classes(looks_only):
    """A chart without a pattern may have any look too. Two-sample tests of each class against all others."""
    per_class = 250
    rows = [
        {
            "look": nuisances(draft.look),
            "style": draft.look.style.name,
            "source": "",  # the next test is about it
            "candles": draft.look.bars,
            "bytes": 0,
        }
        for draft in (settle(8, name, index, kind=MIXED) for name in EVERY for index in range(per_class))
    ]
    table, labels = nuisance_table(rows), np.repeat(np.arange(len(EVERY)), per_class)
    assert table.shape[1] > 60
    for column in table.T:
        if np.ptp(column):
            for label in range(len(EVERY)):
                assert ks_2samp(column[labels == label], column[labels != label]).pvalue > 1e-5
    bars = [row["candles"] for row in rows]
    assert 20 <= min(bars) < 25 and max(bars) <= 120


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_the_shares_of_found_charts_and_of_pages_are_alike_in_all_classes(share, looks_only):
    charts, kind = 200, Variety(found=share, screens=share)
    for name in EVERY:
        drafts = [settle(9, name, index, kind=kind) for index in range(charts)]
        for count in (
            sum(draft.source == RANDOM for draft in drafts),
            sum(draft.look.page is not None for draft in drafts),
        ):
            assert abs(count - share * charts) <= 4 * (charts * share * (1 - share)) ** 0.5


def test_a_page_around_a_chart_or_a_found_market_leaves_the_rest_of_the_look_as_it_is(looks_only):
    """Streams are keyed on their use, so that a share changes only what it is about."""
    for index in range(20):
        plain, found = (settle(9, "breakout", index, kind=Variety(found=share)) for share in (0.0, 1.0))
        assert plain.look == found.look
        paged = settle(9, "breakout", index, kind=Variety(screens=1.0))
        assert paged.look.page is not None and paged.look.style.name == plain.look.style.name
        assert paged.look.bars <= plain.look.bars  # no more than can be told apart in its pane


@pytest.mark.parametrize(("found_share", "screens"), [(0.0, 1.0), (1.0, 0.0), (1.0, 1.0)])
def test_the_same_arguments_give_the_same_bytes_at_any_share(found_share, screens):
    kind = Variety(found=found_share, screens=screens)
    for name in ("double_top", "support_resistance", None):
        first, again = (draw_sample(3, name, 5, 64, kind) for _ in range(2))
        assert same(first, again) and first.png == again.png


def test_charts_without_a_pattern_are_of_the_stated_kinds_in_the_stated_shares(looks_only, monkeypatch):
    """Without markets a share NO_CHART are no charts; in markets UNSELECTED and BESIDE are the shares of theirs."""
    charts = 400
    drafts = [settle(9, None, index) for index in range(charts)]
    no_charts = sum(draft.stage == "no_chart" for draft in drafts)
    assert no_charts == pytest.approx(NO_CHART * charts, abs=4 * (charts * NO_CHART) ** 0.5)
    monkeypatch.setattr(sample, "_without_pattern", lambda share, *others: (None, "none", share))
    shares = np.array([settle(9, None, index, kind=Variety(found=1.0)).source for index in range(charts)])
    assert ks_2samp(shares, np.linspace(0, 1, charts)).pvalue > 1e-3
    monkeypatch.undo()
    monkeypatch.setattr(sample, "unselected_market", lambda *arguments: "unselected")
    monkeypatch.setattr(sample, "market_beside", lambda *arguments: "beside")
    monkeypatch.setattr(sample, "find_market", lambda pattern, *others: "none" if pattern is None else "")
    kinds = [sample._without_pattern(share, 60, (), np.random.default_rng(0)) for share in np.linspace(0, 0.999, 1000)]
    for kind, share in (("unselected", UNSELECTED), ("beside", BESIDE), ("none", 1 - UNSELECTED - BESIDE)):
        assert kinds.count(kind) == pytest.approx(1000 * share, abs=1.5)


@given(some.integers(16, 120), some.floats(0.5, 1), some.floats(0, 1))
def test_a_pattern_fills_the_share_of_the_window_that_the_look_says(bars, fill, before):
    look = replace(draw_look(TRAINING_STYLES, np.random.default_rng(0)), bars=max(bars, 20), fill=fill, before=before)
    asked = []

    def sketch(rng, length):
        asked.append(length)
        return PATTERNS[0].sketch(rng, length)

    market, stage, _ = draw_accepted(sketch, lambda view: None, look, np.random.default_rng(1))
    assert asked == [max(round(look.bars * fill), 16)]
    free = look.bars - asked[0]
    lead = free if stage == "forming" else round(free * before)
    assert market.first_bar >= lead - 1 and market.last_bar <= lead + asked[0]


def test_rejected_draws_are_counted_by_reason():
    rng = np.random.default_rng(0)
    look = draw_look(TRAINING_STYLES, rng)
    reasons = iter(["too small", "too small", "also breakout", None])
    market, stage, rejections = draw_accepted(PATTERNS[0].sketch, lambda view: next(reasons), look, rng)
    assert rejections == {"too small": 2, "also breakout": 1}
    assert len(market.candles) == look.bars and stage in ("forming", "complete", "broken", "failed")


def test_a_sketch_that_never_passes_its_check_is_an_error():
    rng = np.random.default_rng(0)
    with pytest.raises(RuntimeError, match=r"no draw of .* candles passes the check: .*'never': 200"):
        draw_accepted(PATTERNS[0].sketch, lambda view: "never", draw_look(TRAINING_STYLES, rng), rng)


def test_refusals_name_the_other_class(monkeypatch):
    greedy = Pattern(id=0, name="greedy", sketch=PATTERNS[0].sketch, find=lambda view: Match(()))
    shy = Pattern(id=1, name="shy", sketch=PATTERNS[0].sketch, find=lambda view: "not shy")
    monkeypatch.setattr(labels, "PATTERNS", (greedy, shy))
    assert refusal(shy, None) == "not shy"
    assert refusal(greedy, None) is None
    assert found(None) == "greedy"
    monkeypatch.setattr(labels, "PATTERNS", (greedy, shy, PATTERNS[0], greedy))
    other = Pattern(id=2, name="other", sketch=PATTERNS[0].sketch, find=lambda view: Match(()))
    assert refusal(other, None) == "also greedy"
