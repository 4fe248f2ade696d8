"""What a checkpoint looked at in a cut chart, and the prices that its reading head read. This module needs torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from trainer.models.chart_reader import ReadingHead
from trainer.models.heads import read_heads
from trainer.models.vit import TorchClassifier


def rollout(attentions: np.ndarray) -> np.ndarray:
    """Attention [layers, heads, 1 + patches, 1 + patches] → how much each patch adds to the class token [grid, grid].

    Heads are averaged, each layer is averaged with its residual connection, and the layers are multiplied (Abnar and
    Zuidema 2020, https://arxiv.org/abs/2005.00928). The patches' shares add up to 1.
    """
    tokens = attentions.shape[-1]
    flow = np.eye(tokens)
    for layer in attentions.mean(axis=1):
        flow = (layer + np.eye(tokens)) / 2 @ flow
    looked = flow[0, 1:] / flow[0, 1:].sum()
    grid = round(len(looked) ** 0.5)
    shares: np.ndarray = looked.reshape(grid, grid)
    return shares


def encode(classifier: TorchClassifier, pixels: np.ndarray) -> tuple[torch.Tensor, np.ndarray]:
    """Patch tokens [1, patches, width], and the attention of every layer as ``rollout`` takes it."""
    vit = classifier.model.vit
    classifier.model.set_attn_implementation("eager")  # fused attention does not return its weights
    with torch.inference_mode():
        seen = vit(torch.from_numpy(pixels[np.newaxis]).to(vit.device), output_attentions=True)
    return seen.last_hidden_state[:, 1:].float().cpu(), torch.cat(seen.attentions).float().cpu().numpy()


def read_columns(directory: Path, tokens: torch.Tensor) -> np.ndarray | None:
    """The highest and lowest drawn pixel that the model read in each column of patches [grid, 2].

    In fractions of the height, as in ``data/targets.py``. None if the model has no head for that.
    """
    prefix = "reading."
    weights = {name.removeprefix(prefix): w for name, w in read_heads(directory).items() if name.startswith(prefix)}
    if not weights:
        return None
    patches = tokens.shape[1]
    head = ReadingHead(tokens.shape[2])
    head.load_state_dict(weights)
    with torch.inference_mode():
        heights: np.ndarray = head(tokens, torch.arange(patches)[None], round(patches**0.5))[0].numpy()
    return heights
