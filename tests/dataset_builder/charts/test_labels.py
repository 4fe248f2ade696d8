"""Charts are drawn again until their label is true."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from dataset_builder.charts import labels
from dataset_builder.charts.labels import draw_accepted, found, refusal
from dataset_builder.charts.variety import TRAINING_STYLES
from dataset_builder.drawing.random_look import draw_look
from dataset_builder.market.match import Match
from dataset_builder.market.pattern import Pattern
from dataset_builder.patterns import PATTERNS


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


def test_loose_limits_count_where_they_are_asked_for(monkeypatch):
    meant = Pattern(
        id=0,
        name="meant",
        sketch=PATTERNS[0].sketch,
        find=lambda view: "strictly not",
        find_loosely=lambda view: Match(()),
    )
    other = Pattern(id=1, name="other", sketch=PATTERNS[0].sketch, find=lambda view: "not at all")
    monkeypatch.setattr(labels, "PATTERNS", (meant, other))
    assert refusal(meant, None) == "strictly not" and refusal(meant, None, loose=True) is None
    assert refusal(other, None, loose=True) == "not at all", "without loose limits the strict ones hold"
    also = Pattern(id=2, name="also", sketch=PATTERNS[0].sketch, find=lambda view: Match(()))
    assert refusal(also, None) is None and refusal(also, None, loose=True) == "also meant"
    assert refusal(None, None, loose=True) is None, "without a pattern the strict limits hold"
