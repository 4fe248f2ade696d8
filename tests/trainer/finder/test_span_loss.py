"""The loss of the finder of spans: which places answer for a pattern, for which of two, and what an error costs."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as some

from trainer.finder.span_net import SpanNet, SpansInTraining, Truth, price_channels, span_loss

COLUMNS = 512
# Columns in a place of each map, and the lengths of the patterns that the map answers for, with a part of the others'.
MAPS = {4: (0, 36 * 1.3), 8: (36 / 1.3, 80 * 1.3), 16: (80 / 1.3, 180 * 1.3), 32: (180 / 1.3, float("inf"))}
NET = SpanNet(3, COLUMNS)  # of which the loss reads the places of the maps only


@pytest.fixture
def net():
    return NET


def truth(*patterns):
    """Patterns (label, start, stop, clear) of one chart."""
    labels, starts, stops, clear = zip(*patterns, strict=True)
    spans = torch.tensor([list(zip(starts, stops, strict=True))], dtype=torch.float32)
    return Truth(torch.tensor([labels]), spans, torch.tensor([clear]))


def losses_of(net, wanted, spans=None, scores=None, weights=(1.0, 1.0, 1.0)):
    spans = torch.zeros(1, len(net.centres), 2) if spans is None else spans
    scores = torch.zeros(1, len(net.centres), 3) if scores is None else scores
    return span_loss(net, scores, spans, wanted, torch.tensor(weights))


def everywhere(net, start, stop):
    return torch.tensor([start, stop], dtype=torch.float32).expand(1, len(net.centres), 2).clone()


@given(some.floats(0, 500), some.floats(4, 400))
@settings(max_examples=60)
def test_the_places_near_the_middle_in_the_maps_for_that_length_answer(start, length):
    net = NET
    spans = everywhere(net, -9.0, -8.0).requires_grad_()
    losses_of(net, truth((1, start, start + length, True)), spans)["placing_loss"].backward()
    answering = (spans.grad != 0).any(dim=2)[0].tolist()
    middle = start + length / 2
    for centre, step, answers in zip(net.centres.tolist(), net.steps.tolist(), answering, strict=True):
        room = max(0.2 * length, 0.75 * step)
        least, most = MAPS[int(step)]
        if min(abs(abs(centre - middle) - room), abs(length - least), abs(length - most)) > 1e-3:  # of rounding
            assert answers == (abs(centre - middle) < room and least < length < most)


@pytest.mark.parametrize("label", [-1, -2])
def test_no_place_answers_for_what_is_no_pattern(net, label):
    losses = losses_of(net, truth((label, 100.0, 140.0, True)), everywhere(net, 0, 9))
    assert losses["placing_loss"] == losses["overlap"] == 0


@pytest.mark.parametrize("order", [1, -1])
def test_a_place_between_two_answers_for_the_clear_one(net, order):
    clear, under = (1, 100.0, 140.0, True), (2, 102.0, 142.0, False)
    wanted = truth(*(clear, under)[::order])
    spans = everywhere(net, 102, 142)
    assert losses_of(net, wanted, spans)["placing_loss"] > 0.1
    spans[:, (net.centres - 120).abs() <= torch.maximum(torch.tensor(8.0), 0.75 * net.steps)] = torch.tensor(
        [100.0, 140]
    )
    assert losses_of(net, wanted, spans)["placing_loss"] < 1e-6


def test_of_two_clear_ones_it_answers_for_the_one_whose_middle_is_nearer(net):
    spans = everywhere(net, 100, 140)
    spans[:, net.centres > 122.5] = torch.tensor([105.0, 145.0])
    assert losses_of(net, truth((1, 100.0, 140.0, True), (1, 105.0, 145.0, True)), spans)["placing_loss"] < 1e-6


def test_a_span_beside_the_pattern_costs_more_the_farther_it_is(net):
    """Overlap alone would not tell in which direction to go."""
    wanted = truth((1, 200.0, 240.0, True))
    costs = [float(losses_of(net, wanted, everywhere(net, at, at + 40))["placing_loss"]) for at in (245, 300, 400)]
    assert costs[0] + 0.5 < costs[1] and costs[1] + 0.5 < costs[2]


def test_the_weight_of_a_class_counts_where_its_pattern_is_and_nowhere_else(net):
    nothing, one = truth((-1, 0.0, 0.0, True)), truth((1, 100.0, 140.0, True))
    spans = everywhere(net, 100, 140)
    plain = losses_of(net, nothing, spans)["naming_loss"]
    assert losses_of(net, nothing, spans, weights=(5.0, 5.0, 5.0))["naming_loss"] == plain
    before, other, own = (
        float(losses_of(net, one, spans, weights=weights)["naming_loss"])
        for weights in ((1.0, 1.0, 1.0), (3.0, 1.0, 3.0), (1.0, 3.0, 1.0))
    )
    assert other == before < own


def test_the_loss_asks_for_names_and_places(net):
    losses = losses_of(net, truth((1, 100.0, 140.0, True)), everywhere(net, 90, 140))
    assert losses["loss"] == 2 * losses["naming_loss"] + losses["placing_loss"]
    assert losses["overlap"] == pytest.approx(0.8)  # of each place that answers


def test_spans_begin_around_their_places_and_as_long_as_the_steps_of_their_maps():
    """A place head that says nothing gives a span of five steps around the place, but none beyond the chart."""
    net = SpanNet(3, COLUMNS)
    torch.nn.init.zeros_(net.place[2].weight)
    torch.nn.init.zeros_(net.place[2].bias)
    with torch.inference_mode():
        _, spans = net(torch.randn(1, 4, COLUMNS))
    half = 2 * torch.nn.functional.softplus(torch.tensor(1.0)) * net.steps
    assert torch.allclose(spans[0, :, 0], (net.centres - half).clamp(min=0))
    assert torch.allclose(spans[0, :, 1], (net.centres + half).clamp(max=COLUMNS))
    for step in MAPS:
        centres = net.centres[net.steps == step].tolist()
        assert centres == [(place + 0.5) * step for place in range(COLUMNS // step)]


def test_a_column_of_which_one_height_is_missing_has_no_price():
    model = SpansInTraining(3, 128)
    prices = torch.rand(1, 128, 1).cumsum(dim=1) + torch.tensor([0.0, 1.0])
    rest = {"labels": torch.tensor([[1]]), "spans": torch.tensor([[[40.0, 80.0]]]), "clear": torch.tensor([[True]])}
    half, whole = prices.clone(), prices.clone()
    half[0, 30:50, 1], whole[0, 30:50] = float("nan"), float("nan")
    with torch.inference_mode():
        assert model(half, **rest)["loss"] == model(whole, **rest)["loss"] != model(prices, **rest)["loss"]


def test_a_common_class_counts_a_quarter_at_least():
    shares = (0.91, *[0.01] * 9)
    assert SpansInTraining(10, 128, shares).weights.tolist() == pytest.approx([1 / 4, *[4.0] * 9])


def test_the_channels_are_middle_half_range_presence_and_place():
    """Of prices from 20 to 60, y downwards, in the second to the last of four columns."""
    high, low = torch.tensor([[0.0, 20.0, 30.0, 40.0]]), torch.tensor([[0.0, 40.0, 50.0, 60.0]])
    middle, half, seen, place = price_channels(high, low, torch.tensor([[0.0, 1.0, 1.0, 1.0]]))[0].tolist()
    assert middle == pytest.approx([0, 4 * 0.25, 0, 4 * -0.25])  # -2 to 2 over the range of the prices
    assert half == pytest.approx([0, *[8 * 10 / 40] * 3])
    assert seen == [0, 1, 1, 1]
    assert place == pytest.approx([0, 2 * (1 / 3 - 0.5), 2 * (2 / 3 - 0.5), 1])  # counted in columns with a price
