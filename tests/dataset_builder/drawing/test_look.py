"""Looks: recorded completely, drawn fairly, and never from anything but their own stream."""

import json
from dataclasses import fields

import numpy as np
import pytest
from drawings import TRAINING

from dataset_builder.drawing.look import MARKS, NUISANCES, Look
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
