"""A network that reads a screenshot: is there a price in a column of pixels, and between which heights?

A convolutional network sees the strokes, and a transformer over its coarsest map sees the page: which of the panes,
lines and bars are the price. Reads ``ROWS`` x ``COLUMNS`` pixels, to which every screenshot is squeezed.
"""

from __future__ import annotations

import itertools
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from trainer.finder.sizes import COLUMNS, ROWS

STRIDE = 2  # rows of the squeezed screenshot in one row of the answer; a column is a column
CHANNELS = (16, 24, 48, 72, 112)  # at 1/2, 1/4, … 1/32 of the size
NEAR = 2  # rows on each side of the most probable one that the height is the mean of


def block(before: int, after: int, stride: int = 1) -> nn.Sequential:
    """A convolution with normalisation."""
    return nn.Sequential(nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU())


class Residual(nn.Module):
    """Two convolutions that are added to what they are given."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            block(channels, channels), nn.Conv2d(channels, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels)
        )

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """[batch, channels, height, width] → the same shape."""
        return functional.relu(maps + self.body(maps))


class PriceReader(nn.Module):
    """Screenshots → for each column logits of the rows of the highest and lowest price, and whether there is one."""

    positions: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        self.stem = block(3, CHANNELS[0], 2)
        self.down = nn.ModuleList(
            nn.Sequential(block(before, after, 2), Residual(after), *([Residual(after)] if after > CHANNELS[1] else []))
            for before, after in itertools.pairwise(CHANNELS)
        )
        width = CHANNELS[-1]
        self.positions = nn.Parameter(torch.randn(1, (ROWS // 32) * (COLUMNS // 32), width) * 0.02)
        layer = nn.TransformerEncoderLayer(width, 4, 2 * width, dropout=0.0, batch_first=True, norm_first=True)
        self.page = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.side = nn.ModuleList(
            nn.Conv2d(before, after, 1) for before, after in zip(CHANNELS[1:], CHANNELS, strict=False)
        )
        self.up = nn.ModuleList(block(channels, channels) for channels in CHANNELS[:-1])
        # Two columns for each column of the half-size map, and for each of them: highest, lowest, and any price.
        self.heads = nn.Conv2d(CHANNELS[0], 6, 3, 1, 1)
        self.gain = nn.Parameter(torch.ones(2))  # a column has a price if the best row's logit is high: gain and offset

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Float pixels [batch, 3, ROWS, COLUMNS], 0 to 255 → row logits [batch, 2, ROWS / 2, COLUMNS] of the highest
        and the lowest price, and logits [batch, COLUMNS] of whether a column has a price."""
        maps = [self.stem(pixels / 127.5 - 1)]
        for stage in self.down:
            maps.append(stage(maps[-1]))
        deep = maps[-1]
        tokens = self.page(deep.flatten(2).transpose(1, 2) + self.positions)
        deep = tokens.transpose(1, 2).reshape(deep.shape)
        for level in range(len(CHANNELS) - 2, -1, -1):
            small = self.side[level](deep)
            deep = self.up[level](maps[level] + functional.interpolate(small, scale_factor=2.0, mode="nearest"))
        drawn = self.heads(deep)
        batch, _, rows, half = drawn.shape
        drawn = drawn.reshape(batch, 3, 2, rows, half).permute(0, 1, 3, 4, 2).reshape(batch, 3, rows, 2 * half)
        seen = self.gain[0] * drawn[:, 2].amax(dim=1) + self.gain[1]
        return drawn[:, :2], seen


def reading_loss(rows: torch.Tensor, seen: torch.Tensor, prices: torch.Tensor) -> dict[str, torch.Tensor]:
    """The losses against ``prices`` [batch, COLUMNS, 2], in shares of the height, NaN where there is no price."""
    drawn = ~prices.isnan().any(dim=2)
    place = prices.nan_to_num().transpose(1, 2) * rows.shape[2] - 0.5  # [batch, 2, COLUMNS], in rows
    place = place.clamp(0, rows.shape[2] - 1.001)
    low = place.floor().long()
    share = place - low
    chances = rows.float().log_softmax(dim=2)
    at, after = (chances.gather(2, (low + step).unsqueeze(2)).squeeze(2) for step in (0, 1))
    losses = -((1 - share) * at + share * after)
    weight = drawn.unsqueeze(1).float()
    height = (losses * weight).sum() / weight.sum().clamp(min=1) / 2
    presence = functional.binary_cross_entropy_with_logits(seen.float(), drawn.float())
    return {"loss": height + presence, "height_loss": height, "presence_loss": presence}


def read_heights(rows: torch.Tensor) -> torch.Tensor:
    """Row logits [batch, 2, rows, COLUMNS] → heights [batch, 2, COLUMNS] in shares of the picture's height.

    The mean of the rows near the most probable one, weighted by their probabilities.
    """
    number = rows.shape[2]
    best = rows.argmax(dim=2, keepdim=True)
    index = torch.arange(number, device=rows.device).view(1, 1, number, 1)
    weight = torch.where((index - best).abs() <= NEAR, rows, torch.full_like(rows, -1e4)).softmax(dim=2)
    return ((index + 0.5) * weight).sum(dim=2) / number


class ReaderInTraining(nn.Module):
    """The reader with its loss, as the Trainer wants it."""

    def __init__(self) -> None:
        super().__init__()
        self.reader = PriceReader()

    def forward(self, pixels: torch.Tensor, prices: torch.Tensor, **_: Any) -> dict[str, torch.Tensor]:
        """``pixels`` uint8 [batch, ROWS, COLUMNS, 3], ``prices`` as in ``reading_loss``."""
        rows, seen = self.reader(pixels.permute(0, 3, 1, 2).float())
        return reading_loss(rows, seen, prices)
