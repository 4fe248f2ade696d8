"""Looks: recorded completely, drawn fairly, and never from anything but their own stream."""

import json
from dataclasses import fields, replace

import numpy as np
import pytest
from drawings import TRAINING

from dataset_builder.drawing.look import MARKS, NUISANCES, Look
from dataset_builder.drawing.page import PAGE_NUISANCES, Page
from dataset_builder.drawing.random_look import draw_look
from dataset_builder.styles import STYLES

TYPES = {"string": str, "int64": int, "float64": float, "bool": bool}
LOOKS = [draw_look(TRAINING, np.random.default_rng(seed)) for seed in range(3000)]


def share(condition) -> float:
    return float(np.mean([condition(look) for look in LOOKS]))


def test_nuisances_have_the_types_that_the_spec_says():
    for look in LOOKS[:500]:
        row = look.nuisances()
        assert list(row) == list(NUISANCES)
        for name, kind in NUISANCES.items():
            values = row[name] if isinstance(kind, list) else [row[name]]
            leaf = TYPES[kind[0] if isinstance(kind, list) else kind]
            assert isinstance(values, list) and all(type(value) is leaf for value in values), name
        assert json.loads(json.dumps(row)) == row


def test_every_field_is_recorded_but_two():
    assert {field.name for field in fields(Look)} - set(NUISANCES) == {"bars", "seed"}
    assert {f"page_{field.name}" for field in fields(Page)} >= set(PAGE_NUISANCES) - {"page", "page_size"}


def test_a_look_depends_on_its_stream_alone():
    first = draw_look(STYLES, np.random.default_rng(1))
    np.random.seed(3)
    assert draw_look(STYLES, np.random.default_rng(1)) == first != draw_look(STYLES, np.random.default_rng(2))


def test_shares_of_what_is_drawn():
    """Within three standard errors of the probabilities that the file states."""
    assert share(lambda look: look.frame == "pattern") == pytest.approx(0.7, abs=0.03)
    assert share(lambda look: look.jpeg > 0) == pytest.approx(0.15, abs=0.03)
    assert share(lambda look: look.width == look.height == 224) == pytest.approx(0.3, abs=0.03)
    assert share(lambda look: len(look.crosshair) == 2) == pytest.approx(0.04, abs=0.012)
    assert 0.2 < share(lambda look: look.volume != "none") < 0.4
    assert 0.3 < share(lambda look: sum(look.background) < 300) < 0.42  # 0.30 of the real crops are dark
    assert {look.marks for look in LOOKS} == {"none", *MARKS}


# Numbers drawn evenly from one end to the other; of logarithms where it says so.
EVEN = [
    ("fill", lambda look: look.fill, 0.58, 1.0),
    ("before", lambda look: look.before, 0.0, 0.85),
    ("log of room", lambda look: np.log(look.room), np.log(0.03), np.log(0.3)),
    ("volume_share", lambda look: look.volume_share, 0.1, 0.22),
    ("blur, if any", lambda look: look.blur if look.blur > 1 else None, 1.0, 2.2),
    ("cut at the left, if any", lambda look: look.cut[0] if any(look.cut) else None, 0.0, 1.5),
    ("cut at the right, if any", lambda look: look.cut[1] if any(look.cut) else None, 0.0, 1.0),
    ("left margin, if any", lambda look: look.margins[0] or None, 0.0, 0.07),
    ("top margin", lambda look: look.margins[1], 0.01, 0.13),
    ("JPEG quality, if any", lambda look: look.jpeg or None, 45, 95),
    ("sessions, if any", lambda look: look.sessions or None, 6, 30),
    ("log of the screen's area, if not the picture's", lambda look: area(look), *np.log([0.5**2, 1.9**2])),
    ("log of the screen's shape, if not square", lambda look: shape(look), *np.log([0.42, 2.0])),
]  # fmt: skip


def area(look) -> float | None:
    return np.log(look.width * look.height / 224**2) if look.width != look.height else None


def shape(look) -> float | None:
    return np.log(look.width / look.height) if look.width != look.height else None


@pytest.mark.parametrize(("value", "low", "high"), [case[1:] for case in EVEN], ids=[case[0] for case in EVEN])
def test_what_is_drawn_evenly_spans_its_range(value, low, high):
    found = np.array([drawn for look in LOOKS if (drawn := value(look)) is not None], float)
    slack = 0.02 * (high - low)  # of rounding
    assert low - slack <= found.min() <= low + 0.15 * (high - low)
    assert high - 0.15 * (high - low) <= found.max() <= high + slack
    error = (high - low) / 12**0.5 / len(found) ** 0.5
    whole = 0.5 if np.allclose(found, np.rint(found)) else 0.0  # numbers below the upper end: half of one less
    assert found.mean() == pytest.approx((low + high) / 2 - whole, abs=4 * error + slack / 4)
    assert found.std() == pytest.approx((high - low) / 12**0.5, rel=0.12)


@pytest.mark.parametrize(("condition", "probability"), [
    (lambda look: look.snapped, 0.6), (lambda look: look.blur > 1, 0.55), (lambda look: any(look.cut), 0.3),
    (lambda look: look.bollinger, 0.04), (lambda look: look.last_price, 0.12), (lambda look: look.watermark, 0.05),
    (lambda look: look.legend, 0.06), (lambda look: look.stray_lines > 0, 0.08), (lambda look: look.words > 0, 0.08),
    (lambda look: look.margins[0] > 0, 0.3),
])  # fmt: skip
def test_what_happens_by_chance_happens_as_often_as_stated(condition, probability):
    error = (probability * (1 - probability) / len(LOOKS)) ** 0.5
    assert share(condition) == pytest.approx(probability, abs=3.5 * error)


@pytest.mark.parametrize(
    ("option", "has", "probability"),
    [("sessions", lambda look: look.sessions > 0, 0.85), ("grid", lambda look: look.grid[0] > 0, 0.8)],
)
def test_styles_with_a_colour_for_something_show_it_as_often_as_stated_and_others_never(option, has, probability):
    charts = 1000
    for style in (next(style for style in STYLES if style.sessions), replace(STYLES[0], **{option: None})):
        drawn = [has(draw_look((style,), np.random.default_rng(seed))) for seed in range(charts)]
        expected = probability if getattr(style, option) else 0.0
        assert np.mean(drawn) == pytest.approx(expected, abs=3.5 * (expected * (1 - expected) / charts) ** 0.5)


def test_lines_and_words_are_one_to_a_few():
    assert {look.grid[0] for look in LOOKS} == {0, *range(2, 8)} and {look.grid[1] for look in LOOKS} == set(range(8))
    assert {look.stray_lines for look in LOOKS} == {0, 1, 2, 3}
    assert {look.words for look in LOOKS} == {0, 1, 2}
    assert {len(look.averages) for look in LOOKS} == {0, 1, 2}


@pytest.mark.parametrize(
    ("option", "field"), [("axes", "axes"), ("volume", "volume"), ("averages", "averages"), ("marks", "marks")]
)
def test_a_style_says_how_often_its_charts_have_something(option, field):
    for often in (0.0, 0.35, 1.0):
        style = replace(TRAINING[0], **{option: often})
        drawn = [getattr(draw_look((style,), np.random.default_rng(seed)), field) for seed in range(500)]
        assert np.mean([value not in (False, "none", ()) for value in drawn]) == pytest.approx(often, abs=0.08)


def test_numbers_of_candles_lean_to_many():
    """Where there is room: from 20 to 120, the logarithm by the power 0.57 of an even number, so 67 in the middle."""
    shares = [
        np.log(draw_look(TRAINING, np.random.default_rng(seed), 1024).bars / 20) / np.log(6) for seed in range(1500)
    ]
    assert np.quantile(shares, [0.1, 0.25, 0.5, 0.75, 0.9]) == pytest.approx(
        np.array([0.1, 0.25, 0.5, 0.75, 0.9]) ** 0.57, abs=0.035
    )
    assert np.mean(shares) == pytest.approx(1 / 1.57, abs=0.02)


def test_styles_come_by_their_weights():
    total = sum(style.weight for style in TRAINING)
    for style in TRAINING:
        assert share(lambda look, style=style: look.style is style) == pytest.approx(style.weight / total, abs=0.03)


def test_some_charts_show_rises_in_red():
    light = next(style for style in TRAINING if style.name == "tradingview_light")
    swapped = [draw_look((light,), np.random.default_rng(seed)).up[0] > 150 for seed in range(1500)]
    assert np.mean(swapped) == pytest.approx(0.06, abs=0.02)


@pytest.mark.parametrize("size", [32, 64, 224, 1024])
def test_candles_have_room_at_every_size(size):
    for seed in range(300):
        look = draw_look(TRAINING, np.random.default_rng(seed), size)
        room = size * (1 - look.margins[0] - look.margins[2])
        assert 20 <= look.bars <= 120
        assert 1 <= room / look.bars * look.body_width <= room / look.bars
