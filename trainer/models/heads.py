"""The heads of ``ChartReader`` in a file of their own: stock libraries load the weights beside it as a plain ViT."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from cryptoai_common.errors import UserError
from cryptoai_common.files import write_atomically
from trainer.shipped import find_shipped

FILE_NAME = "chart_reader.safetensors"


def base_heads(base: str | None) -> dict[str, torch.Tensor]:
    """The heads that a base directory holds. None for a new network, or a base from elsewhere."""
    return read_heads(find_shipped(base)) if base else {}


def read_heads(directory: Path) -> dict[str, torch.Tensor]:
    """The heads in a model directory, named as in ``ChartReader``; empty if there are none. Raises UserError."""
    path = directory / FILE_NAME
    try:
        return load_file(path) if path.is_file() else {}
    except (OSError, SafetensorError) as error:
        raise UserError(f"{path} cannot be read ({error}); delete it, or train its model again") from None


def write_heads(directory: Path, heads: dict[str, torch.Tensor]) -> None:
    if heads:
        held = {name: weight.detach().cpu().contiguous() for name, weight in heads.items()}
        write_atomically(directory / FILE_NAME, lambda temporary: save_file(held, temporary))
