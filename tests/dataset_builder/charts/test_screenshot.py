"""Whole screenshots: which stretches of a market are recorded as patterns."""

from itertools import combinations

import numpy as np
import pytest

from dataset_builder.charts.labels import refusal
from dataset_builder.charts.screenshot import APART, SAME, find_places, look_of_screenshot, settle_screenshot
from dataset_builder.charts.variety import HELD_OUT_STYLES, variety
from dataset_builder.market.series import draw_series
from dataset_builder.market.swings import View
from dataset_builder.patterns import BY_NAME

KIND = variety("screenshots")


@pytest.fixture(scope="module")
def drafts():
    return [settle_screenshot(5, index, KIND) for index in range(40)]


def span(place):
    return place.match.points[0][0], place.match.points[-1][0]


def shared(one, other):
    (a, b), (c, d) = span(one), span(other)
    return max(min(b, d) - max(a, c) + 1, 0)


def lengths(*places):
    return [span(place)[1] - span(place)[0] + 1 for place in places]


def test_every_pattern_is_accepted_by_its_check_alone(drafts):
    places = [(draft, place) for draft in drafts for place in (*draft.places, *draft.overlapping)]
    assert len(places) > 60
    for draft, place in places:
        window = View(draft.market.candles[slice(*place.window)])
        assert refusal(BY_NAME[place.label], window) is None


def test_patterns_hardly_overlap(drafts):
    for draft in drafts:
        for one, other in combinations(draft.places, 2):
            assert shared(one, other) <= APART * min(lengths(one, other))


def test_what_overlaps_is_kept_apart_and_once(drafts):
    assert any(draft.overlapping for draft in drafts)
    for draft in drafts:
        for place in draft.overlapping:
            others = [other for other in (*draft.places, *draft.overlapping) if other is not place]
            assert any(shared(place, other) > APART * min(lengths(place, other)) for other in draft.places)
            for other in others:
                both = shared(place, other)
                assert both < SAME * (sum(lengths(place, other)) - both)


def test_patterns_come_from_left_to_right_and_lie_in_the_market(drafts):
    for draft in drafts:
        starts = [span(place)[0] for place in draft.places]
        assert starts == sorted(starts)
        for place in draft.places:
            first, last = place.window
            assert 0 <= first <= span(place)[0] < span(place)[1] < last <= len(draft.market.candles)


def test_some_patterns_end_at_the_last_candle(drafts):
    at_the_edge = [draft for draft in drafts if any(place.window[1] == draft.look.bars for place in draft.places)]
    assert len(at_the_edge) >= 3


def test_a_drawn_pattern_comes_before_a_clearer_one():
    candles = draw_series(np.random.default_rng(3), 160).candles
    everything = [place for kind in find_places(candles) for place in kind]
    weak = find_places(candles)[1][0]
    drawn_first = find_places(candles, [weak.window])
    assert weak.window in [place.window for place in drawn_first[0]]
    assert len(everything) > 2


def test_one_in_ten_has_a_style_kept_from_training(drafts):
    held_out = {style.name for style in HELD_OUT_STYLES}
    for draft in drafts:
        assert (draft.look.style.name in held_out) == (draft.index % 10 == 0)
        assert (draft.stage == "screenshot_unseen") == (draft.index % 10 == 0)
        assert look_of_screenshot(5, draft.index, KIND) == draft.look
