"""The reader of prices: what its answers mean, and that its loss is least for the truth."""

import pytest
import torch

from trainer.finder.price_reader import STRIDE, PriceReader, ReaderInTraining, read_heights, reading_loss
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


@pytest.mark.parametrize("height", [0.0, 0.5 / LINES, 1.0 - 0.5 / LINES, 1.0])
def test_a_price_at_the_edge_of_the_picture_can_be_learnt(height):
    """Half of a row is the least that can be read at either edge."""
    prices = torch.full((1, 5, 2), height)
    losses = reading_loss(torch.zeros(1, 2, LINES, 5), torch.zeros(1, 5), prices)
    assert losses["height_loss"] == pytest.approx(float(torch.tensor(float(LINES)).log()), abs=1e-4)
    edge = min(max(height, 0.5 / LINES), 1 - 0.5 / LINES)
    sure = torch.full((1, 2, LINES, 5), -30.0)
    sure[:, :, round(edge * LINES - 0.5)] = 30.0
    assert reading_loss(sure, torch.zeros(1, 5), prices)["height_loss"] < 0.1
    assert read_heights(sure)[0, 0, 0] == pytest.approx(edge, abs=1e-4)


def test_the_loss_asks_for_heights_and_for_where_there_is_a_price():
    prices = torch.tensor([[[0.3, 0.5], [float("nan"), 0.5]]])  # one height alone is no price
    rows, seen = torch.randn(1, 2, LINES, 2), torch.randn(1, 2)
    losses = reading_loss(rows, seen, prices)
    assert losses["loss"] == losses["height_loss"] + losses["presence_loss"]
    wanted = torch.tensor([[1.0, 0.0]])
    presence = torch.nn.functional.binary_cross_entropy_with_logits(seen, wanted)
    assert losses["presence_loss"] == pytest.approx(float(presence))


def test_the_two_columns_of_each_place_lie_beside_each_other():
    network = PriceReader().eval()
    with torch.inference_mode():
        network.heads.weight.zero_()
        network.heads.bias.copy_(torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]))  # highest, lowest, any price: two each
        rows, seen = network(torch.zeros(1, 3, ROWS, COLUMNS))
    assert rows[0, 0, 0].tolist() == [1.0, 2.0] * (COLUMNS // 2)
    assert rows[0, 1, -1].tolist() == [3.0, 4.0] * (COLUMNS // 2)
    assert seen[0].tolist() == [6.0, 7.0] * (COLUMNS // 2)  # by gain and offset, which begin at 1


def test_in_training_it_sees_pictures_as_they_are_stored():
    class Kept(torch.nn.Module):
        def forward(self, pixels):
            self.pixels = pixels
            return torch.zeros(1, 2, LINES, COLUMNS), torch.zeros(1, COLUMNS)

    model = ReaderInTraining()
    model.reader = Kept()
    pixels = torch.randint(0, 256, (1, ROWS, COLUMNS, 3), dtype=torch.uint8)
    model(pixels, torch.full((1, COLUMNS, 2), 0.5))
    assert model.reader.pixels.dtype == torch.float32
    for place in ((0, 0), (10, 400), (ROWS - 1, 3)):
        assert model.reader.pixels[(0, slice(None), *place)].tolist() == pixels[(0, *place)].tolist()
