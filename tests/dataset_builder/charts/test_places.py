"""Which stretches of a long market are recorded as patterns."""

from itertools import combinations

import numpy as np
import pytest

from dataset_builder.charts.labels import refusal
from dataset_builder.charts.long_market import settle_long_market
from dataset_builder.charts.places import APART, SAME, find_places
from dataset_builder.market.series import draw_series
from dataset_builder.market.swings import View
from dataset_builder.patterns import BY_NAME


@pytest.fixture(scope="module")
def markets():
    return [settle_long_market(5, index) for index in range(40)]


def span(place):
    return place.match.span


def shared(one, other):
    (a, b), (c, d) = span(one), span(other)
    return max(min(b, d) - max(a, c) + 1, 0)


def lengths(*places):
    return [span(place)[1] - span(place)[0] + 1 for place in places]


def test_every_pattern_is_accepted_by_its_check_alone(markets):
    places = [(market, place) for market in markets for place in (*market.places, *market.overlapping)]
    assert len(places) > 60
    for market, place in places:
        window = View(market.candles[slice(*place.window)])
        assert refusal(BY_NAME[place.label], window) is None


def test_patterns_hardly_overlap(markets):
    for market in markets:
        for one, other in combinations(market.places, 2):
            assert shared(one, other) <= APART * min(lengths(one, other))


def test_what_overlaps_is_kept_apart_and_once(markets):
    assert any(market.overlapping for market in markets)
    for market in markets:
        for place in market.overlapping:
            others = [other for other in (*market.places, *market.overlapping) if other is not place]
            assert any(shared(place, other) > APART * min(lengths(place, other)) for other in market.places)
            for other in others:
                both = shared(place, other)
                assert both < SAME * (sum(lengths(place, other)) - both)


def test_patterns_come_from_left_to_right_and_lie_in_the_market(markets):
    for market in markets:
        starts = [span(place)[0] for place in market.places]
        assert starts == sorted(starts)
        for place in market.places:
            first, last = place.window
            assert 0 <= first <= span(place)[0] < span(place)[1] < last <= len(market.candles)


def test_some_patterns_end_at_the_last_candle(markets):
    at_the_edge = [
        market for market in markets if any(place.window[1] == len(market.candles) for place in market.places)
    ]
    assert len(at_the_edge) >= 3


def test_a_drawn_pattern_comes_before_a_clearer_one():
    candles = draw_series(np.random.default_rng(3), 160).candles
    everything = [place for kind in find_places(candles) for place in kind]
    weak = find_places(candles)[1][0]
    drawn_first = find_places(candles, [weak.window])
    assert weak.window in [place.window for place in drawn_first[0]]
    assert len(everything) > 2
