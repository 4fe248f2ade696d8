"""How a chart looks says nothing about its class, and the shares of found charts and pages are those asked for."""

import numpy as np
import pytest
from scipy.stats import ks_2samp

from dataset_builder.audit.leaks import nuisance_table
from dataset_builder.charts import sample
from dataset_builder.charts.labels import draw_accepted
from dataset_builder.charts.sample import BESIDE, NO_CHART, UNSELECTED, settle
from dataset_builder.charts.variety import Variety
from dataset_builder.market.series import RANDOM
from dataset_builder.patterns import PATTERNS

NAMES = [pattern.name for pattern in PATTERNS]
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
