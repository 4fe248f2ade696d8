"""The network of spans: its inputs do not depend on scale, and its loss asks for the right places."""

import pytest
import torch

from trainer.finder.span_net import (
    LEVELS,
    OVERLAPPED,
    SpanNet,
    SpansInTraining,
    Truth,
    overlap,
    price_channels,
    span_loss,
)

COLUMNS = 128


@pytest.fixture(scope="module")
def net():
    torch.manual_seed(0)
    return SpanNet(3, COLUMNS)


def truth(*patterns):
    """Patterns (label, start, stop, clear) of one chart."""
    labels, starts, stops, clear = zip(*patterns, strict=True)
    spans = torch.tensor([list(zip(starts, stops, strict=True))], dtype=torch.float32)
    return Truth(torch.tensor([labels]), spans, torch.tensor([clear]))


def test_prices_are_seen_alike_on_every_scale():
    high = torch.rand(2, COLUMNS) * 50
    low, seen = high + 10, (torch.rand(2, COLUMNS) > 0.2).float()
    assert torch.allclose(price_channels(high, low, seen), price_channels(3 * high + 7, 3 * low + 7, seen), atol=1e-5)


def test_a_column_without_a_price_says_nothing():
    high, seen = torch.rand(1, COLUMNS), torch.ones(1, COLUMNS)
    seen[:, 40:60] = 0
    other = high.clone()
    other[:, 40:60] = 99.0
    assert torch.equal(price_channels(high, high + 1, seen), price_channels(other, other + 1, seen))


def test_a_chart_without_any_price_is_finite(net):
    scores, spans = net(price_channels(*torch.zeros(3, 1, COLUMNS)))
    assert scores.isfinite().all()
    assert spans.isfinite().all()


def test_every_map_has_its_places(net):
    scores, spans = net(torch.zeros(2, 4, COLUMNS))
    places = sum(COLUMNS // step for step in LEVELS)
    assert scores.shape == (2, places, 3)
    assert spans.shape == (2, places, 2)
    assert (spans[..., 0] <= spans[..., 1]).all()
    assert spans.min() >= 0
    assert spans.max() <= COLUMNS


def test_overlap_is_intersection_over_union():
    one, other = torch.tensor([0.0, 10.0]), torch.tensor([[5.0, 15.0], [0.0, 10.0], [20.0, 30.0]])
    assert overlap(one, other).tolist() == pytest.approx([1 / 3, 1, 0])


def loss_of(net, wanted, scores, spans):
    return span_loss(net, scores, spans, wanted, torch.ones(3))


def right_answers(net, wanted):
    """Scores and spans that say what is there, at every place."""
    label, (start, stop) = int(wanted.labels[0, 0]), wanted.spans[0, 0].tolist()
    spans = torch.tensor([start, stop]).expand(1, len(net.centres), 2).clone()
    scores = torch.full((1, len(net.centres), 3), -9.0)
    middle = (start + stop) / 2
    answering = (net.centres - middle).abs() <= 0.2 * (stop - start)
    scores[0, answering & (net.steps <= 8), label] = 9.0  # the two maps that spans of 40 columns belong to
    return scores, spans


def test_the_right_answer_costs_less_than_another_name_or_place(net):
    wanted = truth((1, 40.0, 80.0, True))
    scores, spans = right_answers(net, wanted)
    right = loss_of(net, wanted, scores, spans)
    assert right["placing_loss"] < 1e-5
    assert loss_of(net, wanted, scores.roll(1, dims=2), spans)["naming_loss"] > right["naming_loss"] + 1
    assert loss_of(net, wanted, scores, spans + 15)["placing_loss"] > 0.3


def test_where_a_pattern_is_cut_off_no_answer_is_wrong(net):
    nothing, cut = truth((-1, 0.0, 0.0, False)), truth((-2, 0.0, float(COLUMNS), True))
    said = torch.full((1, len(net.centres), 3), 5.0)
    spans = torch.zeros(1, len(net.centres), 2)
    assert loss_of(net, cut, said, spans)["naming_loss"] == 0
    assert loss_of(net, nothing, said, spans)["naming_loss"] > 10


def test_a_span_under_a_clearer_one_is_wanted_less(net):
    clear, under = truth((1, 40.0, 80.0, True)), truth((1, 40.0, 80.0, False))
    scores, spans = right_answers(net, clear)
    sure = torch.logit(torch.tensor(OVERLAPPED))
    less = torch.where(scores > 0, sure, scores)
    assert loss_of(net, under, less, spans)["naming_loss"] < loss_of(net, under, scores, spans)["naming_loss"]
    assert loss_of(net, clear, scores, spans)["naming_loss"] < loss_of(net, clear, less, spans)["naming_loss"]


def test_a_rare_class_counts_more():
    model = SpansInTraining(3, COLUMNS, (0.9, 0.09, 0.01))
    assert model.weights.tolist() == pytest.approx([1 / 2.7, 1 / 0.27, 4.0])


def test_it_learns_one_chart():
    torch.manual_seed(1)
    model = SpansInTraining(3, COLUMNS)
    prices = torch.rand(1, COLUMNS, 1).cumsum(dim=1) + torch.tensor([0.0, 1.0])
    batch = {
        "prices": prices,
        "labels": torch.tensor([[2, -1]]),
        "spans": torch.tensor([[[30.0, 70.0], [0.0, 0.0]]]),
        "clear": torch.tensor([[True, False]]),
    }
    optimizer = torch.optim.AdamW(model.parameters(), 1e-3)
    for _ in range(120):
        optimizer.zero_grad()
        model(**batch)["loss"].backward()
        optimizer.step()
    seen = torch.ones(1, COLUMNS)
    scores, spans = model.eval().net(price_channels(prices[..., 0], prices[..., 1], seen))
    best = int(scores[0].amax(dim=1).argmax())
    assert int(scores[0, best].argmax()) == 2
    assert spans[0, best].tolist() == pytest.approx([30, 70], abs=4)
