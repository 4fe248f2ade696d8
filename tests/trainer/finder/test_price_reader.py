"""The reader of prices: what its answers mean, and that its loss is least for the truth."""

import pytest
import torch

from trainer.finder.price_reader import STRIDE, PriceReader, read_heights, reading_loss
from trainer.finder.sizes import COLUMNS, ROWS

LINES = ROWS // STRIDE


def sure_of(heights):
    """Row logits that say these heights [batch, 2, columns], in shares."""
    place = heights * LINES - 0.5
    low = place.floor()
    index = torch.arange(LINES).view(1, 1, LINES, 1)
    share = (place - low).unsqueeze(2)
    at, after = (index == low.unsqueeze(2)), (index == low.unsqueeze(2) + 1)
    return torch.where(at, torch.log(1 - share), torch.where(after, torch.log(share), torch.tensor(-30.0)))


def test_heights_are_read_between_the_rows():
    heights = torch.rand(2, 2, 7) * 0.9 + 0.05
    assert torch.allclose(read_heights(sure_of(heights)), heights, atol=1e-4)


def test_a_far_second_guess_does_not_pull_the_height():
    logits = torch.full((1, 2, LINES, 1), -30.0)
    logits[:, :, 20], logits[:, :, 140] = 2.0, 1.5
    assert read_heights(logits).flatten().tolist() == pytest.approx([20.5 / LINES] * 2, abs=1e-4)


def test_the_truth_costs_least():
    prices = torch.rand(1, 9, 2) * 0.8 + 0.1
    prices[0, 3] = float("nan")
    seen = torch.where(prices.isnan().any(dim=2), -20.0, 20.0)
    right = sure_of(prices.nan_to_num(0.5).transpose(1, 2))
    least = reading_loss(right, seen, prices)
    assert least["presence_loss"] < 1e-6
    assert reading_loss(right, -seen, prices)["presence_loss"] > 10
    assert reading_loss(right.roll(3, dims=2), seen, prices)["height_loss"] > least["height_loss"] + 3
    elsewhere = right.clone()
    elsewhere[..., 3] = 0.0  # where there is no price, no height is wrong
    assert reading_loss(elsewhere, seen, prices)["height_loss"] == pytest.approx(float(least["height_loss"]))


def test_it_answers_for_each_column():
    network = PriceReader().eval()
    with torch.inference_mode():
        rows, seen = network(torch.zeros(1, 3, ROWS, COLUMNS))
    assert rows.shape == (1, 2, LINES, COLUMNS)
    assert seen.shape == (1, COLUMNS)
