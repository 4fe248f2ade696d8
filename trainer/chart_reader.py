"""The model in training: a ViT that also reads the chart. Only the ViT is kept when training ends."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional
from transformers import ViTForImageClassification


class ReadingHead(nn.Module):
    """Patch tokens → the highest and lowest drawn pixel in each column of patches, as fractions of the height.

    Each token says how surely the extreme lies in its patch, and where in it; a softmax over the column's patches
    makes one height of that. So a token answers for its own place. (Heights from the mean of a column's tokens were
    twice as far off after 4,500 charts, 0.21 of the height against 0.11, and labels were not learnt at all.)
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.score = nn.Linear(width, 2)
        self.offset = nn.Linear(width, 2)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """[batch, grid * grid, width], row by row → [batch, grid, 2]."""
        grid = round(tokens.shape[1] ** 0.5)
        columns = tokens.unflatten(1, (grid, grid))  # [batch, row, column, width]
        weights = self.score(columns).float().softmax(dim=1)
        middles = torch.arange(0.5, grid, device=tokens.device).view(1, grid, 1, 1)
        heights = (middles + self.offset(columns).float()) / grid
        return (weights * heights).sum(dim=1)


class ChartReader(nn.Module):
    """A ViT with the losses that train it: the label's, and ``read_chart`` times the reading's.

    More dense targets get their head here, and their numbers from ``targets.py``.
    """

    def __init__(self, model: ViTForImageClassification, read_chart: float = 0.0, label_smoothing: float = 0.0) -> None:
        super().__init__()
        self.model = model
        self.read_chart = read_chart
        self.label_smoothing = label_smoothing
        self.reading = ReadingHead(model.config.hidden_size) if read_chart else None

    def forward(
        self, pixel_values: torch.Tensor, labels: torch.Tensor, high_low: torch.Tensor | None = None
    ) -> dict[str, torch.Tensor]:
        """Returns ``logits`` [batch, classes] and ``loss``; with ``high_low`` also its two parts, for the log."""
        hidden = self.model.vit(pixel_values).last_hidden_state
        logits = self.model.classifier(hidden[:, 0]).float()
        label_loss = functional.cross_entropy(logits, labels, label_smoothing=self.label_smoothing)
        if self.reading is None or high_low is None:
            return {"loss": label_loss, "logits": logits}
        reading_loss = _reading_loss(self.reading(hidden[:, 1:]), high_low)
        loss = label_loss + self.read_chart * reading_loss
        return {"loss": loss, "logits": logits, "label_loss": label_loss, "reading_loss": reading_loss}

    def gradient_checkpointing_enable(self, **options) -> None:
        """For ``--gradient-checkpointing``, which the Trainer asks of the model that it is given."""
        self.model.gradient_checkpointing_enable(**options)


def _reading_loss(read: torch.Tensor, true: torch.Tensor) -> torch.Tensor:
    """Mean absolute error over the columns that have a candle, in fractions of the picture's height."""
    drawn = ~true.isnan()
    error = (read - true.nan_to_num()).abs() * drawn
    return error.sum() / drawn.sum().clamp(min=1)
