"""The network in training: a ViT with heads that predict prices and pivots. ``heads.py`` stores the heads."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn import functional
from transformers import ViTForImageClassification

from trainer.data.preprocess import Preprocessor

PIVOT_SHARE = 0.05  # about this share of the kept patches holds a pivot: the pivot head's first prediction
LEFT_OUT = -1e4  # score of a patch without a token: its weight in the softmax is 0


@dataclass(frozen=True)
class Objectives:
    """Weights of the losses beside that of the labels, and the share of each picture that training uses."""

    read_chart: float = 0.0  # weight of the loss for each column's highest and lowest pixel
    find_pivots: float = 0.0  # weight of the loss for the patches that hold the pattern's pivots
    outlier_exposure: float = 0.0  # weight of the loss for equal probabilities on charts without a pattern
    keep_patches: float = 1.0  # share of the patches, those whose grey values vary most
    label_smoothing: float = 0.0


class ReadingHead(nn.Module):
    """Patch tokens → the highest and lowest drawn pixel in each column of patches, as fractions of the height.

    For each of the two, a token gives a score that the pixel lies in its patch, and the pixel's offset from the patch's
    middle. The height is the mean over the column's patches, weighted by the softmax of the scores, so that each token
    predicts a place in its own patch. (Heights from the mean of a column's tokens had twice the error after 4,500
    charts, 0.21 of the height against 0.11, and labels were not learnt at all.)
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.score = nn.Linear(width, 2)
        self.offset = nn.Linear(width, 2)

    def forward(self, tokens: torch.Tensor, places: torch.Tensor, grid: int) -> torch.Tensor:
        """Tokens [batch, kept, width] of the patches ``places`` [batch, kept] → [batch, grid, 2]."""
        batch, where = len(tokens), places[..., None].expand(-1, -1, 2)
        blank = torch.zeros(batch, grid * grid, 2, device=tokens.device)
        scores = torch.scatter(blank + LEFT_OUT, 1, where, self.score(tokens).float())
        offsets = torch.scatter(blank, 1, where, self.offset(tokens).float())
        weights = scores.unflatten(1, (grid, grid)).softmax(dim=1)  # [batch, row, column, 2]
        middles = torch.arange(0.5, grid, device=tokens.device).view(1, grid, 1, 1)
        heights: torch.Tensor = (weights * (middles + offsets.unflatten(1, (grid, grid))) / grid).sum(dim=1)
        return heights


class ChartReader(nn.Module):
    """A ViT with the losses that train it. A new dense target needs a head here, and its values in ``data/targets.py``.

    With ``keep_patches`` below 1, training uses only the patches of each picture whose grey values vary most; the rest
    of a chart is background. The time falls by more than the number of patches, and a picture teaches no less.
    """

    gain: torch.Tensor
    offset: torch.Tensor

    def __init__(
        self,
        model: ViTForImageClassification,
        objectives: Objectives | None = None,
        preprocess: Preprocessor | None = None,
    ) -> None:
        """``preprocess`` says how to scale pictures that arrive as bytes; without it they must be scaled already."""
        super().__init__()
        self.model = model
        self.objectives = objectives or Objectives()
        self.grid = model.config.image_size // model.config.patch_size
        width = model.config.hidden_size
        for name in ("gain", "offset") if preprocess else ():
            values = torch.from_numpy(getattr(preprocess, name)).view(3, 1, 1)
            self.register_buffer(name, values, persistent=False)  # not saved: it is no weight
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

        ``pixel_values`` are float32 [batch, 3, height, width], scaled, or uint8 [batch, height, width, 3], a
        quarter of the bytes to collate and to copy to a GPU. ``labels`` are class ids [batch], negative for a chart
        without a pattern; ``high_low`` [batch, grid, 2] and ``pivot_map`` [batch, grid * grid] are as in
        ``data/targets.py``, NaN where not known.
        """
        if pixel_values.dtype == torch.uint8:
            pixel_values = pixel_values.permute(0, 3, 1, 2).contiguous() * self.gain - self.offset
        cls, tokens, places = self._encode(pixel_values)
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

    def _encode(self, pixel_values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
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
        """The weights of the heads, by name: all that are not the ViT's."""
        return {name: weight for name, weight in self.state_dict().items() if not name.startswith("model.")}

    def gradient_checkpointing_enable(self, **options: Any) -> None:
        """The Trainer calls this for ``--gradient-checkpointing``."""
        self.model.gradient_checkpointing_enable(**options)


def busiest_patches(pixel_values: torch.Tensor, grid: int, kept: int) -> torch.Tensor:
    """The ``kept`` patches of each picture [batch, 3, height, width] with the largest variance of grey values.

    Returns their places [batch, kept], counted row by row in a grid of ``grid`` × ``grid``.
    """
    if kept == grid**2:
        return torch.arange(kept, device=pixel_values.device).expand(len(pixel_values), -1)
    grey = pixel_values.float().mean(dim=1, keepdim=True)
    side = grey.shape[-1] // grid
    variance = functional.avg_pool2d(grey**2, side) - functional.avg_pool2d(grey, side) ** 2
    return variance.flatten(1).topk(kept).indices


def _outlier_loss(logits: torch.Tensor) -> torch.Tensor:
    """Mean KL divergence of the predicted from the uniform distribution, 0 for equal probabilities.

    This is outlier exposure (Hendrycks et al. 2019, arxiv.org/abs/1812.04606).
    """
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
