"""The model in training: a ViT that also reads the chart. When training ends, ``heads.py`` keeps the heads apart."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn import functional
from transformers import ViTForImageClassification

from trainer.data.preprocess import Preprocessor

PIVOT_SHARE = 0.05  # of the patches that a picture keeps, about so many hold a pivot: where that head starts


@dataclass(frozen=True)
class Objectives:
    """What training teaches beside the labels, and how much of each picture it looks at."""

    read_chart: float = 0.0  # weight of the loss for each column's highest and lowest pixel
    find_pivots: float = 0.0  # weight of the loss for the patches that hold the pattern's pivots
    outlier_exposure: float = 0.0  # weight of the loss that asks for even odds on charts without a pattern
    keep_patches: float = 1.0  # share of the patches, the busiest of each picture
    label_smoothing: float = 0.0


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

    def forward(self, tokens: torch.Tensor, places: torch.Tensor, grid: int) -> torch.Tensor:
        """Tokens [batch, kept, width] of the patches ``places`` [batch, kept] → [batch, grid, 2]."""
        batch, where = len(tokens), places[..., None].expand(-1, -1, 2)
        blank = torch.zeros(batch, grid * grid, 2, device=tokens.device)
        scores = torch.scatter(blank - 1e4, 1, where, self.score(tokens).float())  # a patch left out has no say
        offsets = torch.scatter(blank, 1, where, self.offset(tokens).float())
        weights = scores.unflatten(1, (grid, grid)).softmax(dim=1)  # [batch, row, column, 2]
        middles = torch.arange(0.5, grid, device=tokens.device).view(1, grid, 1, 1)
        heights: torch.Tensor = (weights * (middles + offsets.unflatten(1, (grid, grid))) / grid).sum(dim=1)
        return heights


class ChartReader(nn.Module):
    """A ViT with the losses that train it. More dense targets get their head here, their numbers from ``targets.py``.

    With ``keep_patches`` under 1 training looks at the busiest patches of each picture only: the rest of a chart is
    background. That is faster than all patches by more than their number, and learns no less a picture.
    """

    gain: torch.Tensor
    offset: torch.Tensor

    def __init__(
        self,
        model: ViTForImageClassification,
        objectives: Objectives | None = None,
        preprocess: Preprocessor | None = None,
    ) -> None:
        """``preprocess``: how to scale pictures that come as bytes."""
        super().__init__()
        self.model = model
        self.objectives = objectives or Objectives()
        self.grid = model.config.image_size // model.config.patch_size
        width = model.config.hidden_size
        for name in ("gain", "offset") if preprocess else ():
            values = torch.from_numpy(getattr(preprocess, name)).view(3, 1, 1)
            self.register_buffer(name, values, persistent=False)  # it is no weight
        self.reading = ReadingHead(width) if self.objectives.read_chart else None
        self.pivots = nn.Linear(width, 1) if self.objectives.find_pivots else None
        if self.pivots is not None:
            nn.init.constant_(self.pivots.bias, torch.logit(torch.tensor(PIVOT_SHARE)).item())

    def forward(
        self,
        pixel_values: torch.Tensor,
        labels: torch.Tensor,
        high_low: torch.Tensor | None = None,
        pivot_map: torch.Tensor | None = None,
    ) -> dict[str, torch.Tensor]:
        """Returns ``logits`` [batch, classes] and ``loss``; with targets also the parts of the loss, for the log.

        ``pixel_values`` are float32 [batch, 3, height, width], or bytes [batch, height, width, 3]: a quarter to collate
        and to move, which is what a GPU waits for. A negative label is that of a chart without a pattern.
        """
        if pixel_values.dtype == torch.uint8:
            pixel_values = pixel_values.permute(0, 3, 1, 2).contiguous() * self.gain - self.offset
        cls, tokens, places = self._look(pixel_values)
        logits = self.model.classifier(cls).float()
        outputs, loss = {"logits": logits}, self._label_loss(logits, labels)
        if self.objectives.outlier_exposure and (labels < 0).any():
            outputs["outlier_loss"] = _outlier_loss(logits[labels < 0])
        if self.reading is not None and high_low is not None:
            outputs["reading_loss"] = _reading_loss(self.reading(tokens, places, self.grid), high_low)
        if self.pivots is not None and pivot_map is not None:
            found = self.pivots(tokens).squeeze(-1).float()
            outputs["pivot_loss"] = _pivot_loss(found, pivot_map.gather(1, places))
        if len(outputs) > 1:
            outputs["label_loss"] = loss
        loss = loss + self.objectives.read_chart * outputs.get("reading_loss", 0)
        loss = loss + self.objectives.outlier_exposure * outputs.get("outlier_loss", 0)
        return outputs | {"loss": loss + self.objectives.find_pivots * outputs.get("pivot_loss", 0)}

    def _label_loss(self, logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Mean cross-entropy of the charts that have a label."""
        smoothing, labelled = self.objectives.label_smoothing, labels >= 0
        losses = functional.cross_entropy(logits, labels.clamp(min=0), label_smoothing=smoothing, reduction="none")
        return (losses * labelled).sum() / labelled.sum().clamp(min=1)

    def _look(self, pixel_values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """The class token [batch, width], patch tokens [batch, kept, width] and their places [batch, kept]."""
        vit = self.model.vit
        hidden = vit.embeddings(pixel_values)
        kept = round(self.objectives.keep_patches * self.grid**2) if self.training else self.grid**2
        places = busiest_patches(pixel_values, self.grid, kept)
        if kept < self.grid**2:
            chosen = hidden[:, 1:].gather(1, places[..., None].expand(-1, -1, hidden.shape[-1]))
            hidden = torch.cat([hidden[:, :1], chosen], dim=1)
        hidden = vit.layernorm(vit.encoder(hidden).last_hidden_state)
        return hidden[:, 0], hidden[:, 1:], places

    def heads(self) -> dict[str, torch.Tensor]:
        """The weights that are not the ViT's."""
        return {name: weight for name, weight in self.state_dict().items() if not name.startswith("model.")}

    def gradient_checkpointing_enable(self, **options: Any) -> None:
        """For ``--gradient-checkpointing``, which the Trainer asks of the model that it is given."""
        self.model.gradient_checkpointing_enable(**options)


def busiest_patches(pixel_values: torch.Tensor, grid: int, kept: int) -> torch.Tensor:
    """The ``kept`` patches of each picture [batch, 3, height, width] whose grey values vary most: [batch, kept]."""
    if kept == grid**2:
        return torch.arange(kept, device=pixel_values.device).expand(len(pixel_values), -1)
    grey = pixel_values.float().mean(dim=1, keepdim=True)
    side = grey.shape[-1] // grid
    variance = functional.avg_pool2d(grey**2, side) - functional.avg_pool2d(grey, side) ** 2
    return variance.flatten(1).topk(kept).indices


def _outlier_loss(logits: torch.Tensor) -> torch.Tensor:
    """How far the odds are from even ones: outlier exposure (Hendrycks et al. 2019, arxiv.org/abs/1812.04606)."""
    return -(logits.log_softmax(dim=1) + math.log(logits.shape[1])).mean()


def _reading_loss(read: torch.Tensor, true: torch.Tensor) -> torch.Tensor:
    """Mean absolute error over the columns that have a candle, in fractions of the picture's height."""
    drawn = ~true.isnan()
    error = (read - true.nan_to_num()).abs() * drawn
    return error.sum() / drawn.sum().clamp(min=1)


def _pivot_loss(found: torch.Tensor, true: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy over the patches [batch, kept] of the charts whose pivots are known."""
    known = ~true.isnan()
    losses = functional.binary_cross_entropy_with_logits(found, true.nan_to_num(), reduction="none")
    return (losses * known).sum() / known.sum().clamp(min=1)
