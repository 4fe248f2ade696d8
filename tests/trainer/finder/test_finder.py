"""From what two networks say to boxes: which price a span encloses, and which of two spans that overlap is kept."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as some
from torch import nn

from trainer.finder.finder import MOST, SAME, SEEN, Candidates, Finder, Read, squeeze, strongest
from trainer.finder.price_reader import STRIDE
from trainer.finder.sizes import COLUMNS, ROWS
from trainer.finder.span_net import INPUTS, overlap

LINES = ROWS // STRIDE


class Says(nn.Module):
    """A network that says the same of every input, and keeps the input."""

    def __init__(self, *answers: torch.Tensor) -> None:
        super().__init__()
        self.answers = answers

    def forward(self, given: torch.Tensor) -> tuple[torch.Tensor, ...]:
        self.given = given
        return self.answers


def row_logits(high: int, low: int) -> torch.Tensor:
    """Row logits [1, 2, LINES, COLUMNS] that are sure of one row for the highest and one for the lowest price."""
    logits = torch.full((1, 2, LINES, COLUMNS), -30.0)
    logits[:, 0, high], logits[:, 1, low] = 30.0, 30.0
    return logits


@pytest.mark.parametrize(("first", "second"), [(40, 90), (90, 40)])
def test_the_highest_price_is_above_the_lowest_whichever_the_network_says_first(first, second):
    read = Finder(Says(row_logits(first, second), torch.zeros(1, COLUMNS)), nn.Identity()).read(torch.empty(0))
    assert read.high[0].tolist() == pytest.approx([40.5 / LINES] * COLUMNS)
    assert read.low[0].tolist() == pytest.approx([90.5 / LINES] * COLUMNS)


def test_a_column_is_read_from_even_odds_on():
    seen = torch.linspace(-4, 4, COLUMNS)[None]
    read = Finder(Says(row_logits(40, 90), seen), nn.Identity()).read(torch.empty(0))
    assert SEEN == 0.5 and read.seen.tolist() == (seen >= 0).float().tolist()


shares = some.integers(0, 40).map(lambda number: number / 40)
ends = some.integers(0, 24).map(lambda number: number / 2)  # close together, so that prices lie at both ends


@given(
    spans=some.lists(some.tuples(ends, ends).map(sorted), min_size=1, max_size=5),
    known=some.dictionaries(some.integers(0, 11), some.tuples(shares, shares).map(sorted), max_size=20),
)
@settings(max_examples=60)
def test_a_box_has_the_sides_of_its_span_and_encloses_the_prices_that_were_read_in_it(spans, known):
    high, low, seen = torch.full((1, COLUMNS), -9.0), torch.full((1, COLUMNS), 9.0), torch.zeros(1, COLUMNS)
    for column, (top, bottom) in known.items():
        high[0, column], low[0, column], seen[0, column] = top, bottom, 1
    network = Says(torch.full((1, len(spans), 2), 1.0), torch.tensor([spans]))
    boxes, scores = Finder(nn.Identity(), network).look(Read(high, low, seen))
    assert network.given.shape == (1, INPUTS, COLUMNS)
    for (start, stop), box, score in zip(spans, boxes.tolist(), scores.tolist(), strict=True):
        inside = [prices for column, prices in known.items() if start <= column + 0.5 <= stop]
        assert (box[0], box[2]) == (start / COLUMNS, stop / COLUMNS)
        if inside:
            assert box[1] == pytest.approx(min(top for top, _ in inside))
            assert box[3] == pytest.approx(max(bottom for _, bottom in inside))
            assert score == pytest.approx([1 / (1 + np.exp(-1))] * 2)
        else:
            assert score == [0, 0]


def candidates(spans: list[tuple[int, int]], scores: list[float]) -> Candidates:
    """Boxes over these columns; heights that would say something else of which of them overlap."""
    boxes = [(start, 10.0 * place, stop, 10.0 * place + 1) for place, (start, stop) in enumerate(spans)]
    chances = torch.zeros(len(spans), 3)
    for place, score in enumerate(scores):
        chances[place, place % 3] = score
    return Candidates(torch.tensor(boxes, dtype=torch.float32), chances)


@given(
    some.lists(
        some.tuples(some.integers(0, 12), some.integers(1, 8), some.integers(1, 99)),
        min_size=1,
        max_size=12,
        unique_by=lambda each: each[2],
    ),
    some.integers(1, 6),
)
@settings(max_examples=150)
def test_a_span_is_kept_unless_a_surer_one_that_is_kept_overlaps_by_half(given_spans, most):
    spans = [(start, start + length) for start, length, _ in given_spans]
    chances = [percent / 100 for _, _, percent in given_spans]
    expected: list[int] = []
    for place in sorted(range(len(spans)), key=lambda place: -chances[place]):
        columns = set(range(*spans[place]))
        if all(
            len(columns & set(range(*spans[other]))) < 0.5 * len(columns | set(range(*spans[other])))
            for other in expected
        ):
            expected.append(place)
    boxes, labels, scores = strongest(candidates(spans, chances), most=most)
    expected = expected[:most]
    assert [tuple(box) for box in boxes[:, [0, 2]].int().tolist()] == [spans[place] for place in expected]
    assert labels.tolist() == [place % 3 for place in expected]
    assert scores.tolist() == pytest.approx([chances[place] for place in expected])


def test_no_more_than_20_are_kept_unless_asked_for():
    spans = [(10 * place, 10 * place + 9) for place in range(30)]
    found = candidates(spans, [place / 30 for place in range(30)])
    boxes, _, scores = strongest(found)
    assert (MOST, SAME) == (20, 0.5) and len(boxes) == 20
    assert scores.tolist() == sorted(scores.tolist(), reverse=True) and scores[0] == pytest.approx(29 / 30)
    assert overlap(boxes[0, [0, 2]], boxes[1, [0, 2]]) == 0


def test_a_screenshot_keeps_its_sides_and_colours_when_it_is_squeezed():
    picture = torch.zeros(60, 90, 3, dtype=torch.uint8)
    picture[:, :45, 0], picture[:30, :, 1], picture[:, :, 2] = 200, 100, 7
    seen = squeeze(picture)
    assert seen.shape == (1, 3, ROWS, COLUMNS) and seen.dtype == torch.float32
    left, upper = COLUMNS // 2 - 8, ROWS // 2 - 8
    assert (seen[0, 0, :, :left] == 200).all() and (seen[0, 0, :, -left:] == 0).all()
    assert (seen[0, 1, :upper] == 100).all() and (seen[0, 1, -upper:] == 0).all() and (seen[0, 2] == 7).all()
